public import LedgerSchema

/// How often a budget starts afresh, as requests name it: a number and a unit (`30s`, `5m`, `1h`, `7d`, `1w`, `1mo`) or one of the words
/// `hourly`, `daily`, `weekly`, `monthly`. Of months there is only `1mo`.
///
/// Windows are aligned to the calendar, as LiteLLM aligns its resets:
/// - `1d`, `daily`: from midnight to midnight.
/// - `7d`, `1w`, `weekly`: from Monday to Monday.
/// - `30d`, `1mo`, `monthly`: from the first of a month to the first of the next.
/// - other days and weeks: from the midnight of the day on which the budget was set.
/// - seconds, minutes, hours: multiples of the length, counted from that midnight.
///
/// For lengths that divide a minute, an hour or a day this gives LiteLLM's own resets. For others LiteLLM counts afresh within each minute,
/// hour or day, so that its windows differ in length (and `48h` lasts a day); here all windows are as long as they say.
public struct BudgetPeriod: Hashable, Sendable {
    private let unit: BudgetWindow.Unit
    private let count: Int64
    private let alignment: Alignment
    private let text: String

    private enum Alignment {
        case day
        case week
        case month
    }

    /// The period that a text names.
    /// - Throws: `DurationError`: `invalidFormat`, `unknownUnit`, `outOfRange` (zero, more than one month, too long).
    public init(_ text: some StringProtocol) throws(DurationError) {
        self.text = String(text)
        let parts = try DurationText(Self.words[self.text] ?? self.text)
        guard parts.count > 0 else { throw DurationError(.outOfRange) }
        switch (parts.unit, parts.count) {
        case (.months, 1), (.days, 30):
            (unit, count, alignment) = (.months, 1, .month)
        case (.months, _):
            throw DurationError(.outOfRange)
        case (.days, let days):
            (unit, count, alignment) = (.days, days, days == 7 ? .week : .day)
        case (.weeks, let weeks):
            let (days, overflow) = weeks.multipliedReportingOverflow(by: 7)
            if overflow { throw DurationError(.outOfRange) }
            (unit, count, alignment) = (.days, days, days == 7 ? .week : .day)
        case (.seconds, _), (.minutes, _), (.hours, _):
            (unit, count, alignment) = (.seconds, try parts.seconds() ?? 0, .day)
        }
    }

    private static let words = ["hourly": "1h", "daily": "1d", "weekly": "1w", "monthly": "1mo"]

    /// The windows of a budget that is set at `instant`: what its event stores.
    /// - Throws: `DurationError` with code `outOfRange` if the first window ends beyond 2262.
    public func resolved(at instant: Instant) throws(DurationError) -> BudgetWindow {
        let today = instant.date
        let first: CivilDate? =
            switch alignment {
            case .day: today
            case .week: CivilDate(daysSince1970: instant.daysSince1970 - (today.weekday - 1))
            case .month: today.firstOfMonth
            }
        guard let first, let anchor = Instant(date: first), let window = BudgetWindow(text: text, anchor: anchor, unit: unit, count: count),
            window.window(at: instant).end < .distantFuture
        else { throw DurationError(.outOfRange) }
        return window
    }
}

extension BudgetPeriod: CustomStringConvertible {
    /// The text that it was made from.
    public var description: String { text }
}
