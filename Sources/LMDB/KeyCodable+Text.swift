/// The UTF-8 bytes and a terminator 0x00; 0x00 and 0x01 inside are written 0x01 0x01 and 0x01 0x02. Sorts by Unicode scalar values,
/// the shorter of two texts with the same beginning first.
extension String: KeyCodable {
    /// Leaves 11 bytes of a key to what stands beside it. Each 0x00 or 0x01 inside costs two.
    public static var maximumSizeBytes: Int { 500 }

    public func encodeKey(into output: inout OutputSpan<UInt8>) throws(LMDBError) {
        var room = String.maximumSizeBytes - 1
        for byte in utf8 {
            room -= byte <= 1 ? 2 : 1
            guard room >= 0 else {
                throw LMDBError(
                    .badEncoding, "a text of \(utf8.count) bytes is too long for a key; at most \(String.maximumSizeBytes - 1)",
                    operation: "encode")
            }
            if byte <= 1 { output.append(1) }
            output.append(byte <= 1 ? byte + 1 : byte)
        }
        output.append(0)
    }

    public static func decodeKey(_ bytes: Span<UInt8>, at offset: inout Int) throws(LMDBError) -> String {
        var text: [UInt8] = []
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte == 0 { return try validated(text) }
            guard byte == 1 else {
                text.append(byte)
                continue
            }
            guard offset < bytes.count, bytes[offset] == 1 || bytes[offset] == 2 else { break }
            text.append(bytes[offset] - 1)
            offset += 1
        }
        throw .badEncoding("a text without its terminator")
    }

    private static func validated(_ bytes: [UInt8]) throws(LMDBError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .badEncoding("a text that is not UTF-8") }
        return text
    }
}
