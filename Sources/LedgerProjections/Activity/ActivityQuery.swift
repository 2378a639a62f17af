public import LedgerSchema

/// Which charges a report sums, and how.
public struct ActivityQuery: Sendable {
    /// Whom the charges are laid to.
    public enum Entity: String, Hashable, Sendable, CaseIterable {
        case user
        case team
        case organization
        case agent
        /// A charge with two tags counts in both.
        case tag
        /// The end user; only charges that name one.
        case customer
    }

    public enum Attribution: Hashable, Sendable {
        /// A key is shown with the alias, team and user that it had last in the report's charges.
        case latest
        /// A key is shown once for each alias, team and user that it had when the charges were made.
        case asOf
    }

    /// What a report's days are divided by.
    public enum Dimension: Hashable, Sendable, CaseIterable {
        case mcpServers
        case models
        case modelGroups
        case providers
        case endpoints
        case entities
        /// Each entity's models.
        case entityModels
    }

    /// Which keys each entry of a dimension is divided by.
    public enum KeyDetail: Hashable, Sendable {
        case none
        case all
        /// Those that spent most in the whole range.
        case top(Int)
    }

    /// A part of the days, the last ones first. A page holds whole days until it has at least so many rows, a row being one key on one day.
    public struct Page: Hashable, Sendable {
        /// From 1.
        public var number: Int
        public var rows: Int

        public init(number: Int, rows: Int) {
            self.number = number
            self.rows = rows
        }
    }

    /// Local dates of `zone`, both included; `nil`: as far as there are charges.
    public var from: CivilDate?
    public var to: CivilDate?
    public var zone = ActivityZone.utc
    public var entity: Entity
    /// Names of entities; `nil`: all.
    public var entities: [String]?
    public var excluded: [String] = []
    /// Counts charges without a user, team, organization or agent too, under ``ActivityName/unassigned``.
    public var includesUnassigned = true
    /// Name of a model or a model group.
    public var model: String?
    /// Charges of this credential alone; with `joinsRotations` of its key.
    public var token: Token?
    /// Charges of these keys alone: what the caller may see.
    public var keyIDs: Set<KeyID>?
    public var attribution = Attribution.latest
    /// Shows keys, not credentials.
    public var joinsRotations = false
    /// As it was after this position; `nil`: now.
    public var asOf: Position?
    /// One entry for each day; without it one for the whole range.
    public var byDay = true
    public var dimensions = Dimension.allCases.filter { $0 != .entityModels }
    public var keys = KeyDetail.all
    /// `nil`: all days.
    public var page: Page?

    public init(_ entity: Entity, from: CivilDate? = nil, to: CivilDate? = nil) {
        self.entity = entity
        self.from = from
        self.to = to
    }
}
