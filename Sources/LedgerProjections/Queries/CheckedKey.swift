public import LedgerDomain
public import LedgerSchema

/// What a gateway is told of a key beside the verdict.
public struct CheckedKey: Hashable, Sendable {
    /// The token that was asked for.
    public var token: Token
    /// Of that token's credential, at the moment of asking.
    public var status: CredentialStatus
    public var alias: String?
    public var teamID: String?
    /// Name of the key's user.
    public var userID: String?
    public var organizationID: String?
    /// `nil`: all.
    public var models: [String]?
    public var rpmLimit: Int64?
    public var tpmLimit: Int64?
    public var maxParallelRequests: Int64?
    public var maxBudget: Amount?
    /// Request fields that stand in no term, metadata among them.
    public var content = ContentSlot()
    /// When the credential ends or has ended by a rotation or revocation.
    public var revokeAt: Instant?
    /// Since when another credential has stood in its place; only while it is in its grace.
    public var supersededAt: Instant?

    init(token: Token, status: CredentialStatus) {
        self.token = token
        self.status = status
    }
}
