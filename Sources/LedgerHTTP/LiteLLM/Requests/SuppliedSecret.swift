import Ledger

/// A secret that the caller wants a key to have.
enum SuppliedSecret {
    /// - Throws: a 400 that shows at most the ends of a text that is no secret.
    static func check(_ secret: String, param: String?) throws -> String {
        guard secret.utf8.starts(with: Secret.prefix.utf8) else {
            throw refusal("Invalid key format. LiteLLM Virtual Key must start with 'sk-'. Received: \(mask(secret))", param)
        }
        guard secret.count >= Secret.leastForeignLength else {
            throw refusal("Invalid key format. LiteLLM Virtual Key must be at least 16 characters long.", param)
        }
        guard Secret.isAcceptableForeign(secret) else {
            throw refusal("Invalid key format. LiteLLM Virtual Key must consist of printable ASCII characters without spaces.", param)
        }
        return secret
    }

    private static func refusal(_ message: String, _ param: String?) -> APIError {
        .badRequest(message, type: nil, param: param, code: "invalid_secret")
    }

    private static func mask(_ text: String) -> String {
        text.count > 8 ? "\(text.prefix(4))****\(text.suffix(4))" : "****"
    }
}
