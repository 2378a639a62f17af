/// Percent-encoded text of paths and queries.
package enum PercentEncoding {
    /// The text that `encoded` stands for; `+` is a space in queries. A `%` that two hexadecimal digits do not follow stands
    /// for itself. Nil if the bytes are not UTF-8.
    package static func decode(_ encoded: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.utf8.count)
        var rest = Substring(encoded).utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let decoded = hexByte(rest) {
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexByte(_ bytes: Substring.UTF8View) -> UInt8? {
        guard let first = bytes.first, let second = bytes.dropFirst().first else { return nil }
        guard let high = hexDigit(first), let low = hexDigit(second) else { return nil }
        return high << 4 | low
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
