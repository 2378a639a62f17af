import LedgerSchema
import Testing

@Suite struct TokenTests {
    @Test func `a token is the lower-case SHA-256 of the whole secret`() {
        // From the second example of FIPS 180-2 ("abc").
        #expect(Token(secret: "abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Token(secret: "sk-abc") != Token(secret: "abc"))
    }

    @Test func `tokens are read in either case and written in lower case`() throws {
        let hex = Token(secret: "sk-1").hex
        #expect(Token(hex: hex)?.hex == hex)
        #expect(Token(hex: hex.uppercased())?.hex == hex)
        #expect(Token(hex: hex[...]) == Token(secret: "sk-1"))
        for text in ["", String(hex.dropLast()), hex + "0", String(hex.dropLast()) + "g", String(hex.dropLast(2)) + "é"] {
            #expect(Token(hex: text) == nil)
        }
    }

    @Test func `tokens sort as their text does`() {
        let tokens = (0..<200).map { Token(secret: "sk-\($0)") }.sorted()
        #expect(tokens.map(\.hex) == tokens.map(\.hex).sorted())
    }
}
