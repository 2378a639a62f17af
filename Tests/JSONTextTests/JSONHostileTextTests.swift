import JSONText
import RandomTestSupport
import Testing

@Suite struct JSONHostileTextTests {
    static let seed: UInt64 = 20_261_121

    @Test func `damaged texts never crash, and what is accepted comes back equal`() throws {
        var damage = JSONDamage(seed: Self.seed)
        var accepted = 0
        for _ in 0..<100_000 {
            let bytes = damage.next()
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

    private func randomText(depth: Int, _ generator: inout SplitMix64) -> String {
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
        var generator = SplitMix64(seed: Self.seed)
        for _ in 0..<2_000 {
            let text = randomText(depth: 4, &generator)
            let back = try JSONValue.parse(text: text).serialized()
            if Array(back.utf8) != Array(text.utf8) { Issue.record("seed \(Self.seed): \(text) became \(back)") }
        }
    }
}
