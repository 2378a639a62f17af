public import LedgerProjections
public import LedgerSchema

/// Charges that one caller records together. Each stands for itself: one that is rejected spoils no other.
public struct ChargeRequest: Sendable {
    public static let mostCharges = 10_000
    /// What the charges of a request may take, 512 bytes counted for each beside its texts.
    public static let mostBytes = 16 << 20

    public var charges: [NewCharge]
    /// The master secret, the operator, or a key with the role of a gateway or an administrator.
    public var caller: Caller

    public init(charges: [NewCharge], caller: Caller) {
        self.charges = charges
        self.caller = caller
    }
}

/// What became of one charge.
public enum ChargeOutcome: Hashable, Sendable {
    case recorded(Position)
    /// The same charge was recorded before, at this position; unknown for a repeated number of a producer.
    case duplicate(Position?)
    /// Another charge with this id was recorded at this position; this one was not.
    case conflict(Position)
    /// Nothing was recorded. `code` is a word for programs, `message` says what to do.
    case rejected(code: String, message: String)
}

/// What became of a request. Everything recorded is flushed when it is returned.
public struct ChargeReceipt: Hashable, Sendable {
    /// The head that the answer reflects.
    public var position: Position
    /// A correction that an earlier request with this Idempotency-Key recorded.
    public var isReplay: Bool
    /// In the order of the request.
    public var outcomes: [ChargeOutcome]

    public init(position: Position, isReplay: Bool = false, outcomes: [ChargeOutcome]) {
        self.position = position
        self.isReplay = isReplay
        self.outcomes = outcomes
    }
}
