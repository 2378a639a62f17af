import LedgerSchema
import RandomTestSupport
import Testing

/// Values are read from bytes by a quicker way, which must come to the same as the texts do.
@Suite struct ByteTextTests {
    private static let seed: UInt64 = 300

    private static func amount(_ text: String) -> Result<Amount, AmountError> {
        Result { () throws(AmountError) in try Amount(decimal: text) }
    }

    private static func amount(_ bytes: [UInt8]) -> Result<Amount, AmountError> {
        Result { () throws(AmountError) in try Amount(decimal: (Array("12".utf8) + bytes + Array("34".utf8))[2..<bytes.count + 2]) }
    }

    @Test(arguments: [
        "0", "-0", "+0.0", "0e999", "0e99999999999", "4.8e-05", "0.048", "0.30000000000000004", "0.1", "1e400", "1e-400", "NaN",
        "-Infinity", "",
        "-", "+", ".5", "5.", "1.e5", "1e", "1e+", "0x1", "1_000", " 1", "1 ", "123456789012345678", "1234567890123456789",
        "99999999999999999999999999", "170141183460469231731687303.715884105727", "170141183460469231731687303.7158841057275",
        "170141183460469231731687303.715884105728", "-170141183460469231731687303.715884105728", "0.0000000000005", "0.0000000000015",
        "-0.0000000000005", "-0.0000000000015", "0.00000000000050000001", "5e-13", "15e-13", "1e26", "2e26", "1e-38", "9e-51", "1.5e-012",
        "1e-0012", "1e00000000000000000001", "0.000000000000000000000000000000000000000000000000000001", "\u{0}", "é",
    ])
    func `amounts of every form`(_ text: String) {
        #expect(Self.amount(Array(text.utf8)) == Self.amount(text))
    }

    @Test func `amounts at random (8)`() {
        var generator = SplitMix64(seed: Self.seed)
        let alphabet = Array("00123456789005...eE+-".utf8)
        for _ in 0..<100_000 {
            let bytes = (0..<Int.random(in: 1...24, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            if Self.amount(bytes) != Self.amount(String(decoding: bytes, as: UTF8.self)) { Issue.record("seed \(Self.seed): \(bytes)") }
        }
        for _ in 0..<100_000 {
            let digits = String(Int64.random(in: -1_000_000_000...1_000_000_000_000_000_000, using: &generator))
            let text = digits + "e" + String(Int.random(in: -36...12, using: &generator))
            if Self.amount(Array(text.utf8)) != Self.amount(text) { Issue.record("seed \(Self.seed): \(text)") }
        }
    }

    @Test(arguments: [
        ("0", 0), ("-1", -1_000_000_000), ("1732147152", 1_732_147_152_000_000_000), ("1732147152.123456789", 1_732_147_152_123_456_789),
        ("1.732147152123456789e9", 1_732_147_152_123_456_789), ("0.0000000005", 0), ("0.0000000015", 2),
        ("1732147152.00000000000000000000000", 1_732_147_152_000_000_000), ("9223372036.854775807", Int64.max),
    ])
    func `seconds since 1970, exactly`(text: String, nanoseconds: Int64) {
        #expect(Instant(unixSeconds: Array(text.utf8)[...])?.nanoseconds == nanoseconds)
    }

    @Test(arguments: ["", "now", "NaN", "1e400", "9223372036.854775808", "1732147152123", "2026-11-21T00:00:00Z", "1,5"])
    func `what is no time is none`(text: String) {
        #expect(Instant(unixSeconds: Array(text.utf8)[...]) == nil)
    }

    @Test(arguments: [
        "2026-11-21T00:19:09.662Z", "2026-11-21t05:49:09.662000001+05:30", "2026-11-21T24:00:00Z", "2026-02-29T00:00:00Z", "",
    ])
    func `times by RFC 3339`(text: String) {
        #expect(Instant(rfc3339: Array(text.utf8)[...]) == Instant(rfc3339: text))
    }

    @Test func `tokens of either case, and nothing else`() {
        let token = Token(secret: "sk-0123456789abcdef")
        let text = Array(token.hex.utf8)
        #expect(Token(hex: text[...]) == token && Token(hex: Array(token.hex.uppercased().utf8)[...]) == token)
        #expect(Token(hex: text.dropLast()) == nil && Token(hex: (text + [48])[...]) == nil)
        #expect(Token(hex: (text.dropLast() + [UInt8(ascii: "g")])[...]) == nil)
    }
}
