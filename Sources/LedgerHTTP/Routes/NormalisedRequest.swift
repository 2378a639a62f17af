import HTTPTypes
package import JSONText
import Ledger

/// What makes two requests with one Idempotency-Key the same (DESIGN.md section 6): one byte for the version of this rule, then
/// SHA-256 of method, route template, path and query values and the body's canonical JSON with secrets replaced by their
/// tokens, each preceded by its length in 8 bytes.
package struct NormalisedRequest {
    static let version: UInt8 = 1
    static let longestKey = 255

    var method: String
    var route: String
    var values: [String]
    var body: JSONValue?

    /// - Parameters:
    ///   - route: the route's template.
    ///   - values: path parameters, then query names and values in the order of their bytes.
    package init(method: String, route: String, values: [String], body: JSONValue?) {
        self.method = method
        self.route = route
        self.values = values
        self.body = body
    }

    package var digest: [UInt8] {
        var bytes: [UInt8] = []
        let parts = [method, route] + values.map(Self.withoutSecret) + [body.map { Self.withoutSecrets($0).canonical() } ?? ""]
        for part in parts {
            let text = Array(part.utf8)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: UInt64(text.count) >> (56 - 8 * UInt64($0))) } + text
        }
        return [Self.version] + Hash32.sha256(bytes).bytes
    }

    private static func withoutSecret(_ text: String) -> String {
        text.utf8.starts(with: Secret.prefix.utf8) ? Token(secret: text).hex : text
    }

    private static func withoutSecrets(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): return .string(withoutSecret(text))
        case .array(let items): return .array(items.map(withoutSecrets))
        case .object(let object):
            var copy = JSONObject()
            for member in object { copy[member.name] = withoutSecrets(member.value) }
            return .object(copy)
        default: return value
        }
    }
}

extension Idempotency {
    /// The request's Idempotency-Key in the scope of its caller; `nil` without the header.
    ///
    /// - Throws: 400 if the key is empty, longer than 255 bytes, or there twice.
    init?(_ fields: HTTPFields, caller: AuthenticatedCaller, _ request: @autoclosure () -> NormalisedRequest) throws {
        let values = fields[values: .idempotencyKey]
        guard let key = values.first else { return nil }
        guard values.count == 1, !key.isEmpty, key.utf8.count <= NormalisedRequest.longestKey else {
            throw APIError.badRequest(
                "Idempotency-Key must stand once and have 1 to \(NormalisedRequest.longestKey) bytes.", param: "Idempotency-Key",
                code: "invalid_idempotency_key")
        }
        let scope = caller.keyID?.bytes ?? [UInt8](repeating: 0, count: 16)
        self.init(key: Array(Hash32.sha256(scope + Array(key.utf8)).bytes.prefix(16)), digest: request().digest)
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name(known: "Idempotency-Key")
    static let changedBy = HTTPField.Name(known: "litellm-changed-by")
    static let reason = HTTPField.Name(known: "X-KeyLedger-Reason")
    static let changeRef = HTTPField.Name(known: "X-KeyLedger-Change-Ref")
    static let traceparent = HTTPField.Name(known: "traceparent")
    static let model = HTTPField.Name(known: "X-KeyLedger-Model")
}
