public import LedgerDomain

/// Whose midnight ends a day.
public enum ActivityZone: Hashable, Sendable {
    case utc
    /// Always so far east of UTC; a multiple of 15 minutes.
    case offset(minutesEast: Int)
    case named(TimeZoneRules)

    var rules: TimeZoneRules {
        switch self {
        case .utc: TimeZoneRules(name: "UTC", offset: 0)
        case .offset(let minutes): TimeZoneRules(name: "of \(minutes) minutes east of UTC", offset: minutes * 60)
        case .named(let rules): rules
        }
    }
}
