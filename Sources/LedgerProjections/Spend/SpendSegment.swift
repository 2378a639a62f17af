package import LedgerSchema

/// What a stretch of the log adds to the views; never changed once it is made.
package final class SpendSegment: Sendable {
    let content: SpendSegmentContent

    init(_ content: SpendSegmentContent) { self.content = content }

    package var first: Position { content.first }
    package var last: Position { content.last }
    /// Of the last event.
    package var lastRecordedAt: Instant { content.lastRecordedAt }
    /// Charges and corrections.
    package var chargeCount: Int { content.chargeCount }
    /// By UTC quarters.
    package var rollups: RollupTable<RollupKey> { content.rollups }
    package var tags: RollupTable<TagRollupKey> { content.tags }
    package var endUsers: RollupTable<EndUserRollupKey> { content.endUsers }
    package var overrides: RollupTable<OverrideRollupKey> { content.overrides }
    /// Names without a number and team ids, by code less ``RollupKey/textCode``.
    package var texts: [String] { content.names.texts }
    /// Tokens that no key had, by ordinal.
    package var unknownTokens: [Token] { content.names.tokens }
    /// By ordinal.
    package var tokenSpend: [TokenSpend] { content.tokenSpend }
    package var resetsOfAllKeys: [SpendResetState] { content.resetsOfAllKeys }
    package var runs: [ChargeRun] { content.runs }
    package var chargeIDs: ChargeIdentities { content.chargeIDs }

    /// The keys that something happened to, in no particular order. A reset of all keys is not among it.
    package var keyIDs: [KeyID] { content.changes.keyIDs }

    /// What happened to one key, in order.
    package func changes(of keyID: KeyID) -> [SpendChange] { content.changes(of: keyID) }
}

/// What was spent with a token that no key had.
package struct TokenSpend: Hashable, Sendable {
    package var total: Int128 = 0
    /// Charges without corrections.
    package var count: UInt64 = 0
    package var lastOccurredAt: Instant?

    package init() {}

    package mutating func add(_ other: TokenSpend) throws(AmountError) {
        let (sum, overflow) = total.addingReportingOverflow(other.total)
        if overflow { throw AmountError(.overflow) }
        total = sum
        count += other.count
        lastOccurredAt = [lastOccurredAt, other.lastOccurredAt].compactMap { $0 }.max()
    }
}

/// Charges that follow one another, among charges, and occurred in one quarter: what a listing by time walks.
package struct ChargeRun: Hashable, Sendable {
    package var quarter: Int32
    package var first: Position
    package var last: Position
    package var count: UInt64

    package init(quarter: Int32, first: Position, last: Position, count: UInt64) {
        self.quarter = quarter
        self.first = first
        self.last = last
        self.count = count
    }
}
