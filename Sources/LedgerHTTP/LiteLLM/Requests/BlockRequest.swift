package import JSONText
package import Ledger

/// The body of `POST /key/block` and `POST /key/unblock`.
package struct BlockRequest: Sendable {
    package var target: KeyTarget
    package var asPassed: String
    /// What an old secret stands for; only block looks at it.
    package var scope: KeyCommand.Scope

    /// - Throws: `APIError`: a 422, or a 400 for text that can name no key.
    package init(_ object: JSONObject) throws {
        let body = try BodyFields(object, fields: KeyRequestFields.block)
        asPassed = body.string("key").value ?? ""
        guard Self.isWellFormed(asPassed), let target = KeyTarget(presented: asPassed) else {
            throw APIError.badRequest("Invalid key format.", param: "key", code: "invalid_key")
        }
        self.target = target
        scope = KeyCommand.Scope(body)
    }

    /// LiteLLM takes `sk-` and letters, digits, `_` and `-`, at most 100 characters in all, or a token. A key_id and every other secret
    /// that a key may have are taken too.
    private static func isWellFormed(_ text: String) -> Bool {
        guard text.utf8.starts(with: Secret.prefix.utf8) else { return true }
        if Secret.isAcceptableForeign(text) { return true }
        let rest = text.utf8.dropFirst(Secret.prefix.utf8.count)
        return !rest.isEmpty && text.utf8.count <= 100 && rest.allSatisfy(isPlain)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
    }
}

extension KeyCommand.Scope {
    init(_ body: BodyFields) {
        self = body.string("scope").value.flatMap(Self.init) ?? .presented
    }
}
