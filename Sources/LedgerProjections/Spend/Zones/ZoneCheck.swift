import LMDB
import LedgerDomain
import LedgerLog
import LedgerSchema

/// Compares the days of report zones with the quarters that they are made of, in short transactions, while folds go on.
struct ZoneCheck {
    /// Runs a body with a snapshot of the views.
    typealias Read = ((ViewTables, inout ReadTransaction) throws -> Void) throws -> Void

    private static let pageNanoseconds: UInt64 = 8_000_000

    /// How many rows differ.
    private(set) var differenceCount: UInt64 = 0
    /// Some of them.
    private(set) var differences: [ViewDifference] = []
    private let read: Read
    private let isCancelled: () -> Bool

    private init(_ read: @escaping Read, isCancelled: @escaping () -> Bool) { (self.read, self.isCancelled) = (read, isCancelled) }

    /// Compares the tables that reports use: those that are complete, and were made by the rules that hold here.
    ///
    /// - Throws: `CancellationError`; errors of the store.
    static func run(_ zones: ReportZones, isCancelled: @escaping () -> Bool = { false }, _ read: @escaping Read) throws -> ZoneCheck {
        var check = ZoneCheck(read, isCancelled: isCancelled)
        var rows: [(name: String, row: ZoneRow?)] = []
        try read { tables, transaction in rows = try ZoneRow.all(tables, in: &transaction) }
        for (name, row) in rows {
            guard let rules = zones.rules(of: name), let number = row?.number else { continue }
            for kind in RollupKind.allCases { try check.compare(rules, number, kind) }
        }
        return check
    }

    private mutating func compare(_ rules: TimeZoneRules, _ number: UInt8, _ kind: RollupKind) throws {
        var walk = ZoneWalk(rules, kind)
        var isDone = false
        while !isDone {
            if isCancelled() { throw CancellationError() }
            var found: [ZoneWalk.Day] = []
            try read { tables, transaction in
                found = []
                let end = monotonicNanoseconds() + Self.pageNanoseconds
                // Made anew since, or by now of other rules: who made it has read the same quarters just now.
                guard let days = try tables.days(of: rules, in: &transaction), days.number == number else {
                    isDone = true
                    return
                }
                repeat {
                    guard let day = try walk.next(tables, days, in: &transaction) else {
                        isDone = true
                        return
                    }
                    if day.found != day.expected { found.append(day) }
                } while monotonicNanoseconds() < end
            }
            for day in found { note(day, rules.name, kind) }
        }
    }

    private mutating func note(_ day: ZoneWalk.Day, _ zone: String, _ kind: RollupKind) {
        let keys = Set(day.found.keys).union(day.expected.keys).sorted { $0.lexicographicallyPrecedes($1) }
        for key in keys where day.found[key] != day.expected[key] {
            differenceCount += 1
            guard differences.count < ViewComparison.mostNamed else { continue }
            var difference = ViewDifference(kind.days, Array(key.dropFirst()), found: day.found[key], expected: day.expected[key])
            (difference.table, difference.row) = (kind.zoneDays, "\(zone), \(difference.row)")
            differences.append(difference)
        }
    }
}

/// Walks the days of a zone in the order of its table: of each tag, end user or override the days in turn.
private struct ZoneWalk {
    /// The rows of a day, and those that its quarters make.
    struct Day {
        var found: [[UInt8]: [UInt8]] = [:]
        var expected: [[UInt8]: [UInt8]] = [:]
    }

    /// What stands before the day, and the day.
    private struct Place {
        var prefix: [UInt8]
        var day: Int32

        func precedes(_ other: Place) -> Bool {
            prefix == other.prefix ? day < other.day : prefix.lexicographicallyPrecedes(other.prefix)
        }
    }

    private let rules: TimeZoneRules
    private let kind: RollupKind
    private var calendar: ZoneCalendar
    /// `nil`: at the beginning.
    private var next: Place?

