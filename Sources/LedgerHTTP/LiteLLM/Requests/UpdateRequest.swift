package import JSONText
package import Ledger

/// The body of `POST /key/update`: only fields that stand in it are applied, null takes away.
package struct UpdateRequest: Sendable {
    package var target: KeyTarget
    /// The key as the caller named it; nil if by alias.
    package var asPassed: String?
    package var changes: KeyChanges

    /// With `key` the alias is a new one, without it the alias names the key.
    /// - Throws: `APIError`: a 422, a 400, or a 404 for text that can name no key.
    package init(_ object: JSONObject) throws {
        let body = try BodyFields(object, fields: KeyRequestFields.update)
        try Self.checkRules(body)
        var builder = KeyChangesBuilder(body, mode: .change)
        builder.hasKeyType = false
        try builder.addFields()
        if let key = body.string("key").value {
            guard let target = KeyTarget(presented: key) else {
                throw APIError.notFound("Key not found.", param: "key", code: "key_not_found")
            }
            self.target = target
            asPassed = key
            try builder.setAlias(body.string("key_alias"))
        } else {
            target = .alias(body.string("key_alias").value ?? "")
        }
        changes = builder.changes
    }

    private static func checkRules(_ body: BodyFields) throws {
        guard body.string("key").value != nil || body.string("key_alias").value != nil else {
            throw APIError.validation([.rule("either key or key_alias must be provided")])
        }
        let increase = body.number("temp_budget_increase").value
        guard (increase == nil) == (body["temp_budget_expiry"].value == nil) else {
            throw APIError.validation([.rule("temp_budget_increase and temp_budget_expiry must be set together")])
        }
        if let increase { _ = try RequestMoney.amount(increase, of: "temp_budget_increase") }
    }
}
