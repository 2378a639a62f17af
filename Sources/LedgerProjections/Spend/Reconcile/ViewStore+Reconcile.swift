package import LMDB
import LedgerDomain
package import LedgerLog
import LedgerSchema

extension ViewStore {
    /// Compares the sums of all rollup rows, and what was spent with each key, with the log at the same position, while folds go on.
    ///
    /// Sums are compared day by day, so that a row that differs is found among those of its day and named.
    ///
    /// - Throws: `CancellationError`; errors of the store; what cannot be read of the log.
    @available(*, noasync)
    package func reconcile(
        _ log: LogTables, _ environment: Environment, isCancelled: @escaping () -> Bool = { false },
        progress: @escaping (ViewRebuildProgress) -> Void = { _ in }
    ) throws -> SpendReconciliation {
        let monitor = ViewRebuildMonitor(progress: progress, isCancelled: isCancelled)
        var report = SpendReconciliation()
        let shares = try read { reader, transaction in try transaction.count(reader.tables[.keySpend]) / LogSums.keysOfShare + 1 }
        for number in 0..<shares {
            var sums = LogSums(log, environment, names: names, share: (number, shares), monitor: monitor)
            try sums.advance(to: position(of: self))
            if number == 0 {
                let days = try reconcileDays(&sums, &report)
                try nameRows(of: days, log, environment, monitor, &report)
            }
            try reconcileKeys(&sums, &report)
            report.position = max(report.position, sums.position.value)
        }
        let check = try ZoneCheck.run(options.zones, isCancelled: isCancelled) { body in
            try self.read { reader, transaction in try body(reader.tables, &transaction) }
        }
        report.note(check)
        return report
    }

    private func position(of store: ViewStore) throws -> Position { try read { try $0.position(in: &$1) } }

    /// Compares the sums of each day.
    ///
    /// - Returns: the days that differ.
    private func reconcileDays(_ sums: inout LogSums, _ report: inout SpendReconciliation) throws -> [Int32] {
        var totals = (log: Metrics(), days: Metrics(), quarters: Metrics())
        var wrong: [Int32] = []
        var next: Int32? = try nextDay(from: .min, sums)
        while let day = next {
            let found = try storedSums(of: day, seed: sums.seed)
            try sums.advance(to: found.position)
            let expected = sums.byDay[day] ?? LogSums.Day()
            if expected.days != found.sums.days || expected.quarters != found.sums.quarters { wrong.append(day) }
            try totals.log.add(expected.days.metrics)
            try totals.days.add(found.sums.days.metrics)
            try totals.quarters.add(found.sums.quarters.metrics)
            report.days += 1
            next = day == .max ? nil : try nextDay(from: day + 1, sums)
        }
        report.sums = zip(totals.log.figures, zip(totals.days.figures, totals.quarters.figures)).map { log, views in
            SpendReconciliation.Sum(metric: log.name, log: log.value, days: views.0.value, quarters: views.1.value)
        }
        return wrong
    }

    /// The first day from `day` on that the log or the views know.
    private func nextDay(from day: Int32, _ sums: LogSums) throws -> Int32? {
        let stored = try read { reader, transaction -> [Int32] in
            let days = try transaction.first(reader.tables[.days], atOrAfter: ViewKey.time(day)).map { ViewKey.time(of: $0.key.span) }
            let first = Int32(clamping: Int64(day) * Int64(Quarter.perDay))
            let quarters = try transaction.first(reader.tables[.quarters], atOrAfter: ViewKey.time(first)).map {
                Quarter.day(of: ViewKey.time(of: $0.key.span))
            }
            return [days, quarters].compactMap { $0 }
        }
        return ([sums.byDay.keys.filter { $0 >= day }.min()].compactMap { $0 } + stored).min()
    }

    /// The sums of a day's rows, and the position that they belong to.
    private func storedSums(of day: Int32, seed: UInt64) throws -> (position: Position, sums: LogSums.Day) {
        var sums = LogSums.Day()
        let position = try readDay(day, begin: { sums = LogSums.Day() }) { kind, key, value in
            let row = try? Metrics(stored: value)
            if kind == .days { try sums.days.add(key, row, seed: seed) } else { try sums.quarters.add(key, row, seed: seed) }
        }
        return (position, sums)
    }

    /// Hands on the rows of a day as they stood at one position: page by page if nothing was folded meanwhile, else in one transaction.
    private func readDay(
        _ day: Int32, begin: () -> Void, _ body: (ViewTables.Kind, Span<UInt8>, Span<UInt8>) throws -> Void
    ) throws -> Position {
        for rows in [10_000, 10_000, 10_000, Int.max] {
            begin()
            let before = try position(of: self)
            var isSame = true
            for kind in [ViewTables.Kind.days, .quarters] {
                let (first, last) = ViewKey.range(of: day, kind)
                var from: [UInt8]? = first
                while let start = from, isSame {
                    (from, isSame) = try read { reader, transaction in
                        guard try reader.position(in: &transaction) == before else { return (nil, false) }
                        var end: [UInt8]?
                        let count = try transaction.scan(reader.tables[kind], from: start, until: last, limit: rows) { key, value in
                            try body(kind, key, value)
                            end = [UInt8](copying: key)
                            return .continue
                        }
                        return (count < rows ? nil : end.map { $0 + [0] }, true)
                    }
                }
            }
            if isSame { return before }
        }
        throw FoldError(position: .none, message: "the views changed too fast to be compared; try again")
    }

