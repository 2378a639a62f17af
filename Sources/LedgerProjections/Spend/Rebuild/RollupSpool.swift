import LMDB
import LedgerSchema

/// Gathers the rollups of segments, and writes them as sorted runs.
struct RollupSpool: Sendable {
    private var rollups: RollupBuffer<RollupKey>
    private var tags: RollupBuffer<TagRollupKey>
    private var endUsers: RollupBuffer<EndUserRollupKey>
    private var overrides: RollupBuffer<OverrideRollupKey>
    private let mostRows: Int

    init(_ folder: String, _ share: Int, _ limits: ViewRebuildLimits) {
        func spool(_ kind: ViewTables.Kind) -> RowSpool { RowSpool(folder, kind, share, limits) }
        rollups = RollupBuffer(spool(.days), spool(.quarters))
        tags = RollupBuffer(spool(.tagDays), spool(.tagQuarters))
        endUsers = RollupBuffer(spool(.endUserDays), spool(.endUserQuarters))
        overrides = RollupBuffer(spool(.overrideDays), spool(.overrideQuarters))
        mostRows = limits.rollupRows / SharedWork.threads
    }

    /// The runs of each table.
    var runs: [SortedRuns] { rollups.runs + tags.runs + endUsers.runs + overrides.runs }

    /// Whether as many rows are in memory as may be.
    var isFull: Bool { rollups.count + tags.count + endUsers.count + overrides.count >= mostRows }

    /// - Throws: `AmountError` if a sum overflows.
    mutating func add(_ content: SpendSegmentContent) throws {
        let names = content.names
        try rollups.add(content.rollups) { ViewKey.append($0, names, to: &$1) }
        try tags.add(content.tags) { ViewKey.append($0, names, to: &$1) }
        try endUsers.add(content.endUsers) { ViewKey.append($0, names, to: &$1) }
        try overrides.add(content.overrides) { ViewKey.append($0, names, to: &$1) }
    }

    /// Writes what is in memory.
    ///
    /// - Parameter names: of all rollups that were added since the last time.
    /// - Throws: `AmountError` if a sum overflows; errors of the files.
    mutating func flush(_ names: SegmentNames) throws {
        try rollups.flush { ViewKey.append($0, names, to: &$1) }
        try tags.flush { ViewKey.append($0, names, to: &$1) }
        try endUsers.flush { ViewKey.append($0, names, to: &$1) }
        try overrides.flush { ViewKey.append($0, names, to: &$1) }
    }
}

/// The rows of two tables on their way: those of quarters as they came, to be put in order; those of days, which are few, as sums.
private struct RollupBuffer<Key: RollupHashable> {
    private var quarters = RollupRows()
    private var days = RollupTable<Key>()
    private var daySpool: RowSpool
    private var quarterSpool: RowSpool

    init(_ daySpool: RowSpool, _ quarterSpool: RowSpool) {
        self.daySpool = daySpool
        self.quarterSpool = quarterSpool
    }

    var count: Int { quarters.count }
    var runs: [SortedRuns] { [SortedRuns(daySpool), SortedRuns(quarterSpool)] }

    @inline(__always)
    mutating func add(_ table: RollupTable<Key>, _ append: (Key, inout [UInt8]) -> Void) throws {
        if table.isEmpty { return }
        quarters.append(table, append)
        try table.add(toDays: &days)
    }

    @inline(__always)
    mutating func flush(_ append: (Key, inout [UInt8]) -> Void) throws {
        try quarterSpool.append(&quarters)
        // Made in the memory of the others.
        quarters.removeAll()
        quarters.append(days, append)
        days.removeAll()
        try daySpool.append(&quarters)
        quarters.removeAll()
    }
}
