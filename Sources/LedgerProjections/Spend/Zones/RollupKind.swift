/// The four families of rollup tables, by the number that `storage.md` gives them in the rows of zones.
enum RollupKind: UInt8, CaseIterable, Sendable {
    case keys = 1
    case tags = 2
    case endUsers = 3
    case overrides = 4

    var days: ViewTables.Kind {
        switch self {
        case .keys: .days
        case .tags: .tagDays
        case .endUsers: .endUserDays
        case .overrides: .overrideDays
        }
    }

    var quarters: ViewTables.Kind {
        switch self {
        case .keys: .quarters
        case .tags: .tagQuarters
        case .endUsers: .endUserQuarters
        case .overrides: .overrideQuarters
        }
    }

    /// The table of the days of report zones.
    var zoneDays: String {
        switch self {
        case .keys: "zoneDays"
        case .tags: "zoneTagDays"
        case .endUsers: "zoneEndUserDays"
        case .overrides: "zoneOverrideDays"
        }
    }

    var next: RollupKind? { RollupKind(rawValue: rawValue + 1) }

    /// How much stands before the day or the quarter.
    ///
    /// - Parameter start: where the key begins, behind the number of a zone.
    func timeOffset(_ key: Span<UInt8>, from start: Int = 0) throws -> Int {
        let count =
            switch self {
            case .keys: 0
            case .tags: key.count > start + 3 && (start..<start + 3).allSatisfy { key[$0] == 0xff } ? 19 : 3
            case .endUsers: 8
            case .overrides: 25
            }
        guard key.count > start + count else { throw StoredRollup.damaged }
        return start + count
    }
}
