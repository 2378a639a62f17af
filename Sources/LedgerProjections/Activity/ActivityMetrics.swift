public import LedgerSchema

/// What charges sum to.
public struct ActivityMetrics: Hashable, Sendable {
    var picodollars: Int128 = 0
    public internal(set) var promptTokens: Int64 = 0
    public internal(set) var completionTokens: Int64 = 0
    public internal(set) var cacheReadTokens: Int64 = 0
    public internal(set) var cacheWriteTokens: Int64 = 0
    public internal(set) var succeeded: Int64 = 0
    public internal(set) var failed: Int64 = 0
    /// Of the requests in `timed`.
    public internal(set) var durationMilliseconds: Int64 = 0
    /// Requests that succeeded and whose duration is known.
    public internal(set) var timed: Int64 = 0

    public init() {}

    public var spend: Amount { Amount(picodollars: picodollars) }
    public var totalTokens: UInt64 { UInt64(clamping: promptTokens) + UInt64(clamping: completionTokens) }
    /// Charges without corrections.
    public var requests: UInt64 { UInt64(clamping: succeeded) + UInt64(clamping: failed) }

    var isZero: Bool { self == ActivityMetrics() }

    /// A number that is 0 for zero; that of a sum is the sum of those of its parts.
    var figure: UInt64 {
        let counts = [promptTokens, completionTokens, cacheReadTokens, cacheWriteTokens, succeeded, failed, durationMilliseconds, timed]
        return counts.reduce(UInt64(truncatingIfNeeded: picodollars)) { $0 &* WordHash.prime &+ UInt64(bitPattern: $1) }
    }

    /// The order of lists by spend: the highest first, then by the bytes of a name.
    package func ranks(before other: ActivityMetrics, _ name: String, _ otherName: String) -> Bool {
        picodollars == other.picodollars ? name.precedes(otherName) : picodollars > other.picodollars
    }

    /// The sum of parts of one sum, which fits if that does.
    public static func sum(of parts: some Sequence<ActivityMetrics>) -> ActivityMetrics {
        parts.reduce(into: ActivityMetrics()) { _ = $0.add($1) }
    }

    /// Adds a row, or takes it away again where another place counts it.
    ///
    /// - Returns: whether a sum overflowed; the metrics are worthless then.
    @inline(__always)
    mutating func add(_ row: Metrics, isTaken: Bool) -> Bool {
        var overflow = false
        let sign: Int64 = isTaken ? -1 : 1
        let (sum, over) = picodollars.addingReportingOverflow(isTaken ? 0 &- row.spend : row.spend)
        overflow = over || row.spend == .min
        picodollars = sum
        Self.add(&promptTokens, row.promptTokens, sign, &overflow)
        Self.add(&completionTokens, row.completionTokens, sign, &overflow)
        Self.add(&cacheReadTokens, row.cacheReadTokens, sign, &overflow)
        Self.add(&cacheWriteTokens, row.cacheWriteTokens, sign, &overflow)
        Self.add(&succeeded, row.succeeded, sign, &overflow)
        Self.add(&failed, row.failed, sign, &overflow)
        Self.add(&durationMilliseconds, row.durationMilliseconds, sign, &overflow)
        Self.add(&timed, row.timed, sign, &overflow)
        return overflow
    }

    /// - Returns: whether a sum overflowed; the metrics are worthless then.
    @inline(__always)
    mutating func add(_ other: ActivityMetrics) -> Bool {
        let (sum, over) = picodollars.addingReportingOverflow(other.picodollars)
        var overflow = over
        picodollars = sum
        Self.add(&promptTokens, other.promptTokens, &overflow)
        Self.add(&completionTokens, other.completionTokens, &overflow)
        Self.add(&cacheReadTokens, other.cacheReadTokens, &overflow)
        Self.add(&cacheWriteTokens, other.cacheWriteTokens, &overflow)
        Self.add(&succeeded, other.succeeded, &overflow)
        Self.add(&failed, other.failed, &overflow)
        Self.add(&durationMilliseconds, other.durationMilliseconds, &overflow)
        Self.add(&timed, other.timed, &overflow)
        return overflow
    }

    @inline(__always)
    private static func add(_ sum: inout Int64, _ count: UInt64, _ sign: Int64, _ overflow: inout Bool) {
        let value = Int64(bitPattern: count)
        add(&sum, sign &* value, &overflow)
        overflow = overflow || value < 0
    }

    @inline(__always)
    private static func add(_ sum: inout Int64, _ value: Int64, _ overflow: inout Bool) {
        let (result, over) = sum.addingReportingOverflow(value)
        sum = result
        overflow = overflow || over
    }
}
