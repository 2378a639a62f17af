/// An integer as text in a query or in JSON, as leniently as the replaced system reads it: white space around it, a sign,
/// single underscores between digits, and a fraction of zeros are taken.
package enum IntegerText: Sendable, Equatable {
    case value(Int64)
    /// An integer that Int64 cannot hold.
    case tooLarge(isNegative: Bool)

    /// Nil if the text is no integer.
    package init?(_ text: String) {
        var bytes = Self.trimmed(text)
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        if let point = bytes.firstIndex(of: UInt8(ascii: ".")) {
            let fraction = bytes[bytes.index(after: point)...]
            guard !fraction.isEmpty, fraction.allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
            bytes = bytes[..<point]
        }
        guard Self.isDigits(bytes) else { return nil }
        let digits = String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        self = Int64((isNegative ? "-" : "") + digits).map { .value($0) } ?? .tooLarge(isNegative: isNegative)
    }

    private static func trimmed(_ text: String) -> Substring.UTF8View {
        var bytes = Substring(text).utf8
        while let first = bytes.first, isSpace(first) { bytes = bytes.dropFirst() }
        while let last = bytes.last, isSpace(last) { bytes = bytes.dropLast() }
        return bytes
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isDigits(_ bytes: Substring.UTF8View) -> Bool {
        var afterDigit = false
        for byte in bytes {
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            guard isDigit || (byte == UInt8(ascii: "_") && afterDigit) else { return false }
            afterDigit = isDigit
        }
        return afterDigit
    }
}
