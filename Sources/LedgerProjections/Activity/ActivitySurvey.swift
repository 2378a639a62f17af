import LedgerSchema

/// The first look at a range: what each day, key and entity comes to, without any breakdown.
struct ActivitySurvey {
    private var pairs = FlatIndex<UInt64>()
    /// By (entity, slot).
    private(set) var sums: [ActivityMetrics] = []
    private(set) var days: [ActivityMetrics]
    /// By day and key, a number that is made of the sum and is 0 if that is: what is counted on a day and taken away again leaves no row.
    private var keysOfDay: [[UInt64]]
    private let countsKeys: Bool
    private(set) var hasOverflown = false
    private var pending = ActivityMetrics()
    private var run: (day: Int32, slot: Int, key: Int32, entity: Int32)?

    init(dayCount: Int, countsKeys: Bool) {
        days = [ActivityMetrics](repeating: ActivityMetrics(), count: dayCount)
        self.countsKeys = countsKeys
        keysOfDay = [[UInt64]](repeating: [], count: countsKeys ? dayCount : 0)
    }

    @inline(__always)
    mutating func add(_ metrics: Metrics, isTaken: Bool, day: Int32, slot: Int, key: Int32, entity: Int32) {
        if let run, run.day != day || run.slot != slot || run.entity != entity { flush() }
        if run == nil { run = (day, slot, key, entity) }
        if pending.add(metrics, isTaken: isTaken) { hasOverflown = true }
    }

    mutating func flush() {
        guard let run else { return }
        let pair = pairs.insert(UInt64(UInt32(bitPattern: run.entity)) << 32 | UInt64(run.slot))
        if pair == sums.count { sums.append(ActivityMetrics()) }
        let overflow = sums[pair].add(pending)
        if days[Int(run.day)].add(pending) || overflow { hasOverflown = true }
        if countsKeys { mark(Int(run.key), of: Int(run.day)) }
        pending = ActivityMetrics()
        self.run = nil
    }

    @inline(__always)
    private mutating func mark(_ key: Int, of day: Int) {
        if keysOfDay[day].count <= key {
            keysOfDay[day] += [UInt64](repeating: 0, count: key + 1 - keysOfDay[day].count)
        }
        keysOfDay[day][key] &+= pending.figure
    }

    /// How many keys come to something on a day.
    func rowCount(ofDay day: Int) -> Int { keysOfDay[day].count { $0 != 0 } }

    /// Each pair of an entity and a slot that comes to something.
    func forEachPair(_ body: (_ entity: Int, _ slot: Int, ActivityMetrics) -> Void) {
        for (index, key) in pairs.keys.enumerated() where !sums[index].isZero {
            body(Int(key >> 32), Int(key & 0xffff_ffff), sums[index])
        }
    }
}
