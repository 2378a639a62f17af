/// The windows of a budget: half-open stretches of equal length that cover all time without gaps, one of which begins at the anchor.
///
/// This is what the event that sets a budget stores, so that no later setting can move a window. Which window a moment lies in is computed
/// when asked; no event marks a window's end.
public struct BudgetWindow: Hashable, Sendable {
    /// What a window's length is counted in.
    public enum Unit: UInt8, Sendable {
        /// Seconds.
        case seconds = 1
        /// Days of the zone.
        case days = 2
        /// Calendar months of the zone, clamped to the month's last day.
        case months = 3
    }

    /// The period as the request named it.
    public let text: String
    /// The zone whose days and months count. Only `UTC` so far.
    public let zone: String
    /// The start of one window.
    public let anchor: Instant
    /// What `count` counts.
    public let unit: Unit
    /// How many units a window lasts; at least 1.
    public let count: Int64

    /// The zone of all windows so far.
    public static let utc = "UTC"

    /// The windows with these parts; nil if `count` is not positive, longer than time, or `zone` is not `UTC`.
    public init?(text: String, zone: String = utc, anchor: Instant, unit: Unit, count: Int64) {
        guard zone == Self.utc, count > 0, count <= Self.greatestCount(of: unit) else { return nil }
        (self.text, self.zone, self.anchor, self.unit, self.count) = (text, zone, anchor, unit, count)
    }

    public static func == (a: BudgetWindow, b: BudgetWindow) -> Bool {
        a.text.hasSameBytes(as: b.text) && (a.zone, a.anchor, a.unit, a.count) == (b.zone, b.anchor, b.unit, b.count)
    }

    /// What 600 years hold, more than lie between the first and the last moment that can be told.
    private static func greatestCount(of unit: Unit) -> Int64 {
        switch unit {
        case .seconds: 600 * 366 * 86_400
        case .days: 600 * 366
        case .months: 600 * 12
        }
    }

    /// The window that holds `instant`: start ≤ instant < end.
    ///
    /// A start or end that cannot be told is replaced by the first or last moment that can, so that `distantFuture` alone lies in the window
    /// that ends with it.
    public func window(at instant: Instant) -> (start: Instant, end: Instant) {
        switch unit {
        case .seconds: fixedWindow(at: instant, length: Int128(count) * Int128(Instant.nanosecondsPerSecond))
        case .days: fixedWindow(at: instant, length: Int128(count) * Int128(Instant.nanosecondsPerDay))
        case .months: monthWindow(at: instant)
        }
    }

    private func fixedWindow(at instant: Instant, length: Int128) -> (start: Instant, end: Instant) {
        let origin = Int128(anchor.nanoseconds)
        let number = (Int128(instant.nanoseconds) - origin).flooredQuotient(by: length)
        let start = origin + number * length
        return (Self.instant(clamping: start), Self.instant(clamping: start + length))
    }

    private static func instant(clamping nanoseconds: Int128) -> Instant {
        Instant(nanoseconds: Int64(clamping: nanoseconds))
    }

    private func monthWindow(at instant: Instant) -> (start: Instant, end: Instant) {
        let months = instant.date.monthNumber - anchor.date.monthNumber
        var number = months.flooredQuotient(by: Int(count))
        // In the month of its start a window begins only on the anchor's day.
        if monthBoundary(number) > instant { number -= 1 }
        return (monthBoundary(number), monthBoundary(number + 1))
    }

    private func monthBoundary(_ number: Int) -> Instant {
        let limit: Instant = number < 0 ? .distantPast : .distantFuture
        return anchor.adding(months: number * Int(count)) ?? limit
    }
}
