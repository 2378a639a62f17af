public import LedgerDomain
public import LedgerProjections
public import LedgerSchema

/// Starts the spend of a key's budgets anew, or that of all keys, in one event. Totals are untouched.
public struct SpendResetRequest: Sendable {
    /// `nil`: all keys.
    public var target: KeyTarget?
    /// What the windows of now hold afterwards: not negative, and of one key at most what they hold now.
    public var resetTo: Amount
    public var caller: Caller
    public var origin: OriginSlot?
    public var note: NoteSlot?
    public var source: Source
    public var idempotency: Idempotency?

    public init(
        target: KeyTarget?, resetTo: Amount = .zero, caller: Caller, origin: OriginSlot? = nil, note: NoteSlot? = nil,
        source: Source = Source(), idempotency: Idempotency? = nil
    ) {
        self.target = target
        self.resetTo = resetTo
        self.caller = caller
        self.origin = origin
        self.note = note
        self.source = source
        self.idempotency = idempotency
    }
}

/// What became of a reset. Its event is flushed when it is returned.
public struct SpendResetReceipt: Sendable {
    public enum Outcome: Sendable {
        /// The key after the reset, `nil` if it was of all keys; what its window held before, `nil` in a replay, for which it is not kept.
        case done(KeyView?, previousSpend: Amount?)
        case refused(Rejection)
        /// More was asked for than the window holds: this much.
        case aboveSpend(Amount)
    }

    /// The head that the answer reflects.
    public var position: Position
    /// It was recorded by an earlier request with this Idempotency-Key.
    public var isReplay: Bool
    public var outcome: Outcome

    public init(position: Position, isReplay: Bool = false, outcome: Outcome) {
        self.position = position
        self.isReplay = isReplay
        self.outcome = outcome
    }
}
