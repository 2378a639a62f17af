/// What a comparison of the views' sums with the log has found.
public struct SpendReconciliation: Hashable, Sendable {
    /// One metric summed over everything.
    public struct Sum: Hashable, Sendable {
        /// As in `Schemas/storage.md`; `spend` is in 10⁻¹² USD.
        public var metric: String
        public var log: Int128
        /// Over all rows of days.
        public var days: Int128
        /// Over all rows of quarters.
        public var quarters: Int128
    }

    /// The last event that was compared.
    public var position: UInt64 = 0
    public var sums: [Sum] = []
    public var days: UInt64 = 0
    public var keys: UInt64 = 0
    /// How many rows differ; where a day is off by more rows than are named, at least so many.
    public var differenceCount: UInt64 = 0
    /// Some of the rows that differ.
    public var differences: [ViewDifference] = []

    public init() {}

    public var isClean: Bool { differenceCount == 0 && sums.allSatisfy { $0.log == $0.days && $0.log == $0.quarters } }
}
