package import LMDB
import LedgerDomain
package import LedgerSchema
import MerkleTree

extension KeyQueries {
    /// One page of a list. A list by one dimension in the default order costs its page, whatever its length; filters beyond
    /// that and other orders read every candidate.
    package func list(
        _ query: KeyQuery, position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeyPage {
        var query = query
        if let team = query.hiddenTeamID, try keys.count(.team(team), .living, in: &transaction) == 0 { query.hiddenTeamID = nil }
        if query.status == .deprecated { return try deprecated(query, position: position, in: &transaction) }
        let candidates = try candidates(query, in: &transaction)
        guard let entries = candidates else { return KeyPage(keys: [], total: 0, position: position) }
        let bounds = PageBounds(page: query.page, size: query.size)
        if !query.needsRows {
            let total = try entries.total ?? count(entries, query, in: &transaction)
            let ids = try page(entries, query, bounds, in: &transaction)
            let views = try ids.compactMap { id in try view(of: .keyID(id), position: position, in: &transaction) }
            return KeyPage(keys: views, total: total, position: position)
        }
        var views: [KeyView] = []
        for id in try page(entries, query, .whole, in: &transaction) {
            guard let view = try view(of: .keyID(id), position: position, in: &transaction), query.matches(view) else { continue }
            views.append(view)
        }
        query.order(&views)
        return KeyPage(keys: bounds.slice(views), total: views.count, position: position)
    }

    /// The entries of one index that hold every key that the query can match.
    struct Candidates {
        enum Source {
            case listing(ListingDimension, KeyClass)
            case ids([KeyID])
        }

        var source: Source
        /// Known without reading them.
        var total: Int?
    }

    /// `nil` if nothing can match.
    private func candidates(
        _ query: KeyQuery, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Candidates? {
        let kind: KeyClass = query.status == .deleted ? .past : .living
        if let token = query.token {
            guard let credential = try keys.credential(token, in: &transaction) else { return nil }
            return Candidates(source: .ids([credential.keyID]))
        }
        if let alias = query.alias, !query.substringMatching {
            return Candidates(source: .ids(try keys.holders(ofAlias: alias, class: kind, in: &transaction)))
        }
        if let search = query.search, let token = Token(hex: search) {
            guard let credential = try keys.credential(token, in: &transaction) else { return nil }
            return Candidates(source: .ids([credential.keyID]))
        }
        var dimensions = query.dimensions
        if let user = query.userID, !query.substringMatching {
            guard let subject = try keys.subject(named: user, in: &transaction) else { return nil }
            dimensions.append(.subject(subject))
        }
        if dimensions.isEmpty, let part = query.aliasPart {
            return Candidates(source: .ids(try keyIDs(aliasContaining: part, kind, in: &transaction)))
        }
        var best: (dimension: ListingDimension, count: Int)?
        for dimension in dimensions.isEmpty ? [.all] : dimensions {
            let count = try keys.count(dimension, kind, in: &transaction)
            if best.map({ count < $0.count }) ?? true { best = (dimension, count) }
        }
        guard let best else { return nil }
        let isWhole = dimensions.count <= 1 && !query.filtersEntries
        return Candidates(source: .listing(best.dimension, kind), total: isWhole ? best.count : nil)
    }

    private func count(
        _ candidates: Candidates, _ query: KeyQuery, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Int {
        guard case .listing(let dimension, let kind) = candidates.source else { return 0 }
        let prefix = KeyTables.listingPrefix(dimension, kind)
        var count = 0
        try transaction.scan(keys.tables[.listings], from: prefix, until: prefix.successorOfPrefix) { _, value in
            if query.matches(entry: value, at: moment) { count += 1 }
            return .continue
        }
        return count
    }

    /// Ids of the candidates whose entries match, newest first unless the query says otherwise.
    private func page(
        _ candidates: Candidates, _ query: KeyQuery, _ bounds: PageBounds,
        in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [KeyID] {
        guard case .listing(let dimension, let kind) = candidates.source else {
            guard case .ids(let ids) = candidates.source else { return [] }
            return ids
        }
        return try ids(KeyTables.listingPrefix(dimension, kind), query, bounds, in: &transaction)
    }

    /// Ids of a listing's entries that match.
    func ids(
        _ prefix: [UInt8], _ query: KeyQuery, _ bounds: PageBounds, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [KeyID] {
        let ascending = query.sort == .createdAt && query.ascending
        var ids: [KeyID] = []
        var skipped = 0
        try transaction.scan(
            keys.tables[.listings], from: prefix, until: prefix.successorOfPrefix, reverse: !ascending
        ) { key, value in
            guard query.matches(entry: value, at: moment) else { return .continue }
            if skipped < bounds.offset {
                skipped += 1
                return .continue
            }
            if ids.count >= bounds.size { return .stop }
            if let id = KeyTables.lastKeyID(of: key) { ids.append(id) }
            return .continue
        }
        return ids
    }

    /// Old credentials in their grace, the one that ends next first.
    private func deprecated(
        _ query: KeyQuery, position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeyPage {
        var tokens: [Token] = []
        let now = KeyTables.sortable(moment.adding(nanoseconds: 1) ?? moment)
        try transaction.scan(keys.tables[.superseded], from: now) { key, _ in
            if key.count == 40, let hash = Hash32(key.extracting(8..<40)) { tokens.append(Token(hash: hash)) }
            return .continue
        }
        var views: [KeyView] = []
        for token in tokens {
            guard let view = try view(of: .token(token), position: position, in: &transaction), view.status == .deprecated,
                query.matches(view)
            else { continue }
            views.append(view)
        }
        if query.sort != .createdAt { query.order(&views) }
        return KeyPage(keys: PageBounds(page: query.page, size: query.size).slice(views), total: views.count, position: position)
    }
}
