package import Ledger

extension KeyTarget {
    /// The key that a request names by a secret, a token or a key_id; nil for text that can be none of them.
    package init?(presented text: String) {
        if text.utf8.starts(with: Secret.prefix.utf8) {
            self = .token(Token(secret: text))
        } else if let token = Token(hex: text) {
            self = .token(token)
        } else if let keyID = KeyID(text) {
            self = .keyID(keyID)
        } else {
            return nil
        }
    }

    /// How an error names what a request called a key: never a secret.
    static func display(_ text: String) -> String {
        if text.utf8.starts(with: Secret.prefix.utf8) { return Secret.displayForm(text) }
        if let token = Token(hex: text) { return token.hex }
        return KeyID(text)?.description ?? "****"
    }
}