    /// Looks at the rows of days whose sums differ.
    private func nameRows(
        of days: [Int32], _ log: LogTables, _ environment: Environment, _ monitor: ViewRebuildMonitor, _ report: inout SpendReconciliation
    ) throws {
        guard !days.isEmpty else { return }
        let looked = days.prefix(LogSums.mostWatchedDays)
        report.differenceCount += UInt64(days.count - looked.count)
        var sums = LogSums(log, environment, names: names, share: (0, .max), watched: Set(looked), monitor: monitor)
        try sums.advance(to: position(of: self))
        for day in looked {
            var found: [ViewTables.Kind: [[UInt8]: [UInt8]]] = [:]
            let position = try readDay(day, begin: { found = [:] }) { kind, key, value in
                found[kind, default: [:]][[UInt8](copying: key)] = [UInt8](copying: value)
            }
            try sums.advance(to: position)
            for kind in [ViewTables.Kind.days, .quarters] {
                let (first, last) = ViewKey.range(of: day, kind)
                let expected = (sums.rows[kind] ?? [:]).filter { key, _ in
                    !key.lexicographicallyPrecedes(first) && (last.map { key.lexicographicallyPrecedes($0) } ?? true)
                }
                report.note(kind, found[kind] ?? [:], expected: expected.mapValues { $0.stored })
            }
        }
    }

    /// Compares what was spent with each key of a share, and the sums of its windows.
    private func reconcileKeys(_ sums: inout LogSums, _ report: inout SpendReconciliation) throws {
        var from: [UInt8]? = []
        var seen: Set<KeyID> = []
        while let start = from {
            let page = try readKeys(from: start)
            from = page.next
            try sums.advance(to: page.position)
            for (key, found) in page.keys where sums.has(key) {
                seen.insert(key)
                report.keys += 1
                var expected = sums.keys[key]
                report.note(
                    .keySpend, [key.bytes: found.row], expected: (expected?.row).map { [key.bytes: KeySpendRowCodec.encode($0)] } ?? [:])
                var windows: [[UInt8]: [UInt8]] = [:]
                for (window, sum) in expected?.changedWindows() ?? [] {
                    windows[[UInt8](copying: ViewKey.window(key, window).span)] = sum.row
                }
                report.note(.windows, found.windows, expected: windows)
            }
        }
        // Keys that came while the pages were read are not missing.
        for (key, spend) in sums.keys where !seen.contains(key) {
            guard let row = spend.row, try !read({ reader, transaction in try reader.row(of: key, in: &transaction) != nil }) else {
                continue
            }
            report.note(.keySpend, [:], expected: [key.bytes: KeySpendRowCodec.encode(row)])
        }
    }

    private struct KeyPage {
        var position: Position
        var keys: [(KeyID, (row: [UInt8], windows: [[UInt8]: [UInt8]]))] = []
        var next: [UInt8]?
    }

    private func readKeys(from start: [UInt8]) throws -> KeyPage {
        try read { reader, transaction in
            var page = KeyPage(position: try reader.position(in: &transaction))
            try transaction.scan(reader.tables[.keySpend], from: start, limit: 512) { key, value in
                guard let keyID = KeyID(bytes: [UInt8](copying: key)) else { return .continue }
                page.keys.append((keyID, ([UInt8](copying: value), [:])))
                return .continue
            }
            if page.keys.count == 512 { page.next = page.keys.last.map { $0.0.bytes + [0] } }
            for index in page.keys.indices {
                let prefix = page.keys[index].0.bytes
                try transaction.scan(reader.tables[.windows], from: prefix, until: prefix.successorOfPrefix) { key, value in
                    page.keys[index].1.windows[[UInt8](copying: key)] = [UInt8](copying: value)
                    return .continue
                }
            }
            return page
        }
    }
}

extension LogSums {
    /// Keys whose spend is held in memory at once.
    static let keysOfShare = 100_000
    /// Days whose rows are looked at one by one.
    static let mostWatchedDays = 16
}

extension SpendReconciliation {
    fileprivate mutating func note(_ check: ZoneCheck) {
        differenceCount += check.differenceCount
        differences += check.differences.prefix(ViewComparison.mostNamed - differences.count)
    }

    fileprivate mutating func note(_ kind: ViewTables.Kind, _ found: [[UInt8]: [UInt8]], expected: [[UInt8]: [UInt8]]) {
        if found == expected { return }
        for key in Set(found.keys).union(expected.keys).sorted(by: { $0.lexicographicallyPrecedes($1) }) where found[key] != expected[key] {
            differenceCount += 1
            guard differences.count < ViewComparison.mostNamed else { continue }
            differences.append(ViewDifference(kind, key, found: found[key], expected: expected[key]))
        }
    }
}
