import LedgerDomain

/// Tells the local day of quarters.
struct ZoneCalendar {
    private let rules: TimeZoneRules
    /// By UTC day.
    private var stretches: [Int32: [LocalDayStretch]] = [:]
    private var last = LocalDayStretch(day: 0, quarters: 0..<0)

    init(_ rules: TimeZoneRules) { self.rules = rules }

    /// The local day on which a quarter begins.
    mutating func day(of quarter: Int32) -> Int32 {
        if !last.quarters.contains(Int(quarter)) {
            last = stretches(ofUTCDay: Quarter.day(of: quarter)).first { $0.quarters.contains(Int(quarter)) } ?? last
        }
        return Int32(last.day)
    }

    private mutating func stretches(ofUTCDay day: Int32) -> [LocalDayStretch] {
        if let known = stretches[day] { return known }
        // No zone is more than 26 hours from UTC.
        let found = rules.stretchesByBeginning(of: Int(day) - 2...Int(day) + 2)
        stretches[day] = found
        return found
    }
}
