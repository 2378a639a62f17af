/// The name that people give a key.
enum KeyAlias {
    static let greatestLengthBytes = 255

    /// - Throws: a 400 that says what an alias must not hold.
    static func check(_ alias: String) throws -> String {
        let hasControl = alias.unicodeScalars.contains { $0.properties.generalCategory == .control }
        let climbs = alias.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }.contains("..")
        guard !hasControl, !climbs else {
            throw APIError.badRequest(
                "Invalid key_alias: must not contain control characters (such as tab or newline) or a \"..\" path segment",
                param: "key_alias", code: "invalid_alias")
        }
        guard alias.utf8.count <= greatestLengthBytes else {
            throw APIError.badRequest(
                "Invalid key_alias: must not be longer than \(greatestLengthBytes) bytes", param: "key_alias", code: "invalid_alias")
        }
        return alias
    }
}
