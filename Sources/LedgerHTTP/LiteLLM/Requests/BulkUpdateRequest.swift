import HTTPTypes
package import JSONText
package import Ledger

/// The body of `POST /key/bulk_update`. One item that cannot be done does not stop the others.
package struct BulkUpdateRequest: Sendable {
    package struct Item: Sendable {
        /// The key as the caller named it.
        package var asPassed: String
        package var command: Result<UpdateKey, APIError>
    }

    package var items: [Item]

    static let greatestCount = 500

    /// - Throws: `APIError`: a 422 that lists fields of the wrong kind, or a 400 for none or too many items.
    package init(_ object: JSONObject) throws {
        let body = try BodyFields(object, fields: KeyRequestFields.bulk)
        let items = (body["keys"].value?.array ?? []).compactMap(\.object)
        guard !items.isEmpty else { throw APIError.detailError(.badRequest, "No keys provided for update", code: "keys_missing") }
        guard items.count <= Self.greatestCount else {
            throw APIError.detailError(
                .badRequest, "Maximum \(Self.greatestCount) keys can be updated at once. Found \(items.count) keys.", code: "too_many_keys")
        }
        self.items = try items.map(Self.item)
    }

    private static func item(_ members: JSONObject) throws -> Item {
        var declared = JSONObject()
        for field in KeyRequestFields.bulkItem { declared[field.name] = members[field.name] }
        let body = BodyFields(validated: declared, fields: KeyRequestFields.bulkItem)
        let key = body.string("key").value ?? ""
        do {
            guard let target = KeyTarget(presented: key) else {
                throw APIError.notFound("Key not found.", param: "key", code: "key_not_found")
            }
            var builder = KeyChangesBuilder(body, mode: .change)
            try builder.addFields()
            return Item(asPassed: key, command: .success(UpdateKey(target: target, changes: builder.changes)))
        } catch let error as APIError {
            return Item(asPassed: key, command: .failure(error))
        }
    }
}
