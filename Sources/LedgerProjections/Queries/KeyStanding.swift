public import LedgerDomain
public import LedgerSchema

/// Whose credential a caller presents, what it may do to the ledger, and whether it is good.
public struct KeyStanding: Hashable, Sendable {
    public var keyID: KeyID
    public var role: Role
    /// Of the credential, at the moment of asking; budgets are left out of it.
    public var status: CredentialStatus
    /// The key's end.
    public var expires: Instant?
    /// The moment of asking.
    public var moment: Instant
}
