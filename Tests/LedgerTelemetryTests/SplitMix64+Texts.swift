import RandomTestSupport

extension SplitMix64 {
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }

    /// Text with many awkward characters and nothing that looks like a secret.
    mutating func text(count: Int) -> String {
        let awkward: [Unicode.Scalar] = [
            "\"", "\\", "/", "\n", "\r", "\t", "\0", "\u{1F}", "\u{7F}", "\u{85}", "\u{2028}", "\u{2029}", "\u{202E}", "é", "\u{301}", "💸",
            "\u{FFFF}",
        ]
        var text = ""
        for _ in 0..<count {
            let other = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &self)) ?? "x"
            text.unicodeScalars.append(Bool.random(using: &self) ? pick(awkward) : other)
        }
        return text
    }

    /// A secret of the characters that may stand in a path element.
    mutating func secret(_ characters: String = "ABCXYZabcxyz0123456789-_.~+=!*@$:^") -> String {
        let count = Int.random(in: 13...60, using: &self)
        return "sk-" + String((0..<count).map { _ in pick(Array(characters)) })
    }

    /// The text with some, all or none of its characters as percent escapes, nested at random.
    mutating func percentEncoded(_ text: String) -> String {
        let share = pick([0.0, 0.3, 1.0])
        return text.utf8.map { byte -> String in
            guard Double.random(in: 0..<1, using: &self) < share else { return String(Unicode.Scalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: Bool.random(using: &self))
            let nesting = String(repeating: "25", count: pick([0, 0, 1, 2]))
            return "%" + nesting + (digits.utf8.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
