public import LedgerSchema

/// What the state at head says about the things a command names. Gathered in the transaction that appends (invariant 4).
public struct Facts: Hashable, Sendable {
    public enum Caller: Hashable, Sendable {
        /// The master secret, the operator at the folder, or the ledger itself.
        case trusted
        /// A key, by its credential's status now and its role now.
        case key(CredentialStatus, Role)
    }

    public var caller: Caller
    /// The key that the target names, deleted ones too.
    public var key: KeyState?
    /// The credential that the target names by its token.
    public var presented: CredentialState?
    /// The credential that is the key's current one.
    public var current: CredentialState?
    /// The target is an alias of more than one living key.
    public var targetIsAmbiguous: Bool
    /// A living key, other than the target, with the alias that the command asks for.
    public var aliasHolder: KeyID?
    /// The new secret is or was a credential.
    public var isNewTokenKnown: Bool
    /// The number of the user that the command names.
    public var subject: UInt64?
    /// The number that a new subject would get.
    public var nextSubject: UInt64

    public init(
        caller: Caller = .trusted, key: KeyState? = nil, presented: CredentialState? = nil, current: CredentialState? = nil,
        targetIsAmbiguous: Bool = false, aliasHolder: KeyID? = nil, isNewTokenKnown: Bool = false, subject: UInt64? = nil,
        nextSubject: UInt64 = 1
    ) {
        self.caller = caller
        self.key = key
        self.presented = presented
        self.current = current
        self.targetIsAmbiguous = targetIsAmbiguous
        self.aliasHolder = aliasHolder
        self.isNewTokenKnown = isNewTokenKnown
        self.subject = subject
        self.nextSubject = nextSubject
    }
}

/// An event that is to be appended: what was decided, before ids, links and commitments are put to it.
public struct EventDraft: Hashable, Sendable {
    public var event: Event
    /// The key whose lifecycle it is; `nil` for events of the ledger itself.
    public var keyID: KeyID?
    public var identity: IdentitySlot?
    public var content: ContentSlot?
    /// The subject to whom identity and content belong.
    public var subject: UInt64

    public init(_ event: Event, keyID: KeyID?, identity: IdentitySlot? = nil, content: ContentSlot? = nil, subject: UInt64 = 0) {
        self.event = event
        self.keyID = keyID
        self.identity = identity
        self.content = content
        self.subject = subject
    }
}
