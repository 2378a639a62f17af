/// Notice: a charge took a key over one of its budgets. States never depend on it.
public struct BudgetCrossed: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
        case soft = 1
        case hard = 2
    }

    public var keyID: KeyID
    public var kind: Kind
    public var effectiveAt: Instant
    /// Start of the budget's window; the distant past where the budget has none.
    public var windowStart: Instant
    /// The window's spend with the charge.
    public var spend: Amount
    public var budget: Amount
    public var chargePosition: Position
    /// Of a model's budget; empty for the key's own.
    public var model: String

    public init(
        keyID: KeyID, kind: Kind, effectiveAt: Instant, windowStart: Instant, spend: Amount, budget: Amount, chargePosition: Position,
        model: String = ""
    ) {
        self.keyID = keyID
        self.kind = kind
        self.effectiveAt = effectiveAt
        self.windowStart = windowStart
        self.spend = spend
        self.budget = budget
        self.chargePosition = chargePosition
        self.model = model
    }
}
