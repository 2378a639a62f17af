/// A random source that gives the same values for the same seed.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0xD134_2543_DE82_EF95
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

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
