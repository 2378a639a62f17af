import LedgerSchema
import RandomTestSupport
import Testing

@Suite struct SecretTests {
    @Test func `the checksum is that of zlib`() {
        #expect(CRC32.checksum("123456789".utf8) == 0xCBF4_3926)
        #expect(CRC32.checksum("".utf8) == 0)
    }

    @Test func `secrets have a fixed form that never changes`() {
        let secret = Secret.make(random: (0, 0))
        #expect(secret == "sk-kl000000000000000000000030j94w")
        #expect(Secret.make(random: (.max, .max)) == "sk-kl7n42DGM5Tflk9n8mt7Fhc72CFYpL")
        #expect(Secret.isAcceptableForeign(secret))
    }

    @Test func `every single-character change of a secret is noticed`() {
        var generator = SplitMix64(seed: 11)
        for _ in 0..<20 {
            let secret = Secret.make(random: (generator.next(), generator.next()))
            #expect(Secret.hasValidCheck(secret))
            for place in secret.indices {
                for replacement in ["0", "a", "Z", "-", "é"] where String(secret[place]) != replacement {
                    var changed = secret
                    changed.replaceSubrange(place...place, with: replacement)
                    if Secret.hasValidCheck(changed) { Issue.record("\(changed) passes") }
                }
            }
        }
    }

    @Test(arguments: ["", "sk-", "sk-kl", "sk-C656Jnq78cSTxsxOIUf50A", "sk-master-0123456789abcdef0123456789abcdef"])
    func `foreign secrets have no valid check`(secret: String) {
        #expect(!Secret.hasValidCheck(secret))
    }

    @Test(arguments: [
        ("sk-C656Jnq78cSTxsxOIUf50A", "sk-...f50A"), ("sk-12345", "sk-...2345"), ("sk-1234", "sk-..."), ("", "sk-..."),
        ("sk-123456789\u{1B}[m", "sk-..."),
        ("sk-123456789é12", "sk-..."),
    ])
    func `only the last four characters are shown, and of short secrets none (7)`(secret: String, shown: String) {
        #expect(Secret.displayForm(secret) == shown)
    }

    @Test(arguments: [
        ("sk-1234567890123", true), ("sk-123456789012", false), ("pk-12345678901234", false), ("sk-1234567890 123", false),
        ("sk-1234567890123é", false), ("sk-1234567890123\n", false), ("SK-1234567890123", false), ("", false),
    ])
    func `foreign secrets need the prefix, sixteen characters and printable ASCII`(secret: String, isAcceptable: Bool) {
        #expect(Secret.isAcceptableForeign(secret) == isAcceptable)
    }
}
