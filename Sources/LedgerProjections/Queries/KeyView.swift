public import LedgerDomain
public import LedgerSchema

/// A key as one answer shows it: its state, the credential that was asked for, and the names that stand behind numbers.
public struct KeyView: Hashable, Sendable {
    public var state: KeyState
    /// The credential that was asked for by its token, else the current one.
    public var credential: CredentialState
    public var current: CredentialState
    /// Display form of `credential`'s secret; `nil` if the ledger was never told it, or its text has gone.
    public var credentialName: String?
    /// Name of the key's user.
    public var userID: String?
    /// The acting user's id; `default_user_id` for the master secret and the operator.
    public var createdBy: String
    public var updatedBy: String
    public var deletedBy: String?
    /// The token of the credential that deleted the key; `nil` for the master secret and the operator.
    public var deletedByToken: Token?
    /// On whose behalf the key was deleted, as the caller said.
    public var changedBy: String?
    /// In the budget's current window.
    public var spend: Amount
    /// Since the key was created; never starts anew.
    public var totalSpend: Amount
    /// The latest `occurred_at` of the key's charges.
    public var lastChargeAt: Instant?
    /// The moment of asking.
    public var moment: Instant
    /// The head when it was asked.
    public var position: Position
    /// Of `credential` at `moment`.
    public var status: CredentialStatus

    /// Of the key itself, whichever credential was asked for.
    public var keyStatus: KeyStatus { state.gate.status(at: moment) }

    /// Shows what was spent. Over budget the credential is not good, unless something else ended it before.
    package mutating func take(_ answer: KeySpendAnswer) {
        spend = answer.spend
        totalSpend = answer.totalSpend
        lastChargeAt = answer.lastChargeAt
        status = LedgerDomain.status(of: credential.window, in: state.gate, at: moment, budgetExceeded: answer.isExceeded)
    }

    /// How the master secret and the operator are named where a user's id stands.
    public static let defaultUserID = "default_user_id"

    public init(
        state: KeyState, credential: CredentialState, current: CredentialState, credentialName: String? = nil,
        userID: String? = nil, createdBy: String = defaultUserID,
        updatedBy: String = defaultUserID, deletedBy: String? = nil, deletedByToken: Token? = nil, changedBy: String? = nil,
        spend: Amount = .zero, totalSpend: Amount = .zero, moment: Instant, position: Position, status: CredentialStatus
    ) {
        self.state = state
        self.credential = credential
        self.current = current
        self.credentialName = credentialName
        self.userID = userID
        self.createdBy = createdBy
        self.updatedBy = updatedBy
        self.deletedBy = deletedBy
        self.deletedByToken = deletedByToken
        self.changedBy = changedBy
        self.spend = spend
        self.totalSpend = totalSpend
        self.moment = moment
        self.position = position
        self.status = status
    }
}
