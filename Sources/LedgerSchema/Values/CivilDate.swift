/// A day of the proleptic Gregorian calendar, in no particular zone.
public struct CivilDate: Hashable, Sendable {
    /// The year, 0 … 9999.
    public let year: Int
    /// The month, 1 … 12.
    public let month: Int
    /// The day of the month, from 1.
    public let day: Int

    /// The given day; nil if the calendar has no such day or the year has not at most four digits.
    public init?(year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    private init(unchecked year: Int, _ month: Int, _ day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// How many days a month has.
    public static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }
}

// Both conversions let the year begin in March, so that the leap day comes last, and count 400-year cycles of 146,097 days from
// 0000-03-01, which is 719,468 days before 1970-01-01. Within such a year the months from March on begin at day (153 m + 2) / 5.
extension CivilDate {
    /// The day that lies `days` after 1970-01-01 (before it, if negative). Right for every day whose year has at most four digits.
    public init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let cycle = shifted.flooredQuotient(by: 146_097)
        let dayOfCycle = shifted - cycle * 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
        self.init(unchecked: year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// Days since 1970-01-01; negative before it.
    public var daysSince1970: Int { Self.daysSince1970(year: year, month: month, day: day) }

    /// Days since 1970-01-01 of a day in any year, also in those that a `CivilDate` cannot tell.
    package static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let cycle = yearFromMarch.flooredQuotient(by: 400)
        let yearOfCycle = yearFromMarch - cycle * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return cycle * 146_097 + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear - 719_468
    }

    /// The day of the week: 1 is Monday, 7 is Sunday (ISO 8601).
    public var weekday: Int {
        // 1970-01-01 was a Thursday.
        let days = daysSince1970 + 3
        return days - days.flooredQuotient(by: 7) * 7 + 1
    }

    /// The first day of the month.
    public var firstOfMonth: CivilDate { CivilDate(unchecked: year, month, 1) }

    /// Months since January of year 0.
    public var monthNumber: Int { year * 12 + month - 1 }

    /// The same day so many months later (earlier, if negative), or that month's last day if it is shorter; nil outside of 0 … 9999.
    public func adding(months: Int) -> CivilDate? {
        let (number, overflow) = monthNumber.addingReportingOverflow(months)
        guard !overflow, (0..<120_000).contains(number) else { return nil }
        let (year, month) = (number / 12, number % 12 + 1)
        return CivilDate(unchecked: year, month, min(day, Self.days(inMonth: month, of: year)))
    }
}

extension CivilDate: Comparable {
    public static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension CivilDate: LosslessStringConvertible {
    /// The day written `2026-11-21`; nil for anything else.
    public init?(_ description: String) {
        var reader = TimestampReader(description.utf8)
        guard let date = reader.date(), reader.isAtEnd else { return nil }
        self = date
    }

    /// The day written `2026-11-21`.
    public var description: String {
        var writer = TimestampWriter()
        writer.date(self)
        return writer.text
    }
}

extension BinaryInteger {
    /// The quotient rounded towards minus infinity; `divisor` must be positive.
    @inlinable package func flooredQuotient(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
