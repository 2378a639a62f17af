public import LedgerSchema
public import MerkleTree

/// A key as its lifecycle events have made it.
public struct KeyState: Hashable, Sendable {
    public var keyID: KeyID
    public var revision: UInt64
    /// The key's latest lifecycle event.
    public var lastPosition: Position
    public var lastLeafHash: Hash32

    public var createdAt: Instant
    public var createdPosition: Position
    public var createdBy: Actor
    /// Set for imported keys: when the ledger learnt of the key. `createdAt` is then the source's claim.
    public var importedAt: Instant?
    public var updatedAt: Instant
    public var updatedBy: Actor
    /// Time of the latest change after creation.
    public var settingsUpdatedAt: Instant?
    public var lastRotationAt: Instant?
    public var deletedAt: Instant?
    public var deletedBy: Actor?

    /// The credential that regeneration replaces.
    public var currentToken: Token
    /// How many credentials the key has ever had.
    public var credentialCount: UInt32

    public var terms: KeyTerms
    public var identity: IdentitySlot
    /// Zero if the key never had one.
    public var identityCommitment: Hash32
    public var content: ContentSlot
    public var contentCommitment: Hash32

    public init(keyID: KeyID, currentToken: Token, createdAt: Instant, createdPosition: Position, createdBy: Actor, lastLeafHash: Hash32) {
        self.keyID = keyID
        self.revision = 1
        self.lastPosition = createdPosition
        self.lastLeafHash = lastLeafHash
        self.createdAt = createdAt
        self.createdPosition = createdPosition
        self.createdBy = createdBy
        self.updatedAt = createdAt
        self.updatedBy = createdBy
        self.currentToken = currentToken
        self.credentialCount = 1
        self.terms = KeyTerms()
        self.identity = IdentitySlot()
        self.identityCommitment = .zero
        self.content = ContentSlot()
        self.contentCommitment = .zero
    }

    public var isDeleted: Bool { deletedAt != nil }
    public var isBlocked: Bool { terms.blocked ?? false }
    public var alias: String? { identity.alias }
    public var role: Role { terms.role ?? .none }

    public var gate: KeyGate { KeyGate(deletedAt: deletedAt, isBlocked: isBlocked, expires: terms.expires) }
}
