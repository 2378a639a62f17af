import LMDB
import LedgerLog
import LedgerSchema
import MerkleTree

/// Walks the rows that a query counts: those of the views, then those of segments.
struct ActivityScan {
    let tables: ViewTables
    /// In none of which is an event that the views hold.
    var segments: [SpendSegment]
    var rows: ActivityRows
    /// Where the days of the plan stand, if not in the tables of UTC days.
    var zone: ZoneDays?

    mutating func takeViews(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        guard !rows.plan.isEmpty else { return }
        switch rows.query.entity {
        case .user, .team:
            try scanKeys(in: &transaction)
            try scan(.overrides, in: &transaction)
        case .organization, .agent: try scanKeys(in: &transaction)
        case .tag: try scan(.tags, in: &transaction)
        case .customer: try scan(.endUsers, in: &transaction)
        }
    }

    mutating func takeSegments() throws {
        for segment in segments { try take(segment) }
    }

    // MARK: Views

    private func days(_ kind: RollupKind) -> Table { zone?.tables[kind] ?? tables[kind.days] }

    /// What stands at the beginning of the keys of days.
    private var zonePrefix: [UInt8] { zone.map { [$0.number] } ?? [] }

    private mutating func scanKeys(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        guard let credentials = try rows.slots.wantedCredentials() else {
            return try scan(.keys, prefix: zonePrefix, .own, in: &transaction)
        }
        let suffixes = credentials.flatMap { credential in
            [
                credential.reference.position.value.bigEndianBytes + credential.reference.ordinal.bigEndianBytes,
                [UInt8](repeating: 0, count: 12) + credential.token.hash.bytes,
            ]
        }
        // A token that no key has is sought as it stands.
        let unknown = credentials.isEmpty ? rows.query.token.map { [UInt8](repeating: 0, count: 12) + $0.hash.bytes } : nil
        for suffix in unknown.map({ [$0] }) ?? suffixes { try seek(suffix, in: &transaction) }
    }

    /// The rows of one credential, day by day.
    private mutating func seek(_ credential: [UInt8], in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        let start = zonePrefix
        for (index, home) in rows.plan.homes.enumerated() where home >= 0 {
            let prefix = start + ViewKey.time(rows.plan.firstDay + Int32(index)) + credential
            try transaction.scan(days(.keys), from: prefix, until: prefix.successorOfPrefix) { key, value in
                try rows.take(day: key, value, at: start.count, .own)
                return .continue
            }
        }
        for exception in rows.plan.exceptions {
            for quarter in exception.quarters {
                let prefix = ViewKey.time(quarter) + credential
                try transaction.scan(tables[.quarters], from: prefix, until: prefix.successorOfPrefix) { key, value in
                    try rows.take(quarter: key, value, at: 0, .own, exception)
                    return .continue
                }
            }
        }
    }

    /// Each tag, end user or override in turn, however many rows each has.
    private mutating func scan(_ kind: RollupKind, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        var from = zonePrefix
        while let first = try transaction.first(days(kind), atOrAfter: from), first.key.starts(with: zonePrefix) {
            let prefix = Array(first.key.prefix(try kind.timeOffset(first.key.span, from: zonePrefix.count)))
            if let laid = try laid(Array(prefix.dropFirst(zonePrefix.count)), kind) {
                try scan(kind, prefix: prefix, laid, in: &transaction)
            }
            guard let next = prefix.successorOfPrefix else { return }
            from = next
        }
    }

