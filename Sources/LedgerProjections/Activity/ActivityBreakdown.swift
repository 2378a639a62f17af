import LedgerSchema

/// The sums of every day by the names of its dimensions, each divided by keys.
///
/// Rows come sorted by credential nearly always, so that of most dimensions neighbouring rows have the same name: these are summed before
/// they are looked up.
struct ActivityBreakdown {
    private struct Pending {
        var entry: UInt64 = .max
        var key: Int32 = -1
        var metrics = ActivityMetrics()
    }

    /// Where a dimension's names are in a row; the day's own sum is the last.
    static let ownDimension = 7
    private static let dayShift: UInt64 = 40
    private static let dimensionShift: UInt64 = 36

    private(set) var entries = FlatIndex<UInt64>()
    private(set) var entrySums: [ActivityMetrics] = []
    private(set) var shares = FlatIndex<UInt64>()
    private(set) var shareSums: [ActivityMetrics] = []
    private(set) var hasOverflown = false
    private var pending: [Pending]
    /// By key; empty: none are shown.
    private let showsKey: [Bool]

    /// - Parameter showsKey: by key, whether entries are divided by it.
    init(showsKey: [Bool]) {
        self.showsKey = showsKey
        pending = [Pending](repeating: Pending(), count: Self.ownDimension + 1)
    }

    /// Adds a row to one name of a dimension.
    @inline(__always)
    mutating func add(_ metrics: Metrics, isTaken: Bool, day: Int32, dimension: Int, name: Int32, key: Int32) {
        let entry = UInt64(day) << Self.dayShift | UInt64(dimension) << Self.dimensionShift | UInt64(UInt32(bitPattern: name))
        if pending[dimension].entry != entry || pending[dimension].key != key {
            flush(dimension)
            pending[dimension].entry = entry
            pending[dimension].key = key
        }
        if pending[dimension].metrics.add(metrics, isTaken: isTaken) { hasOverflown = true }
    }

    mutating func flush() { for dimension in pending.indices { flush(dimension) } }

    private mutating func flush(_ dimension: Int) {
        let waiting = pending[dimension]
        guard waiting.entry != .max else { return }
        pending[dimension] = Pending()
        let entry = entries.insert(waiting.entry)
        if entry == entrySums.count { entrySums.append(ActivityMetrics()) }
        if entrySums[entry].add(waiting.metrics) { hasOverflown = true }
        guard Int(waiting.key) < showsKey.count, showsKey[Int(waiting.key)] else { return }
        let share = shares.insert(UInt64(entry) << 32 | UInt64(UInt32(bitPattern: waiting.key)))
        if share == shareSums.count { shareSums.append(ActivityMetrics()) }
        if shareSums[share].add(waiting.metrics) { hasOverflown = true }
    }

    /// Each entry that comes to something: its day, its dimension (``ownDimension`` for the day itself), its name.
    func forEachEntry(_ body: (_ index: Int, _ day: Int, _ dimension: Int, _ name: Int, ActivityMetrics) -> Void) {
        for (index, entry) in entries.keys.enumerated() where !entrySums[index].isZero {
            let dimension = Int(entry >> Self.dimensionShift & 0xf)
            body(index, Int(entry >> Self.dayShift), dimension, Int(entry & 0xffff_ffff), entrySums[index])
        }
    }

    /// The shares of each entry that come to something, by its index.
    func sharesByEntry() -> [[(key: Int, metrics: ActivityMetrics)]] {
        var byEntry = [[(key: Int, metrics: ActivityMetrics)]](repeating: [], count: entries.count)
        for (index, share) in shares.keys.enumerated() where !shareSums[index].isZero {
            byEntry[Int(share >> 32)].append((Int(share & 0xffff_ffff), shareSums[index]))
        }
        return byEntry
    }
}
