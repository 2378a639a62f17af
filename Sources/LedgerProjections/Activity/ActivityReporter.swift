package import LMDB
import LedgerDomain
package import LedgerSchema

/// Makes reports of what the views and the tail hold.
package struct ActivityReporter {
    /// What a report as of a position needs beside the rows recorded before that day.
    package struct Past {
        /// UTC day on which the position was recorded.
        package var day: Int32
        /// What was recorded on that day, up to the position.
        package var segments: [SpendSegment]

        package init(day: Int32, segments: [SpendSegment]) {
            self.day = day
            self.segments = segments
        }
    }

    let query: ActivityQuery
    let tables: ViewTables
    let directory: any ActivityDirectory
    /// What the report reflects.
    let position: Position
    private let segments: [SpendSegment]
    private let recordedBefore: Int32?
    private let pastSegments: [SpendSegment]

    /// - Parameters:
    ///   - segments: of the tail, none of which the views hold.
    ///   - position: the last event of views and segments, or that of the query.
    package init(
        _ query: ActivityQuery, _ tables: ViewTables, segments: [SpendSegment], directory: any ActivityDirectory, position: Position,
        past: Past? = nil
    ) {
        self.query = query
        self.tables = tables
        self.segments = segments
        self.directory = directory
        self.position = position
        recordedBefore = past?.day
        pastSegments = past?.segments ?? []
    }

    /// - Throws: `TimeZoneError`, ``LMDBError``, ``FoldError``; `AmountError` with code `overflow`.
    package func report(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> ActivityReport {
        guard let days = try days(in: &transaction) else { return .empty(at: position) }
        let plan = try DayPlan(query.zone.rules, days, isJoined: !query.byDay)
        let zone = try zoneDays(in: &transaction)
        let count = query.byDay ? days.count : 1
        let survey = ActivitySurvey(dayCount: count, countsKeys: query.byDay && query.page != nil)
        var rows = try ActivityRows(query, directory, plan, survey, recordedBefore: recordedBefore)
        rows = try scan(rows, days, zone, in: &transaction)
        var summary = try ActivitySummary(rows, query, firstDay: days.lowerBound)
        guard summary.needsBreakdown, let shown = summary.shownDays else { return summary.report(position) }
        let first = days.lowerBound
        let shownDays = query.byDay ? first + shown.lowerBound...first + shown.upperBound : days
        rows.plan = try DayPlan(query.zone.rules, shownDays, isJoined: !query.byDay)
        rows.breakdown = ActivityBreakdown(showsKey: summary.showsKey)
        rows = try scan(rows, shownDays, zone, in: &transaction)
        summary.take(rows, firstShown: shown.lowerBound)
        return summary.report(position)
    }

    private func zoneDays(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> ZoneDays? {
        guard case .named(let rules) = query.zone else { return nil }
        return try tables.days(of: rules, in: &transaction)
    }

    private func scan(
        _ rows: ActivityRows, _ days: ClosedRange<Int>, _ zone: ZoneDays?, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> ActivityRows {
        var scan = ActivityScan(tables: tables, segments: segments, rows: rows, zone: zone)
        if zone != nil { scan.rows.plan = DayPlan(ofLocalDays: days, isJoined: !query.byDay) }
        try scan.takeViews(in: &transaction)
        scan.rows.plan = rows.plan
        try scan.takeSegments()
        scan.rows.recordedBefore = nil
        scan.segments = pastSegments
        try scan.takeSegments()
        scan.rows.recordedBefore = recordedBefore
        scan.rows.flush()
        if scan.rows.hasOverflown { throw AmountError(.overflow) }
        return scan.rows
    }

    /// The query's local dates, as far as there are charges.
    private func days(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> ClosedRange<Int>? {
        var bounds: (first: Int, last: Int)?
        func widen(_ day: Int32) {
            let day = Int(day)
            bounds = (min(bounds?.first ?? day, day), max(bounds?.last ?? day, day))
        }
        if let first = try transaction.first(tables[.days]), let last = try transaction.last(tables[.days]) {
            widen(try StoredRollup.time(first.key.span, at: 0))
            widen(try StoredRollup.time(last.key.span, at: 0))
        }
        for segment in segments + pastSegments { segment.rollups.forEach { key, _ in widen(Quarter.day(of: key.quarter)) } }
        guard let bounds else { return nil }
        // A local date is at most two days from the UTC day.
        let first = max(query.from?.daysSince1970 ?? .min, bounds.first - 2)
        let last = min(query.to?.daysSince1970 ?? .max, bounds.last + 2)
        return first <= last ? first...last : nil
    }
}

extension ActivityReport {
    static func empty(at position: Position) -> ActivityReport {
        ActivityReport(days: [], keys: [], entities: [], totals: ActivityMetrics(), pageCount: 0, position: position)
    }
}
