public import MerkleTree

/// What happened. Each case is one event type of `Schemas/keyledger/v1/leaf.proto`.
public enum Event: Hashable, Sendable {
    case ledgerOpened(LedgerOpened)
    case keyCreated(KeyCreated)
    case keyImported(KeyImported)
    case keyUpdated(KeyUpdated)
    case keyRegenerated(KeyRegenerated)
    case credentialRevoked(CredentialRevoked)
    case keyBlocked
    case keyUnblocked
    case keyDeleted
    // Boxed: held in place, `user` of a charge is read wrong (Swift 6.3.1, -Onone: the case's tag shares its byte).
    indirect case spendRecorded(Charge)
    /// A correction by an administrator.
    indirect case spendAdjusted(Charge)
    case spendReset(SpendReset)
    case budgetCrossed(BudgetCrossed)
    case nameIntroduced(NameIntroduced)
    case subjectNamed(SubjectNamed)
    case clockAccepted(ClockAccepted)
    /// An event of a type that this version knows and stores, and that changes no key: its type and its message's bytes.
    case other(EventType, message: [UInt8])

    public var type: EventType {
        switch self {
        case .ledgerOpened: .ledgerOpened
        case .keyCreated: .keyCreated
        case .keyImported: .keyImported
        case .keyUpdated: .keyUpdated
        case .keyRegenerated: .keyRegenerated
        case .credentialRevoked: .credentialRevoked
        case .keyBlocked: .keyBlocked
        case .keyUnblocked: .keyUnblocked
        case .keyDeleted: .keyDeleted
        case .spendRecorded: .spendRecorded
        case .spendAdjusted: .spendAdjusted
        case .spendReset: .spendReset
        case .budgetCrossed: .budgetCrossed
        case .nameIntroduced: .nameIntroduced
        case .subjectNamed: .subjectNamed
        case .clockAccepted: .clockAccepted
        case .other(let type, _): type
        }
    }
}

public struct LedgerOpened: Hashable, Sendable {
    public var logID: LogID
    public var incarnation: UInt32
    public var originName: String
    public var format: UInt32
    /// Ed25519, 32 bytes.
    public var publicKey: Hash32

    public init(logID: LogID, incarnation: UInt32, originName: String, format: UInt32, publicKey: Hash32) {
        self.logID = logID
        self.incarnation = incarnation
        self.originName = originName
        self.format = format
        self.publicKey = publicKey
    }
}

public struct KeyCreated: Hashable, Sendable {
    public var token: Token
    public var terms: KeyTerms

    public init(token: Token, terms: KeyTerms) {
        self.token = token
        self.terms = terms
    }
}

public struct KeyImported: Hashable, Sendable {
    public struct Credential: Hashable, Sendable {
        public var token: Token
        public var revokeAt: Instant?
        public var introducedAt: Instant?

        public init(token: Token, revokeAt: Instant?, introducedAt: Instant?) {
            self.token = token
            self.revokeAt = revokeAt
            self.introducedAt = introducedAt
        }
    }

    public var token: Token
    public var terms: KeyTerms
    public var originSystem: String
    public var originID: String
    /// The source says that the key existed since then.
    public var effectiveFrom: Instant?
    public var credentials: [Credential]

    public init(
        token: Token, terms: KeyTerms, originSystem: String, originID: String, effectiveFrom: Instant?, credentials: [Credential]
    ) {
        self.token = token
        self.terms = terms
        self.originSystem = originSystem
        self.originID = originID
        self.effectiveFrom = effectiveFrom
        self.credentials = credentials
    }
}

public struct KeyUpdated: Hashable, Sendable {
    public var changes: KeyTerms
    public var cleared: [KeyField]

    public init(changes: KeyTerms, cleared: [KeyField] = []) {
        self.changes = changes
        self.cleared = cleared
    }
}

public struct KeyRegenerated: Hashable, Sendable {
    public var oldToken: Token
    public var newToken: Token
    /// End of the old token; the recording itself without grace.
    public var revokeAt: Instant
    public var changes: KeyTerms
    public var cleared: [KeyField]

    public init(oldToken: Token, newToken: Token, revokeAt: Instant, changes: KeyTerms = KeyTerms(), cleared: [KeyField] = []) {
        self.oldToken = oldToken
        self.newToken = newToken
        self.revokeAt = revokeAt
        self.changes = changes
        self.cleared = cleared
    }
}

public struct CredentialRevoked: Hashable, Sendable {
    public var token: Token
    /// Only ever earlier than the end that the credential had.
    public var revokeAt: Instant

    public init(token: Token, revokeAt: Instant) {
        self.token = token
        self.revokeAt = revokeAt
    }
}

public struct SpendReset: Hashable, Sendable {
    /// `nil`: all keys.
    public var keyID: KeyID?
    public var resetTo: Amount

    public init(keyID: KeyID?, resetTo: Amount) {
        self.keyID = keyID
        self.resetTo = resetTo
    }
}

public struct SubjectNamed: Hashable, Sendable {
    public enum Kind: UInt8, Sendable, Hashable {
        case user = 1
        case endUser = 2
        case actor = 3
    }

    public var number: UInt64
    public var kind: Kind

    public init(number: UInt64, kind: Kind) {
        self.number = number
        self.kind = kind
    }
}

public struct ClockAccepted: Hashable, Sendable {
    public var wallClock: Instant
    public var headRecordedAt: Instant

    public init(wallClock: Instant, headRecordedAt: Instant) {
        self.wallClock = wallClock
        self.headRecordedAt = headRecordedAt
    }
}
