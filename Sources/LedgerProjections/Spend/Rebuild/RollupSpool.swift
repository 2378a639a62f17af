import LMDB
import LedgerSchema

/// Writes the rollups of segments as sorted runs.
struct RollupSpool: Sendable {
    private var spools: [RowSpool]
    private var rows = RollupRows()

    init(_ folder: String, _ share: Int, _ limits: ViewRebuildLimits) {
        spools = ViewTables.Kind.rollups.map { RowSpool(folder, $0, share, limits) }
    }

    /// The runs of each table.
    var runs: [SortedRuns] { spools.map { SortedRuns($0) } }

    /// - Throws: `AmountError` if a sum overflows; errors of the files.
    mutating func add(_ content: SpendSegmentContent) throws {
        let names = content.names
        try add(content.rollups, .days, .quarters) { ViewKey.append($0, names, to: &$1) }
        try add(content.tags, .tagDays, .tagQuarters) { ViewKey.append($0, names, to: &$1) }
        try add(content.endUsers, .endUserDays, .endUserQuarters) { ViewKey.append($0, names, to: &$1) }
        try add(content.overrides, .overrideDays, .overrideQuarters) { ViewKey.append($0, names, to: &$1) }
    }

    private mutating func add<Key>(
        _ table: RollupTable<Key>, _ days: ViewTables.Kind, _ quarters: ViewTables.Kind, _ append: (Key, inout [UInt8]) -> Void
    ) throws {
        if table.isEmpty { return }
        try add(table, quarters, append)
        try add(table.ofDays(), days, append)
    }

    private mutating func add<Key>(_ table: RollupTable<Key>, _ kind: ViewTables.Kind, _ append: (Key, inout [UInt8]) -> Void) throws {
        rows.removeAll()
        rows.append(table, append)
        try spools[Int(kind.rawValue) - 1].append(&rows)
    }
}

extension ViewTables.Kind {
    /// The tables whose values are metrics, in the order of their numbers, which begin with 1.
    static let rollups: [ViewTables.Kind] = [
        .days, .quarters, .tagDays, .tagQuarters, .endUserDays, .endUserQuarters, .overrideDays, .overrideQuarters,
    ]
}
