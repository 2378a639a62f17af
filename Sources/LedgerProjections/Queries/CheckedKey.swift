public import LedgerDomain
public import LedgerSchema

/// What a gateway is told of a key beside the verdict.
public struct CheckedKey: Sendable {
    /// Of the credential that was asked for, at the moment of asking.
    public var status: CredentialStatus
    /// When the credential ends or has ended by a rotation or revocation.
    public var revokeAt: Instant?
    /// Since when another credential has stood in its place; only while it is in its grace.
    public var supersededAt: Instant?
    let facts: KeyFacts

    /// The token that was asked for.
    public var token: Token { facts.token }
    public var alias: String? { facts.values.alias }
    public var teamID: String? { facts.values.teamID }
    /// Name of the key's user.
    public var userID: String? { facts.values.userID }
    public var organizationID: String? { facts.values.organizationID }
    /// `nil`: all.
    public var models: [String]? { facts.values.models }
    public var rpmLimit: Int64? { facts.values.rpmLimit }
    public var tpmLimit: Int64? { facts.values.tpmLimit }
    public var maxParallelRequests: Int64? { facts.values.maxParallelRequests }
    public var maxBudget: Amount? { facts.values.maxBudget }
    /// Request fields that stand in no term, metadata among them.
    public var content: ContentSlot { facts.values.content }

    /// The body of an answer as far as it is the same whatever the time, kept as long as the key stays in memory.
    package var writtenBody: WrittenBody? { facts.writtenBody }
    /// The headers of an answer, in a form that their writer knows; kept as long.
    package var writtenHeaders: (any AnyObject & Sendable)? { facts.writtenHeaders }

    /// Keeps what a writer has made.
    package func keep(_ body: WrittenBody) { facts.keep(body) }
    package func keep(headers: any AnyObject & Sendable) { facts.keep(headers: headers) }

    /// What the answer says whatever the time.
    struct Values: Hashable, Sendable {
        var alias: String?
        var teamID: String?
        var userID: String?
        var organizationID: String?
        var models: [String]?
        var rpmLimit: Int64?
        var tpmLimit: Int64?
        var maxParallelRequests: Int64?
        var maxBudget: Amount?
        var content = ContentSlot()
    }
}

extension CheckedKey: Hashable {
    public static func == (left: CheckedKey, right: CheckedKey) -> Bool {
        (left.status, left.revokeAt, left.supersededAt, left.token) == (right.status, right.revokeAt, right.supersededAt, right.token)
            && (left.facts === right.facts || left.facts.values == right.facts.values)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(token)
        hasher.combine(status)
        hasher.combine(facts.values)
    }
}
