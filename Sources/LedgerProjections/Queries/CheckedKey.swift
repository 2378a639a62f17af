public import LedgerDomain
public import LedgerSchema
import Synchronization

/// What a gateway is told of a key beside the verdict.
public struct CheckedKey: Hashable, Sendable {
    /// The token that was asked for.
    public var token: Token
    /// Of that token's credential, at the moment of asking.
    public var status: CredentialStatus
    /// When the credential ends or has ended by a rotation or revocation.
    public var revokeAt: Instant?
    /// Since when another credential has stood in its place; only while it is in its grace.
    public var supersededAt: Instant?
    let fields: Fields

    public var alias: String? { fields.values.alias }
    public var teamID: String? { fields.values.teamID }
    /// Name of the key's user.
    public var userID: String? { fields.values.userID }
    public var organizationID: String? { fields.values.organizationID }
    /// `nil`: all.
    public var models: [String]? { fields.values.models }
    public var rpmLimit: Int64? { fields.values.rpmLimit }
    public var tpmLimit: Int64? { fields.values.tpmLimit }
    public var maxParallelRequests: Int64? { fields.values.maxParallelRequests }
    public var maxBudget: Amount? { fields.values.maxBudget }
    /// Request fields that stand in no term, metadata among them.
    public var content: ContentSlot { fields.values.content }

    /// The body of an answer as far as it is the same whatever the time, kept as long as the key stays in memory.
    package var writtenBody: WrittenBody? { fields.body.load() }
    /// The headers of an answer, in a form that their writer knows; kept as long.
    package var writtenHeaders: (any AnyObject & Sendable)? { fields.headers.load()?.fields }

    /// Keeps what a writer has made, if nothing is kept yet.
    package func keep(_ body: WrittenBody) { _ = fields.body.storeIfNil(body) }
    package func keep(headers: any AnyObject & Sendable) { _ = fields.headers.storeIfNil(WrittenHeaders(headers)) }

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

    /// Values that are handed on as one, and not text by text.
    final class Fields: Hashable, Sendable {
        let values: Values
        let body = AtomicLazyReference<WrittenBody>()
        let headers = AtomicLazyReference<WrittenHeaders>()

        init(_ values: consuming Values) { self.values = values }

        static func == (left: Fields, right: Fields) -> Bool { left === right || left.values == right.values }

        func hash(into hasher: inout Hasher) { hasher.combine(values) }
    }
}

/// The bytes of a body, which has a gap for what depends on the time.
package final class WrittenBody: Sendable {
    package let bytes: [UInt8]
    package let gap: Int

    package init(_ bytes: [UInt8], gap: Int) { (self.bytes, self.gap) = (bytes, gap) }
}

final class WrittenHeaders: Sendable {
    let fields: any AnyObject & Sendable

    init(_ fields: any AnyObject & Sendable) { self.fields = fields }
}