    private mutating func scan(
        _ kind: RollupKind, prefix: [UInt8], _ laid: ActivityRows.Laid, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws {
        let (first, last) = (rows.plan.firstDay, rows.plan.lastDay)
        try transaction.scan(
            days(kind), from: prefix + ViewKey.time(first), until: prefix + ViewKey.time(last + 1)
        ) { key, value in
            try rows.take(day: key, value, at: prefix.count, laid)
            return .continue
        }
        try scanExceptions(kind, prefix: prefix, laid, in: &transaction)
    }

    /// Goes on in order where quarters are near and leaps where they are far.
    private mutating func scanExceptions(
        _ kind: RollupKind, prefix: [UInt8], _ laid: ActivityRows.Laid, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws {
        let exceptions = rows.plan.exceptions
        guard let end = exceptions.last.map({ prefix + ViewKey.time($0.quarters.upperBound) }) else { return }
        var index = 0
        while index < exceptions.count {
            var next = exceptions.count
            let from = prefix + ViewKey.time(exceptions[index].quarters.lowerBound)
            try transaction.scan(tables[kind.quarters], from: from, until: end) { key, value in
                let quarter = try StoredRollup.time(key, at: prefix.count)
                while index < exceptions.count, exceptions[index].quarters.upperBound <= quarter { index += 1 }
                guard index < exceptions.count, exceptions[index].quarters.lowerBound <= quarter else {
                    next = index
                    return .stop
                }
                try rows.take(quarter: key, value, at: prefix.count, laid, exceptions[index])
                return .continue
            }
            index = next
        }
    }

    /// To whom the rows with a prefix are laid; `nil` if the query does not count them.
    private mutating func laid(_ prefix: [UInt8], _ kind: RollupKind) throws -> ActivityRows.Laid? {
        switch kind {
        case .keys: return .own
        case .tags:
            var offset = 0
            let name = try StoredName(prefix.span, at: &offset)
            let entity = try rows.slots.entity(named: tag(name))
            return rows.slots.entities.wants(entity) ? .to(entity) : nil
        case .endUsers:
            let entity = try rows.slots.entity(ofUser: prefix.span.bigEndian(at: 0))
            return rows.slots.entities.wants(entity) ? .to(entity) : nil
        case .overrides:
            if rows.query.entity == .team {
                guard prefix[0] & 1 != 0 else { return nil }
                return .insteadTo(try rows.slots.entity(named: rows.directory.text(Array(prefix[1..<17]))))
            }
            guard prefix[0] & 2 != 0 else { return nil }
            return .insteadTo(try rows.slots.entity(ofUser: prefix.span.bigEndian(at: 17)))
        }
    }

    private func tag(_ name: StoredName) throws -> String {
        switch name {
        case .none: throw StoredRollup.damaged
        case .number(let number): try rows.directory.name(.tag, number)
        case .hash(let hash): try rows.directory.text(hash.bytes)
        }
    }

    // MARK: Segments

    private mutating func take(_ segment: SpendSegment) throws {
        switch rows.query.entity {
        case .user, .team:
            try segment.rollups.forEach { try rows.take($0, $1, segment, .own) }
            try segment.overrides.forEach { key, metrics in
                if let entity = try entity(of: key, segment) { try rows.take(key.rollup, metrics, segment, .insteadTo(entity)) }
            }
        case .organization, .agent: try segment.rollups.forEach { try rows.take($0, $1, segment, .own) }
        case .tag:
            try segment.tags.forEach { key, metrics in
                let entity = try rows.slots.entity(named: tag(key.tag, segment))
                try rows.take(key.rollup, metrics, segment, .to(entity))
            }
        case .customer:
            try segment.endUsers.forEach { key, metrics in
                try rows.take(key.rollup, metrics, segment, .to(try rows.slots.entity(ofUser: key.subject)))
            }
        }
    }

    private mutating func entity(of key: OverrideRollupKey, _ segment: SpendSegment) throws -> Int32? {
        if rows.query.entity == .team {
            return key.team == 0 ? nil : try rows.slots.entity(named: segment.texts[Int(key.team - RollupKey.textCode)])
        }
        return try key.user.map { try rows.slots.entity(ofUser: $0) }
    }

    private func tag(_ code: UInt32, _ segment: SpendSegment) throws -> String {
        code < RollupKey.textCode ? try rows.directory.name(.tag, code) : segment.texts[Int(code - RollupKey.textCode)]
    }
}
