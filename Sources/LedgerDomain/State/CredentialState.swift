public import LedgerSchema

/// One secret of a key, as far as it has been decided. Whether it is good at a moment is ``status(of:in:at:budgetExceeded:)``.
public struct CredentialState: Hashable, Sendable {
    /// What gave the credential the end that it has.
    public enum End: UInt8, Sendable, Hashable {
        case none = 0
        /// A regeneration without grace, or a revocation.
        case revocation = 1
        /// A regeneration with grace.
        case grace = 2
    }

    public var token: Token
    public var keyID: KeyID
    public var reference: CredentialReference
    public var introducedAt: Instant
    /// Set for imported credentials: when the ledger learnt of them.
    public var importedAt: Instant?
    /// The credential is ended from this instant on.
    public var revokeAt: Instant?
    public var end: End
    /// The credential that took its place.
    public var successor: Token?

    public init(
        token: Token, keyID: KeyID, reference: CredentialReference, introducedAt: Instant, importedAt: Instant? = nil,
        revokeAt: Instant? = nil, end: End = .none, successor: Token? = nil
    ) {
        self.token = token
        self.keyID = keyID
        self.reference = reference
        self.introducedAt = introducedAt
        self.importedAt = importedAt
        self.revokeAt = revokeAt
        self.end = end
        self.successor = successor
    }

    /// Another credential has taken its place.
    public var isSuperseded: Bool { successor != nil }

    public func isEnded(at moment: Instant) -> Bool { revokeAt.map { $0 <= moment } ?? false }

    public var window: CredentialWindow {
        CredentialWindow(introducedAt: introducedAt, importedAt: importedAt, revokeAt: revokeAt, end: end, isSuperseded: isSuperseded)
    }
}
