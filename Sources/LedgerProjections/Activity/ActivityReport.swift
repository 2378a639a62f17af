public import LedgerSchema

/// Sums of charges by day, and within a day by model, key and so on. What sums to nothing is left out.
public struct ActivityReport: Sendable {
    /// A credential, or with joined rotations a key; with attribution `asOf` one of its names.
    public struct Key: Hashable, Sendable {
        /// The token in hexadecimal, or the key_id.
        public var name: String
        /// `nil` for a token that no key ever had.
        public var keyID: KeyID?
        public var alias: String?
        public var teamID: String?
        public var userID: String?
        public var organizationID: String?
        /// The last of its revisions that was charged; 0 for a token that no key ever had.
        public var revision: UInt64
        /// It is not deleted.
        public var exists: Bool
        /// Of the whole range.
        public var metrics: ActivityMetrics
    }

    /// What a key has of an entry.
    public struct Share: Hashable, Sendable {
        /// Index into the report's keys.
        public var key: Int
        public var metrics: ActivityMetrics
    }

    /// One model, one team …
    public struct Entry: Hashable, Sendable {
        public var name: String
        /// Whose model it is, in the dimension `entityModels` alone.
        public var entity: String?
        public var metrics: ActivityMetrics
        /// In the order of the report's keys.
        public var keys: [Share]
    }

    public struct Day: Hashable, Sendable {
        /// The first day where the report is not by day.
        public var date: CivilDate
        public var metrics: ActivityMetrics
        /// Entries in the order of their entities and names.
        public var breakdowns: [ActivityQuery.Dimension: [Entry]]
        public var keys: [Share]

        public subscript(dimension: ActivityQuery.Dimension) -> [Entry] { breakdowns[dimension] ?? [] }
    }

    /// The sums of an entity over the whole range.
    public struct Entity: Hashable, Sendable {
        /// `nil` where a charge has none.
        public var id: String?
        public var metrics: ActivityMetrics
        public var keyCount: Int
    }

    /// The last day first.
    public var days: [Day]
    /// Every key of the whole range, ordered by name and revision.
    public var keys: [Key]
    /// Every entity of the whole range, ordered by name.
    public var entities: [Entity]
    /// Of the whole range, whatever page this is.
    public var totals: ActivityMetrics
    /// Of the whole range.
    public var pageCount: Int
    /// What the report reflects.
    public var position: Position
}

/// What stands where a charge does not say.
public enum ActivityName {
    public static let unknownModel = "unknown-model"
    public static let unknownModelGroup = "unknown-model-group"
    public static let unknownProvider = "unknown"
    public static let unassigned = "Unassigned"
}
