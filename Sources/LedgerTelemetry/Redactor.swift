/// Masks what looks like a secret in text that is about to be logged. Pure; doubt is decided for masking.
///
/// Masked are: `sk-…` runs, as their display form `sk-...abcd` (`sk-...` below 16 characters); the value after `Bearer` and `Basic`; the value
/// of headers that carry credentials (`Authorization`, `…api-key`, `…subscription-key`) and of the query items `key`, `keys` and `token`, unless
/// it is a SHA-256 in hexadecimal. Letters may stand as percent escapes, nested ones too, or as `\u` escapes. Redacting twice changes nothing
/// more.
package enum Redactor {
    /// What stands in place of a value without display form.
    package static let mask = "***"

    /// The text with every likely secret masked.
    ///
    /// - Parameter secrets: secrets that the caller knows may be in the text, for example the credential of the request; they are masked
    ///   wherever they stand, whatever they look like. Shorter ones than four characters are ignored.
    package static func redact(_ text: String, knowing secrets: [String] = []) -> String {
        var escaped = EscapedText(bytes: Array(text.utf8))
        var isChanged = false
        for secret in secrets where secret.utf8.count >= 4 {
            let bytes = Array(secret.utf8)
            isChanged = escaped.replace(bytes, with: displayForm(of: bytes)) || isChanged
        }
        var scanner = SecretScanner(escaped)
        isChanged = scanner.scan() || isChanged
        return isChanged ? String(decoding: scanner.output, as: UTF8.self) : text
    }

    /// How a secret is shown: `sk-...` and its last four characters; without them if it has fewer than 16.
    package static func displayForm(of secret: String) -> String {
        String(decoding: displayForm(of: Array(secret.utf8)), as: UTF8.self)
    }

    /// True for the name of a header or field whose value is a secret by its nature.
    package static func isSensitive(name: String) -> Bool {
        let name = name.lowercased().replacing("_", with: "-")
        return name == "authorization" || name == "password" || name == "secret" || name.hasSuffix("api-key") || name.hasSuffix("apikey")
            || name.hasSuffix("subscription-key") || name.hasSuffix("master-key") || name.hasSuffix("signing-key")
            || name.hasSuffix("-secret")
    }

    /// From this many characters on, the last four may be shown.
    static let displayedLength = 16

    static func displayForm(of secret: [UInt8]) -> [UInt8] {
        guard secret.starts(with: "sk-".utf8) else { return Array(mask.utf8) }
        let shown = secret.count >= displayedLength ? secret.suffix(4) : []
        return Array("sk-...".utf8) + shown.map { isPlain($0) ? $0 : UInt8(ascii: "*") }
    }

    static func isPlain(_ byte: UInt8) -> Bool {
        isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
