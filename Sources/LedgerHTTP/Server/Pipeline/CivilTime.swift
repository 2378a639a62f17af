/// A moment in UTC, as calendar and clock show it.
struct CivilTime {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    /// 0 is Sunday.
    let weekday: Int

    /// The moment that many seconds after the beginning of 1970; not before it.
    init(unixSeconds: Int) {
        let (days, secondOfDay) = unixSeconds.quotientAndRemainder(dividingBy: 86_400)
        (hour, minute, second) = (secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
        weekday = (days + 4) % 7
        // Eras of 400 years, each year counted from 1 March so that the leap day is its last.
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `2026-11-21T06:42:03`.
    var date: String { "\(year)-\(Self.two(month))-\(Self.two(day))T\(clock)" }

    /// `06:42:03`.
    var clock: String { "\(Self.two(hour)):\(Self.two(minute)):\(Self.two(second))" }

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
