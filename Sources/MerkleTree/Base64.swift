import FoundationEssentials

/// Standard base64 (RFC 4648 section 4), strictly: one text for each byte string.
enum Base64 {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString()
    }

    /// The bytes; nil for missing or superfluous padding, foreign characters and unused bits that are not zero.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard let data = Data(base64Encoded: String(text)), data.base64EncodedString().utf8.elementsEqual(text.utf8) else { return nil }
        return Array(data)
    }
}
