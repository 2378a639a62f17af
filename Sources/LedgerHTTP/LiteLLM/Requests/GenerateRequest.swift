import HTTPTypes
package import JSONText
package import Ledger

/// The body of `POST /key/generate` and `POST /key/service-account/generate`.
///
/// Users, teams, organizations, projects and budgets are named by id alone: the ledger keeps no directory of them, so that an unknown id is
/// taken and kept.
package struct GenerateRequest: Sendable {
    /// The secret that the caller wants; nil if the ledger is to make one.
    package var secret: String?
    package var changes: KeyChanges

    /// - Throws: `APIError`: a 422 that lists fields of the wrong kind, or a 400 for the first value that cannot be meant.
    package init(_ object: JSONObject, isServiceAccount: Bool = false) throws {
        let body = try BodyFields(object, fields: KeyRequestFields.generate)
        if isServiceAccount, body.string("team_id").value?.isEmpty ?? true {
            throw APIError.detail(
                .badRequest, "team_id is required for service account keys. Please specify `team_id` in the request body.",
                code: "team_missing")
        }
        var builder = KeyChangesBuilder(body, mode: .create)
        try builder.addFields()
        try builder.setAlias(body.string("key_alias"))
        secret = try body.string("key").value.map { try SuppliedSecret.check($0, param: nil) }
        changes = builder.changes
    }
}
