public import MerkleTree

/// Who acted.
public struct Actor: Hashable, Sendable {
    public enum Kind: UInt8, Sendable, Hashable {
        /// The ledger itself.
        case system = 1
        /// The master secret.
        case master = 2
        /// A key; the actor's `credential` says which of its secrets was presented.
        case key = 3
        /// A person at the command line who opened the ledger's folder.
        case `operator` = 4
    }

    public var kind: Kind
    /// Subject number of the person or service; 0 if none.
    public var subject: UInt64
    public var credential: CredentialReference?
    public var role: Role

    public init(kind: Kind, subject: UInt64 = 0, credential: CredentialReference? = nil, role: Role = .none) {
        self.kind = kind
        self.subject = subject
        self.credential = credential
        self.role = role
    }

    public static let system = Actor(kind: .system)
    public static let master = Actor(kind: .master, role: .proxyAdmin)
    public static let `operator` = Actor(kind: .operator, role: .proxyAdmin)
}

/// Where a command came from.
public struct Source: Hashable, Sendable {
    public var requestID: String
    /// W3C `traceparent` as it was received.
    public var traceparent: String

    public init(requestID: String = "", traceparent: String = "") {
        self.requestID = requestID
        self.traceparent = traceparent
    }
}

/// What ties an event to the command that caused it.
public struct CommandMark: Hashable, Sendable {
    public struct Refusal: Hashable, Sendable {
        public var item: UInt32
        public var code: UInt32

        public init(item: UInt32, code: UInt32) {
            self.item = item
            self.code = code
        }
    }

    public var id: UUIDv7
    public var index: UInt32
    public var count: UInt32
    /// 16 bytes, or empty without an Idempotency-Key.
    public var idempotency: [UInt8]
    /// 33 bytes, or empty without an Idempotency-Key.
    public var requestDigest: [UInt8]
    public var refused: [Refusal]
    /// Place in the request of the item that the event belongs to.
    public var item: UInt32
    /// Number of items in the request.
    public var items: UInt32

    public init(
        id: UUIDv7, index: UInt32 = 0, count: UInt32 = 1, idempotency: [UInt8] = [], requestDigest: [UInt8] = [],
        refused: [Refusal] = [], item: UInt32 = 0, items: UInt32 = 1
    ) {
        self.id = id
        self.index = index
        self.count = count
        self.idempotency = idempotency
        self.requestDigest = requestDigest
        self.refused = refused
        self.item = item
        self.items = items
    }
}

/// Where a lifecycle event stands in the chain of its key.
public struct KeyLink: Hashable, Sendable {
    public var keyID: KeyID
    public var revision: UInt64
    /// 0 at revision 1.
    public var previousPosition: Position
    /// Zero at revision 1.
    public var previousLeafHash: Hash32

    public init(keyID: KeyID, revision: UInt64, previousPosition: Position, previousLeafHash: Hash32) {
        self.keyID = keyID
        self.revision = revision
        self.previousPosition = previousPosition
        self.previousLeafHash = previousLeafHash
    }
}

public struct SlotCommitment: Hashable, Sendable {
    public var slot: SlotKind
    public var commitment: Hash32

    public init(slot: SlotKind, commitment: Hash32) {
        self.slot = slot
        self.commitment = commitment
    }
}

/// What every event but a charge says beside its own fields.
public struct Envelope: Hashable, Sendable {
    public var recordedAt: Instant
    /// `nil` for a charge: derived when read.
    public var eventID: EventID?
    public var actor: Actor?
    public var source: Source?
    public var command: CommandMark?
    public var commitments: [SlotCommitment]
    /// Charges only; `nil` is the master secret.
    public var caller: CredentialReference?
    public var link: KeyLink?

    public init(
        recordedAt: Instant, eventID: EventID? = nil, actor: Actor? = nil, source: Source? = nil, command: CommandMark? = nil,
        commitments: [SlotCommitment] = [], caller: CredentialReference? = nil, link: KeyLink? = nil
    ) {
        self.recordedAt = recordedAt
        self.eventID = eventID
        self.actor = actor
        self.source = source
        self.command = command
        self.commitments = commitments
        self.caller = caller
        self.link = link
    }

    public func commitment(of slot: SlotKind) -> Hash32? { commitments.first { $0.slot == slot }?.commitment }
}
