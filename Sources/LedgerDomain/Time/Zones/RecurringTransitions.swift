import LedgerSchema

/// The rule of a TZif footer, which holds after the last transition: a POSIX `TZ` string with the extensions of RFC 8536, such as
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
struct RecurringTransitions: Hashable, Sendable {
    /// Summer time: its offset, and when it begins (in standard time) and ends (in its own).
    struct Summer: Hashable, Sendable {
        var offset: Int
        var begin: YearlyMoment
        var end: YearlyMoment
    }

    let standardOffset: Int
    let summer: Summer?

    func offset(at second: Int64) -> Int {
        guard let summer else { return standardOffset }
        return lastTransition(atOrBefore: second, summer)?.offset ?? standardOffset
    }

    func nextTransition(after second: Int64) -> Int64? {
        guard let summer else { return nil }
        let year = Self.year(of: second)
        return (year - 1...year + 2).lazy.flatMap { transitions(in: $0, summer) }.filter { $0.second > second }.map(\.second).min()
    }

    private func lastTransition(atOrBefore second: Int64, _ summer: Summer) -> TimeZoneRules.Transition? {
        let year = Self.year(of: second)
        let past = (year - 2...year + 1).flatMap { transitions(in: $0, summer) }.filter { $0.second <= second }
        // Where summer time ends and begins in the same moment, it lasts all year.
        return past.max { ($0.second, isSummer($0)) < ($1.second, isSummer($1)) }
    }

    private func isSummer(_ transition: TimeZoneRules.Transition) -> Int { transition.offset == standardOffset ? 0 : 1 }

    private func transitions(in year: Int, _ summer: Summer) -> [TimeZoneRules.Transition] {
        [
            TimeZoneRules.Transition(second: summer.begin.localSecond(in: year) - Int64(standardOffset), offset: summer.offset),
            TimeZoneRules.Transition(second: summer.end.localSecond(in: year) - Int64(summer.offset), offset: standardOffset),
        ]
    }

    private static func year(of second: Int64) -> Int {
        CivilDate(daysSince1970: Int(second.flooredQuotient(by: 86_400))).year
    }
}

/// A moment of every year, in local time.
struct YearlyMoment: Hashable, Sendable {
    enum Day: Hashable, Sendable {
        /// `Mm.w.d`: the weekday (0 is Sunday) in the given week of a month; week 5 is the last.
        case weekday(Int, week: Int, month: Int)
        /// `Jn`: 1 … 365; the 29th of February is not counted.
        case julian(Int)
        /// `n`: 0 … 365.
        case ordinal(Int)
    }

    var day: Day
    /// After midnight; from −167 h to 167 h.
    var secondOfDay: Int

    func localSecond(in year: Int) -> Int64 { Int64(daysSince1970(in: year)) * 86_400 + Int64(secondOfDay) }

    private func daysSince1970(in year: Int) -> Int {
        let january = CivilDate.daysSince1970(year: year, month: 1, day: 1)
        switch day {
        case .ordinal(let day): return january + day
        case .julian(let day): return january + day - 1 + (day >= 60 && CivilDate.days(inMonth: 2, of: year) == 29 ? 1 : 0)
        case .weekday(let weekday, let week, let month):
            let first = CivilDate.daysSince1970(year: year, month: month, day: 1)
            // 1970-01-01 was a Thursday.
            let weekdayOfFirst = (first + 4) - (first + 4).flooredQuotient(by: 7) * 7
            let day = (weekday - weekdayOfFirst + 7) % 7 + (week - 1) * 7
            return first + (day >= CivilDate.days(inMonth: month, of: year) ? day - 7 : day)
        }
    }
}
