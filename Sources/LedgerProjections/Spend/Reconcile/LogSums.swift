import LMDB
import LedgerDomain
import LedgerLog
import LedgerSchema

/// What the log says that the views should hold, up to a position that moves on: sums of each day, and what was spent with keys.
struct LogSums {
    struct Day {
        var days = DaySums()
        var quarters = DaySums()
    }

    private let log: LogTables
    private let environment: Environment
    private let names: ModelNames
    private let monitor: ViewRebuildMonitor
    let seed = UInt64.random(in: .min ... .max)
    private(set) var position = Position.none
    private(set) var byDay: [Int32: Day] = [:]
    /// Of the keys of this share.
    private(set) var keys: [KeyID: KeySpend] = [:]
    /// Rows of days and quarters, of the days that are looked at closely.
    private(set) var rows: [ViewTables.Kind: [[UInt8]: Metrics]] = [:]
    private var lastReset: SpendResetState?
    private let share: (number: Int, of: Int)
    private let watched: Set<Int32>

    /// - Parameters:
    ///   - share: which keys are summed: one of so many shares, so that memory is bounded.
    ///   - watched: days whose rows are made one by one.
    init(
        _ log: LogTables, _ environment: Environment, names: ModelNames, share: (number: Int, of: Int), watched: Set<Int32> = [],
        monitor: ViewRebuildMonitor
    ) {
        (self.log, self.environment, self.names, self.share, self.watched) = (log, environment, names, share, watched)
        self.monitor = monitor
    }

    /// Reads on in the log.
    @available(*, noasync)
    mutating func advance(to last: Position) throws {
        guard position < last else { return }
        let size = LogSegments.Size(charges: 65_536, rows: 131_072, keepsIDs: false)
        var segments = LogSegments(log, environment, after: position, through: last, size: size)
        while try segments.next({ content in
            try addRows(content)
            try addKeys(content)
            position = content.last
            try monitor.report(.reading, position.value, of: last.value)
        }) {}
        guard position == last else {
            throw FoldError(position: last, message: "the views are ahead of the log; run `keyledger rebuild --view activity`")
        }
    }

    private mutating func addRows(_ content: SpendSegmentContent) throws {
        // A share of keys is summed beside rows only once.
        guard share.number == 0 else { return }
        var bytes: [UInt8] = []
        try content.rollups.forEach { key, metrics in
            let number = Quarter.day(of: key.quarter)
            var day = byDay[number] ?? Day()
            Self.encode(key, content.names, &bytes)
            try day.quarters.add(bytes.span, metrics, seed: seed)
            try watch(number, .quarters, bytes, metrics)
            Self.encode(key.ofDay, content.names, &bytes)
            try day.days.add(bytes.span, metrics, seed: seed)
            try watch(number, .days, bytes, metrics)
            byDay[number] = day
        }
    }

    private static func encode(_ key: RollupKey, _ names: SegmentNames, _ bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        ViewKey.append(key, names, to: &bytes)
    }

    private mutating func watch(_ day: Int32, _ kind: ViewTables.Kind, _ key: [UInt8], _ metrics: Metrics) throws {
        if watched.contains(day) { try rows[kind, default: [:]][key, default: Metrics()].add(metrics) }
    }

    private mutating func addKeys(_ content: SpendSegmentContent) throws {
        for keyID in content.changes.keyIDs where has(keyID) {
            var pending = ResetsOfAllKeys(before: lastReset, content.resetsOfAllKeys)
            try keys[keyID, default: KeySpend(nil)].apply(content, of: keyID, &pending, names: names) { _ in nil }
        }
        lastReset = content.resetsOfAllKeys.last ?? lastReset
    }

    /// Whether a key belongs to the share.
    func has(_ keyID: KeyID) -> Bool { share.of == 1 || Int(keyID.uuid.low % UInt64(share.of)) == share.number }
}
