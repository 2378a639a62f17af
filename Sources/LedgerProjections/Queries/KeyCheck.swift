import LedgerDomain
public import LedgerSchema

/// The answer to "may this secret be used now?".
public struct KeyCheck: Hashable, Sendable {
    public enum Code: String, Sendable, Hashable, CaseIterable {
        case valid = "VALID"
        /// An old secret in its grace: good.
        case deprecated = "DEPRECATED"
        case notFound = "NOT_FOUND"
        case blocked = "BLOCKED"
        case expired = "EXPIRED"
        case revoked = "REVOKED"
        case graceEnded = "GRACE_ENDED"
        case deleted = "DELETED"
        case budgetExceeded = "BUDGET_EXCEEDED"
        case modelNotAllowed = "MODEL_NOT_ALLOWED"
        /// What was presented cannot be a secret.
        case malformed = "MALFORMED"

        public var isGood: Bool {
            switch self {
            case .valid, .deprecated: true
            default: false
            }
        }

        /// Its place among ``allCases``.
        package var place: Int {
            switch self {
            case .valid: 0
            case .deprecated: 1
            case .notFound: 2
            case .blocked: 3
            case .expired: 4
            case .revoked: 5
            case .graceEnded: 6
            case .deleted: 7
            case .budgetExceeded: 8
            case .modelNotAllowed: 9
            case .malformed: 10
            }
        }

        init(_ status: CredentialStatus) {
            self =
                switch status {
                case .unknown, .notYetCreated, .beforeLedger: .notFound
                case .deleted: .deleted
                case .revoked: .revoked
                case .graceEnded: .graceEnded
                case .blocked: .blocked
                case .expired: .expired
                case .budgetExceeded: .budgetExceeded
                case .deprecated: .deprecated
                case .active: .valid
                }
        }
    }

    public var code: Code
    public var keyID: KeyID?
    /// When the answer would change by itself; `nil` if only an event can change it.
    public var validUntil: Instant?
    public var position: Position
    /// The key; `nil` for a token that no key ever had, and where the caller asked for the verdict alone.
    public var key: CheckedKey?
    /// What the tightest budget leaves; `nil` without a budget.
    public var remainingBudget: Amount?

    public init(
        code: Code, keyID: KeyID? = nil, validUntil: Instant? = nil, position: Position, key: CheckedKey? = nil,
        remainingBudget: Amount? = nil
    ) {
        self.code = code
        self.keyID = keyID
        self.validUntil = validUntil
        self.position = position
        self.key = key
        self.remainingBudget = remainingBudget
    }
}
