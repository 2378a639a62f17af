public import LedgerSchema

/// Whether a credential is good, and if not, the first reason (DESIGN.md section 7, in that order).
public enum CredentialStatus: String, Sendable, Hashable, CaseIterable {
    case unknown
    case notYetCreated = "not_yet_created"
    /// The ledger did not know it yet; its source says that it existed.
    case beforeLedger = "before_ledger"
    case deleted
    case revoked
    case graceEnded = "grace_ended"
    case blocked
    case expired
    case budgetExceeded = "budget_exceeded"
    /// An old credential in its grace: good.
    case deprecated
    case active

    public var isGood: Bool { self == .active || self == .deprecated }
}

/// What of a credential decides its status.
public struct CredentialWindow: Hashable, Sendable {
    public var introducedAt: Instant
    public var importedAt: Instant?
    public var revokeAt: Instant?
    public var end: CredentialState.End
    public var isSuperseded: Bool

    public init(introducedAt: Instant, importedAt: Instant?, revokeAt: Instant?, end: CredentialState.End, isSuperseded: Bool) {
        self.introducedAt = introducedAt
        self.importedAt = importedAt
        self.revokeAt = revokeAt
        self.end = end
        self.isSuperseded = isSuperseded
    }
}

/// What of a key decides the status of its credentials.
public struct KeyGate: Hashable, Sendable {
    public var deletedAt: Instant?
    public var isBlocked: Bool
    public var expires: Instant?

    public init(deletedAt: Instant?, isBlocked: Bool, expires: Instant?) {
        self.deletedAt = deletedAt
        self.isBlocked = isBlocked
        self.expires = expires
    }
}

/// May this credential still be used? Windows are half-open: at `revokeAt` or `expires` itself it is ended.
///
/// Blocking, deletion, expiry and budget are the key's and hit every credential; grace is each credential's own.
public func status(of credential: CredentialWindow, in key: KeyGate, at moment: Instant, budgetExceeded: Bool) -> CredentialStatus {
    if moment < credential.introducedAt { return .notYetCreated }
    if let importedAt = credential.importedAt, moment < importedAt { return .beforeLedger }
    if let deletedAt = key.deletedAt, moment >= deletedAt { return .deleted }
    if let revokeAt = credential.revokeAt, moment >= revokeAt { return credential.end == .grace ? .graceEnded : .revoked }
    if key.isBlocked { return .blocked }
    if let expires = key.expires, moment >= expires { return .expired }
    if budgetExceeded { return .budgetExceeded }
    return credential.isSuperseded ? .deprecated : .active
}

extension KeyGate {
    /// Status of the key itself, whichever credential is presented.
    public func status(at moment: Instant) -> KeyStatus {
        if let deletedAt, moment >= deletedAt { return .deleted }
        if isBlocked { return .revoked }
        if let expires, moment >= expires { return .expired }
        return .active
    }
}

/// Status of a key, in the words of LiteLLM's `status`.
public enum KeyStatus: String, Sendable, Hashable, CaseIterable {
    case active
    case expired
    /// The key is blocked.
    case revoked
    case deleted
}
