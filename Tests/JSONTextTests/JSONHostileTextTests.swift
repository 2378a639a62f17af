import JSONText
import Testing

/// SplitMix64: the same numbers from the same seed everywhere.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

@Suite struct JSONHostileTextTests {
    static let seed: UInt64 = 20_261_121

    private static let samples = [
        #"{"key_alias":"full","models":["mock-gpt"],"max_budget":12.5,"metadata":{"owner":"me","n":[1,-2.5e+3,null,true]}}"#,
        #"["é😀\u00e9\ud83d\ude00\n\"\\",NaN,-Infinity,[[[[]]]],{"a":1,"a":{"b":0}}]"#,
    ].map { Array($0.utf8) }

    private static let alphabet = Array(#"{}[]",:\ud83d0123456789-+.eEtrufalsnNI "#.utf8) + [0, 0x1F, 0x7F, 0x80, 0xC3, 0xED, 0xF0, 0xFF]

    private func mutated(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Self.samples.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let place = bytes.indices.randomElement(using: &generator) ?? 0
            let byte = Self.alphabet.randomElement(using: &generator) ?? 0
            switch UInt8.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = byte
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(byte, at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    @Test func `damaged texts never crash, and what is accepted comes back equal`() throws {
        var generator = SeededGenerator(state: Self.seed)
        var accepted = 0
        for _ in 0..<100_000 {
            let bytes = mutated(&generator)
            do {
                let value = try JSONValue.parse(bytes, allowsNonFinite: true)
                let again = try JSONValue.parse(text: value.serialized(), allowsNonFinite: true)
                if again != value || again.hashValue != value.hashValue { Issue.record("lost something, seed \(Self.seed): \(bytes)") }
                let canonical = value.canonical()
                if try JSONValue.parse(text: canonical, allowsNonFinite: true).canonical() != canonical {
                    Issue.record("canonical form is not stable, seed \(Self.seed): \(bytes)")
                }
                accepted += 1
            } catch {
                if error.offset < 0 || error.offset > bytes.count { Issue.record("offset outside, seed \(Self.seed): \(bytes)") }
            }
        }
        #expect(accepted > 1_000)
        #expect(accepted < 90_000)
    }

    private func randomText(depth: Int, _ generator: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<(depth == 0 ? 4 : 6), using: &generator) {
        case 0: return ["null", "true", "false"].randomElement(using: &generator) ?? "null"
        case 1:
            return ["0", "-0.0", "1e5", "\(UInt64.random(in: 0 ... .max, using: &generator))", "1.50"].randomElement(using: &generator)
                ?? "0"
        case 2, 3: return #""\#(["", "a", "é", "e\u{301}", "\\n", "\\\\", "😀", "\\u0001"].randomElement(using: &generator) ?? "")""#
        case 4:
            let count = Int.random(in: 0..<5, using: &generator)
            return "[" + (0..<count).map { _ in randomText(depth: depth - 1, &generator) }.joined(separator: ",") + "]"
        default:
            let count = Int.random(in: 0..<12, using: &generator)
            return "{" + (0..<count).map { "\"k\($0)\":" + randomText(depth: depth - 1, &generator) }.joined(separator: ",") + "}"
        }
    }

    @Test func `compact texts come back byte for byte`() throws {
        var generator = SeededGenerator(state: Self.seed)
        for _ in 0..<2_000 {
            let text = randomText(depth: 4, &generator)
            let back = try JSONValue.parse(text: text).serialized()
            if Array(back.utf8) != Array(text.utf8) { Issue.record("seed \(Self.seed): \(text) became \(back)") }
        }
    }
}
