/// The text of a number as Python reads it: white space around it, a sign, underscores between digits, a point without
/// digits on one of its sides, an exponent; or a word for what is not finite.
struct NumberText {
    private(set) var isNegative = false
    private(set) var whole = ""
    private(set) var fraction = ""
    private(set) var exponent: String?
    private(set) var endsInPoint = false
    /// `NaN` or `Infinity`, without a sign.
    private(set) var word: String?

    init?(_ text: String) {
        var rest = Substring(text).utf8[...]
        while let byte = rest.first, Self.isSpace(byte) { rest = rest.dropFirst() }
        while let byte = rest.last, Self.isSpace(byte) { rest = rest.dropLast() }
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        if let word = Self.words[String(decoding: rest, as: UTF8.self).lowercased()] {
            self.word = word
            return
        }
        guard readDigits(&rest) else { return nil }
    }

    private static let words = ["nan": "NaN", "inf": "Infinity", "infinity": "Infinity"]

    private mutating func readDigits(_ rest: inout Substring.UTF8View.SubSequence) -> Bool {
        guard let whole = Self.take(&rest) else { return false }
        self.whole = whole
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard let fraction = Self.take(&rest) else { return false }
            self.fraction = fraction
            endsInPoint = fraction.isEmpty
        }
        guard !self.whole.isEmpty || !fraction.isEmpty else { return false }
        if rest.first.map({ $0 | 0x20 }) == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            var sign = ""
            if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
                sign = first == UInt8(ascii: "-") ? "-" : ""
                rest = rest.dropFirst()
            }
            guard let digits = Self.take(&rest), !digits.isEmpty else { return false }
            exponent = sign + digits
        }
        return rest.isEmpty
    }

    /// Digits, with single underscores between them left out; nil if an underscore stands elsewhere.
    private static func take(_ rest: inout Substring.UTF8View.SubSequence) -> String? {
        var digits: [UInt8] = []
        var lastIsDigit = false
        while let byte = rest.first {
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                digits.append(byte)
                lastIsDigit = true
            } else if byte == UInt8(ascii: "_") {
                guard lastIsDigit else { return nil }
                lastIsDigit = false
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        return digits.isEmpty || lastIsDigit ? String(decoding: digits, as: UTF8.self) : nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    /// The number as JSON writes it, or a word for what is not finite.
    var text: String {
        let sign = isNegative ? "-" : ""
        if let word { return word == "NaN" ? word : sign + word }
        let leading = whole.utf8.drop { $0 == UInt8(ascii: "0") }
        let digits = leading.isEmpty ? "0" : String(decoding: leading, as: UTF8.self)
        return sign + digits + (fraction.isEmpty ? "" : "." + fraction) + (exponent.map { "e" + $0 } ?? "")
    }
}
