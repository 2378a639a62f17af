import HTTPTypes
package import JSONText
package import Ledger

/// The body of `POST /key/regenerate` and `POST /key/{key}/regenerate`, which may be missing.
package struct RegenerateRequest: Sendable {
    package var target: KeyTarget
    /// The secret that the caller wants; nil if the ledger is to make one.
    package var newSecret: String?
    package var grace: GracePeriod
    package var changes: KeyChanges
    /// How errors name the key: never its secret.
    package var displayName: String

    /// - Parameter key: the key that path or query names; one in the body comes first.
    /// - Throws: `APIError`: a 422, a 400, or a 404 for text that can name no key.
    package init(_ object: JSONObject?, key: String? = nil) throws {
        let body = try BodyFields(object ?? JSONObject(), fields: KeyRequestFields.regenerate)
        guard let named = body.string("key").value ?? key, !named.isEmpty else {
            throw APIError.badRequest("No key passed in.", type: nil, code: "key_missing")
        }
        guard body.string("new_master_key").value == nil else {
            throw APIError.badRequest(
                "The master secret lies in a file of the operator's. Change it there and restart the ledger.", param: "new_master_key",
                code: "master_secret_fixed")
        }
        displayName = KeyTarget.display(named)
        guard let target = KeyTarget(presented: named) else { throw Self.notFound(displayName) }
        self.target = target
        var builder = KeyChangesBuilder(body, mode: .change)
        try builder.addFields()
        try builder.setAlias(body.string("key_alias"))
        newSecret = try body.string("new_key").value.map { try SuppliedSecret.check($0, param: "new_key") }
        grace = try GracePeriod(body.string("grace_period"))
        changes = builder.changes
    }

    static func notFound(_ displayName: String) -> APIError {
        APIError(.notFound, "Key \(displayName) not found.", code: "key_not_found")
    }
}
