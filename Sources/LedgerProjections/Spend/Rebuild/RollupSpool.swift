import LMDB
import LedgerSchema

/// Sums rollups of many segments, and writes them to sorted runs once they are too many.
struct RollupSpool {
    private var names = SegmentNames()
    private var rollups = RollupTable<RollupKey>()
    private var tags = RollupTable<TagRollupKey>()
    private var endUsers = RollupTable<EndUserRollupKey>()
    private var overrides = RollupTable<OverrideRollupKey>()
    private var spools: [RowSpool]

    private let mostRows: Int

    init(_ folder: String, _ limits: ViewRebuildLimits) {
        mostRows = limits.rollupRows
        spools = ViewTables.Kind.rollups.map { RowSpool(folder, $0, limits) }
    }

    /// The runs of each table, once everything is flushed.
    var runs: [(kind: ViewTables.Kind, paths: [String])] { spools.map { ($0.kind, $0.runs) } }

    /// - Throws: `AmountError` if a sum overflows; errors of the files.
    mutating func add(_ content: SpendSegmentContent) throws {
        let codes = Codes(content.names, in: &names)
        try content.rollups.forEach { try rollups.add(codes.translated($0), $1) }
        try content.tags.forEach { try tags.add(TagRollupKey(tag: codes.name($0.tag), rollup: codes.translated($0.rollup)), $1) }
        try content.endUsers.forEach { try endUsers.add(EndUserRollupKey(subject: $0.subject, rollup: codes.translated($0.rollup)), $1) }
        try content.overrides.forEach {
            let key = OverrideRollupKey(team: codes.name($0.team), user: $0.user, rollup: codes.translated($0.rollup))
            try overrides.add(key, $1)
        }
        if rollups.count + tags.count + endUsers.count + overrides.count >= mostRows { try flush() }
    }

    /// Writes what is in memory.
    mutating func flush() throws {
        try flush(rollups, .days, .quarters, ViewKey.append)
        try flush(tags, .tagDays, .tagQuarters, ViewKey.append)
        try flush(endUsers, .endUserDays, .endUserQuarters, ViewKey.append)
        try flush(overrides, .overrideDays, .overrideQuarters, ViewKey.append)
        rollups.removeAll()
        tags.removeAll()
        endUsers.removeAll()
        overrides.removeAll()
        names = SegmentNames()
    }

    private mutating func flush<Key>(
        _ table: RollupTable<Key>, _ days: ViewTables.Kind, _ quarters: ViewTables.Kind,
        _ append: (Key, SegmentNames, inout [UInt8]) -> Void
    ) throws {
        let names = names
        var rows = RollupRows()
        rows.append(table) { append($0, names, &$1) }
        try spools[Int(quarters.rawValue) - 1].append(&rows)
        rows = RollupRows()
        rows.append(try table.ofDays()) { append($0, names, &$1) }
        try spools[Int(days.rawValue) - 1].append(&rows)
    }

    /// A segment's codes as those of all segments.
    private struct Codes {
        private var texts: [UInt32] = []
        private var tokens: [UInt32] = []

        init(_ own: SegmentNames, in common: inout SegmentNames) {
            for text in own.texts { texts.append(common.code(of: text)) }
            for token in own.tokens { tokens.append(common.ordinal(of: token)) }
        }

        @inline(__always)
        func name(_ code: UInt32) -> UInt32 { code < RollupKey.textCode ? code : texts[Int(code - RollupKey.textCode)] }

        @inline(__always)
        func translated(_ key: RollupKey) -> RollupKey {
            var key = key
            if key.credentialPosition == 0 { key.credentialOrdinal = tokens[Int(key.credentialOrdinal)] }
            if texts.isEmpty { return key }
            key.model = name(key.model)
            key.modelGroup = name(key.modelGroup)
            key.provider = name(key.provider)
            key.endpoint = name(key.endpoint)
            key.mcpTool = name(key.mcpTool)
            key.callType = name(key.callType)
            return key
        }
    }
}

extension ViewTables.Kind {
    /// The tables whose values are metrics, in the order of their numbers, which begin with 1.
    static let rollups: [ViewTables.Kind] = [
        .days, .quarters, .tagDays, .tagQuarters, .endUserDays, .endUserQuarters, .overrideDays, .overrideQuarters,
    ]
}