    init(_ rules: TimeZoneRules, _ kind: RollupKind) {
        (self.rules, self.kind) = (rules, kind)
        calendar = ZoneCalendar(rules)
    }

    mutating func next(_ tables: ViewTables, _ days: ZoneDays, in transaction: inout ReadTransaction) throws -> Day? {
        let places = [try placeOfDay(days, in: &transaction), try placeOfQuarter(tables, in: &transaction)].compactMap { $0 }
        guard let place = places.min(by: { $0.precedes($1) }) else { return nil }
        next = Place(prefix: place.prefix, day: place.day + 1)
        return Day(
            found: try found(place, days, in: &transaction), expected: try expected(place, tables, days.number, in: &transaction))
    }

    private func placeOfDay(_ days: ZoneDays, in transaction: inout ReadTransaction) throws -> Place? {
        let from = [days.number] + (next.map { $0.prefix + ViewKey.time($0.day) } ?? [])
        guard let (key, _) = try transaction.first(days.tables[kind], atOrAfter: from), key.first == days.number else { return nil }
        let offset = try kind.timeOffset(key.span, from: 1)
        return Place(prefix: Array(key[1..<offset]), day: try StoredRollup.time(key.span, at: offset))
    }

    /// Where a clock goes back over midnight, quarters of a day come behind such of the day after: the day before a quarter's is looked at
    /// too.
    private mutating func placeOfQuarter(_ tables: ViewTables, in transaction: inout ReadTransaction) throws -> Place? {
        var from = next.map { $0.prefix + ViewKey.time(firstQuarter(from: $0.day)) } ?? []
        while let (key, _) = try transaction.first(tables[kind.quarters], atOrAfter: from) {
            let offset = try kind.timeOffset(key.span)
            let quarter = try StoredRollup.time(key.span, at: offset)
            let (prefix, day) = (Array(key[..<offset]), calendar.day(of: quarter))
            guard let next, next.prefix == prefix else { return Place(prefix: prefix, day: day - 1) }
            if day >= next.day { return Place(prefix: prefix, day: max(next.day, day - 1)) }
            from = prefix + ViewKey.time(quarter + 1)
        }
        return nil
    }

    private func firstQuarter(from day: Int32) -> Int32 {
        let stretches = rules.stretchesByBeginning(of: Int(day)...Int(day) + 2)
        return stretches.map { Int32($0.quarters.lowerBound) }.min() ?? day * Quarter.perDay
    }

    private func found(_ place: Place, _ days: ZoneDays, in transaction: inout ReadTransaction) throws -> [[UInt8]: [UInt8]] {
        var rows: [[UInt8]: [UInt8]] = [:]
        let start = [days.number] + place.prefix
        try transaction.scan(days.tables[kind], from: start + ViewKey.time(place.day), until: start + ViewKey.time(place.day + 1)) {
            key, value in
            rows[[UInt8](copying: key)] = [UInt8](copying: value)
            return .continue
        }
        return rows
    }

    private func expected(
        _ place: Place, _ tables: ViewTables, _ number: UInt8, in transaction: inout ReadTransaction
    ) throws -> [[UInt8]: [UInt8]] {
        var sums: [[UInt8]: Metrics] = [:]
        let start = [number] + place.prefix + ViewKey.time(place.day)
        for stretch in rules.stretchesByBeginning(of: Int(place.day)...Int(place.day)) {
            try transaction.scan(
                tables[kind.quarters], from: place.prefix + ViewKey.time(Int32(stretch.quarters.lowerBound)),
                until: place.prefix + ViewKey.time(Int32(stretch.quarters.upperBound))
            ) { key, value in
                let rest = [UInt8](copying: key.extracting(place.prefix.count + 4..<key.count))
                try sums[start + rest, default: Metrics()].add(MetricsCodec.decode(value))
                return .continue
            }
        }
        return sums.mapValues(\.stored)
    }
}
