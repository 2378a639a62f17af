/// Numbers in digits 0 … 9, A … Z, a … z.
enum Base62 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The last `digits` digits of `value`, with leading zeros.
    static func text(_ value: UInt128, digits: Int) -> String {
        var rest = value
        var reversed: [UInt8] = []
        for _ in 0..<digits {
            reversed.append(alphabet[Int(rest % 62)])
            rest /= 62
        }
        return String(decoding: reversed.reversed(), as: UTF8.self)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        alphabet.contains(byte)
    }
}
