public import LedgerSchema

/// What makes a charge the same one when it is sent again.
public enum ChargeID: Hashable, Sendable {
    /// The caller's id, together with the hour of `occurred_at`.
    case request(String)
    /// A place among the charges of one producer, which needs no index of ids: numbers from 1 in each epoch.
    case sequence(producer: String, epoch: UInt32, number: UInt64)
}

/// A charge as a caller sends it. An empty name is no name.
public struct NewCharge: Hashable, Sendable {
    public var id: ChargeID
    /// The producer gives up every lower number of its own that has not come.
    public var skipsMissing = false
    /// Of the credential that is charged, whatever its state; one that no key has is kept too.
    public var token: Token
    /// Negative only in a correction. At most 2⁶³ − 1 picodollars either way.
    public var amount: Amount
    /// `nil`: the moment of recording.
    public var occurredAt: Instant?
    /// Parts that sum to `amount`.
    public var cost: CostParts?
    public var tokens = TokenCounts()
    public var model: String?
    public var modelGroup: String?
    public var provider: String?
    public var endpoint: String?
    public var callType: String?
    public var mcpTool: String?
    public var tags: [String] = []
    public var endUser: String?
    public var failed = false
    public var durationMilliseconds: UInt64?
    /// Only where they differ from the key's.
    public var userID: String?
    public var teamID: String?
    /// Why it cannot be recorded, whatever else it says: it only uses up its producer's number.
    package var refusal: ChargeRefusal?

    public init(id: ChargeID, token: Token, amount: Amount, occurredAt: Instant? = nil) {
        self.id = id
        self.token = token
        self.amount = amount
        self.occurredAt = occurredAt
    }
}
