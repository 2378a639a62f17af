import HTTPTypes
package import JSONText
package import Ledger

/// A body that names keys: that of `POST /key/delete` and of `POST /v2/key/info`.
package struct KeysRequest: Sendable {
    package struct Item: Sendable {
        /// The key as the caller named it.
        package var asPassed: String
        /// nil for text that can name no key.
        package var target: KeyTarget?
    }

    /// Those of `keys`, then those of `key_aliases`.
    package var items: [Item]
    /// `keys` as it was sent; nil without one.
    package var keys: [String]?
    /// What an old secret stands for; only deletion looks at it.
    package var scope: KeyCommand.Scope

    /// - Throws: `APIError`: a 422.
    package init(_ object: JSONObject) throws {
        let body = try BodyFields(object, fields: KeyRequestFields.keys)
        keys = body.strings("keys").value
        let aliases = body.strings("key_aliases").value ?? []
        items = (keys ?? []).map { Item(asPassed: $0, target: KeyTarget(presented: $0)) }
        items += aliases.map { Item(asPassed: $0, target: .alias($0)) }
        scope = KeyCommand.Scope(body)
        guard !items.isEmpty else {
            throw APIError.validation([.rule("At least one of 'keys' or 'key_aliases' must be provided.")])
        }
    }

    /// The body of `POST /key/delete`.
    ///
    /// - Throws: `APIError`: a 422, or a 400 for more keys than one command can record.
    package init(deletion object: JSONObject) throws {
        try self.init(object)
        guard items.count <= CommandRequest.mostItems else {
            throw APIError.badRequest(
                "Maximum \(CommandRequest.mostItems) keys can be deleted at once. Found \(items.count) keys; none was deleted. Divide them.",
                param: "keys", code: "too_many_keys")
        }
    }

    /// The body of `POST /v2/key/info`, for which none at all is named as such.
    package init(info object: JSONObject?) throws {
        guard let object else {
            throw APIError(.unprocessableContent, "Malformed request. No keys passed in.", code: "keys_missing")
        }
        try self.init(object)
    }
}
