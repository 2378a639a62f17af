package import LedgerSchema

/// What a rollup row counts.
package struct Metrics: Hashable, Sendable {
    /// In 10⁻¹² USD.
    package var spend: Int128 = 0
    package var promptTokens: UInt64 = 0
    package var completionTokens: UInt64 = 0
    package var cacheReadTokens: UInt64 = 0
    package var cacheWriteTokens: UInt64 = 0
    package var succeeded: UInt64 = 0
    package var failed: UInt64 = 0
    /// Of the calls in `timed`.
    package var durationMilliseconds: UInt64 = 0
    /// Calls that succeeded and whose duration is known.
    package var timed: UInt64 = 0

    package init() {}

    /// What one charge adds. A correction counts no call.
    package init(_ charge: Charge, isAdjustment: Bool) {
        self.init(
            amount: charge.amount, tokens: charge.tokens, failed: charge.failed, duration: charge.durationMilliseconds,
            isAdjustment: isAdjustment)
    }

    @inline(__always)
    init(amount: Int64, tokens: TokenCounts, failed: Bool, duration: UInt64?, isAdjustment: Bool) {
        spend = Int128(amount)
        promptTokens = tokens.prompt
        completionTokens = tokens.completion
        cacheReadTokens = tokens.cacheRead
        cacheWriteTokens = tokens.cacheWrite
        guard !isAdjustment else { return }
        guard !failed else {
            self.failed = 1
            return
        }
        succeeded = 1
        if let duration { (durationMilliseconds, timed) = (duration, 1) }
    }

    /// Calls, whether they succeeded or not.
    package var requests: UInt64 { succeeded &+ failed }

    /// - Throws: `overflow` if a sum does not fit; nothing is added then.
    package mutating func add(_ other: Metrics) throws(AmountError) {
        var overflow = false
        var sum = Metrics()
        sum.spend = Self.sum(spend, other.spend, &overflow)
        sum.promptTokens = Self.sum(promptTokens, other.promptTokens, &overflow)
        sum.completionTokens = Self.sum(completionTokens, other.completionTokens, &overflow)
        sum.cacheReadTokens = Self.sum(cacheReadTokens, other.cacheReadTokens, &overflow)
        sum.cacheWriteTokens = Self.sum(cacheWriteTokens, other.cacheWriteTokens, &overflow)
        sum.succeeded = Self.sum(succeeded, other.succeeded, &overflow)
        sum.failed = Self.sum(failed, other.failed, &overflow)
        sum.durationMilliseconds = Self.sum(durationMilliseconds, other.durationMilliseconds, &overflow)
        sum.timed = Self.sum(timed, other.timed, &overflow)
        if overflow { throw AmountError(.overflow) }
        self = sum
    }

    @inline(__always)
    private static func sum<Number: FixedWidthInteger>(_ a: Number, _ b: Number, _ overflow: inout Bool) -> Number {
        let (sum, over) = a.addingReportingOverflow(b)
        overflow = overflow || over
        return sum
    }
}
