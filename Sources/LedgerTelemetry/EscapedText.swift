/// Text in which a character may be written as a percent escape (nested ones too: `%2541`) or as a JSON escape (`\u002d`, `\/`).
struct EscapedText {
    /// One character as it is meant, and as many bytes as it takes.
    struct Unit {
        let byte: UInt8
        let end: Int
        let isEscaped: Bool
    }

    private(set) var bytes: [UInt8]

    /// The character that begins at an index; nil at the end.
    func unit(at index: Int) -> Unit? {
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "%"): return percentEscape(at: index)
        case UInt8(ascii: "\\"): return jsonEscape(at: index)
        default: return Unit(byte: bytes[index], end: index + 1, isEscaped: false)
        }
    }

    /// The index after a text that stands at an index, in any spelling; nil if it does not.
    func end(of text: some Collection<UInt8>, at index: Int, ignoringCase: Bool = false) -> Int? {
        var position = index
        for expected in text {
            guard let unit = unit(at: position) else { return nil }
            guard unit.byte == expected || (ignoringCase && Self.lowerCased(unit.byte) == expected) else { return nil }
            position = unit.end
        }
        return position
    }

    /// Replaces a text wherever it stands, verbatim or in any spelling; false if it stands nowhere.
    mutating func replace(_ text: [UInt8], with replacement: [UInt8]) -> Bool {
        var result: [UInt8] = []
        var (position, copied) = (0, 0)
        while let unit = unit(at: position) {
            let isVerbatim = bytes[position...].starts(with: text)
            guard let end = isVerbatim ? position + text.count : end(of: text, at: position) else {
                position = unit.isEscaped ? position + 1 : unit.end
                continue
            }
            result += bytes[copied..<position] + replacement
            (position, copied) = (end, end)
        }
        guard copied > 0 else { return false }
        bytes = result + bytes[copied...]
        return true
    }

    private func percentEscape(at index: Int) -> Unit {
        var end = index + 1
        var byte = UInt8(ascii: "%")
        while byte == UInt8(ascii: "%"), let value = hexadecimal(end..<(end + 2)) {
            byte = UInt8(truncatingIfNeeded: value)
            end += 2
        }
        return Unit(byte: byte, end: end, isEscaped: end > index + 1)
    }

    private func jsonEscape(at index: Int) -> Unit {
        let plain = Unit(byte: bytes[index], end: index + 1, isEscaped: false)
        guard index + 1 < bytes.count else { return plain }
        if bytes[index + 1] == UInt8(ascii: "/") { return Unit(byte: UInt8(ascii: "/"), end: index + 2, isEscaped: true) }
        guard bytes[index + 1] == UInt8(ascii: "u"), let value = hexadecimal((index + 2)..<(index + 6)), value < 0x80 else { return plain }
        return Unit(byte: UInt8(value), end: index + 6, isEscaped: true)
    }

    private func hexadecimal(_ range: Range<Int>) -> Int? {
        guard range.upperBound <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[range] {
            switch Self.lowerCased(byte) {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | Int(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | Int(Self.lowerCased(byte) - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    private static func lowerCased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
