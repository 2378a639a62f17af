package import LMDB
import LedgerDomain
package import LedgerSchema
import MerkleTree

extension KeyQueries {
    /// One page of the aliases of living keys, in the order of their bytes. Without a filter it costs its page; a search reads every
    /// alias, a team's list every key of the team.
    package func aliases(
        _ query: AliasQuery, position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> AliasPage {
        let bounds = PageBounds(page: query.page, size: query.size)
        if query.search == nil, query.teamID == nil {
            let page = try livingAliases(bounds, in: &transaction)
            return AliasPage(aliases: page, total: try keys.aliasCount(in: &transaction), position: position)
        }
        var aliases = try query.teamID.map { try teamAliases($0, in: &transaction) } ?? livingAliases(.whole, in: &transaction)
        if let search = query.search?.lowercased() { aliases.removeAll { !$0.lowercased().contains(search) } }
        return AliasPage(aliases: bounds.slice(aliases), total: aliases.count, position: position)
    }

    private func livingAliases(
        _ bounds: PageBounds, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [String] {
        var entries: [[UInt8]] = []
        var skipped = 0
        try transaction.scan(keys.tables[.aliases], from: KeyTables.firstAlias, until: KeyTables.behindAliases) { key, _ in
            if skipped < bounds.offset {
                skipped += 1
                return .continue
            }
            if entries.count >= bounds.size { return .stop }
            entries.append([UInt8](copying: key))
            return .continue
        }
        return try entries.compactMap { try alias(ofEntry: $0, in: &transaction) }
    }

    /// The alias whose entry this is: its text, or that of the key where the entry holds a hash.
    private func alias(
        ofEntry key: [UInt8], in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> String? {
        let text = key.dropFirst().dropLast(17)
        guard text.contains(KeyTables.hashMark) else { return String(decoding: text, as: UTF8.self) }
        return try KeyID(bytes: key.suffix(16)).flatMap { try keys.key($0, in: &transaction)?.alias }
    }

    private func teamAliases(_ team: String, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> [String] {
        var list = KeyQuery()
        list.teamID = team
        let prefix = KeyTables.listingPrefix(.team(team), .living)
        let aliases = try ids(prefix, list, .whole, in: &transaction).compactMap { try keys.key($0, in: &transaction)?.alias }
        return aliases.filter { !$0.isEmpty }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The keys whose alias may contain a text in lower case: all that do, and those whose entry does not tell.
    func keyIDs(
        aliasContaining part: String, _ kind: KeyClass, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [KeyID] {
        var found: Set<KeyID> = []
        let search = AliasSearch(part)
        let (first, end) = ([kind.rawValue], [kind.rawValue + 1])
        try transaction.scan(keys.tables[.aliases], from: first, until: end) { key, _ in
            if key.count >= 18, search.mayMatch(key.extracting(1..<key.count - 17)), let id = KeyTables.lastKeyID(of: key) {
                found.insert(id)
            }
            return .continue
        }
        return Array(found)
    }
}
