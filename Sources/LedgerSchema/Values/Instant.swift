/// A moment in UTC, to the nanosecond, from 1677-09-21T00:12:43.145224192Z to 2262-04-11T23:47:16.854775807Z. Leap seconds do not exist.
public struct Instant: Hashable, Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z; negative before it.
    public let nanoseconds: Int64

    /// 1970-01-01T00:00:00Z.
    public static let epoch = Instant(nanoseconds: 0)
    /// The first moment that can be told.
    public static let distantPast = Instant(nanoseconds: .min)
    /// The last moment that can be told: stands for "never" where an end is compared.
    public static let distantFuture = Instant(nanoseconds: .max)

    /// Nanoseconds in a second.
    public static let nanosecondsPerSecond: Int64 = 1_000_000_000
    /// Nanoseconds in a day.
    public static let nanosecondsPerDay: Int64 = 86_400 * nanosecondsPerSecond

    /// The moment so many nanoseconds after 1970-01-01T00:00:00Z.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The moment so many nanoseconds after the start of a UTC day; nil if it cannot be told.
    public init?(date: CivilDate, nanosecondOfDay: Int64 = 0) {
        self.init(daysSince1970: date.daysSince1970, nanosecondOfDay: nanosecondOfDay)
    }

    /// The moment so many nanoseconds after the start of the day that lies `daysSince1970` after 1970-01-01; nil if it cannot be told.
    public init?(daysSince1970: Int, nanosecondOfDay: Int64 = 0) {
        let total = Int128(daysSince1970) * Int128(Self.nanosecondsPerDay) + Int128(nanosecondOfDay)
        guard let nanoseconds = Int64(exactly: total) else { return nil }
        self.init(nanoseconds: nanoseconds)
    }

    /// The moment so many nanoseconds later (earlier, if negative); nil if it cannot be told.
    public func adding(nanoseconds: Int64) -> Instant? {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return overflow ? nil : Instant(nanoseconds: sum)
    }

    /// The moment so many seconds later (earlier, if negative); nil if it cannot be told.
    public func adding(seconds: Int64) -> Instant? {
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: Self.nanosecondsPerSecond)
        return overflow ? nil : adding(nanoseconds: nanoseconds)
    }

    /// The moment so many calendar months later (earlier, if negative), at the same time of day; on the last day of the month reached if
    /// that is shorter; nil if it cannot be told.
    public func adding(months: Int) -> Instant? {
        date.adding(months: months).flatMap { Instant(date: $0, nanosecondOfDay: nanosecondOfDay) }
    }

    /// The UTC day, counted from 1970-01-01; negative before it.
    public var daysSince1970: Int {
        Int(nanoseconds.flooredQuotient(by: Self.nanosecondsPerDay))
    }

    /// The UTC day.
    public var date: CivilDate {
        CivilDate(daysSince1970: daysSince1970)
    }

    /// Nanoseconds since the start of the UTC day: 0 ..< 86,400 · 10⁹.
    public var nanosecondOfDay: Int64 {
        let remainder = nanoseconds % Self.nanosecondsPerDay
        return remainder < 0 ? remainder + Self.nanosecondsPerDay : remainder
    }

    /// The start of the UTC day. On the first day that can be told, whose start cannot, the first moment.
    public var startOfDay: Instant {
        adding(nanoseconds: -nanosecondOfDay) ?? .distantPast
    }
}

extension Instant: Comparable {
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
}

extension Instant: CustomStringConvertible {
    /// RFC 3339 in UTC with nine digits: loses nothing.
    public var description: String { rfc3339(fraction: .nanoseconds) }
}
