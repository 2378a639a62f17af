import MerkleTree
import Testing

struct Hash32Tests {
    private let counting = Array(UInt8(0)..<32)

    @Test func `bytes, words and hex are three views of one value`() throws {
        let hash = try #require(Hash32(counting))
        #expect(hash.bytes == counting)
        #expect(hash.hex == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
        #expect(Hash32(hex: hash.hex) == hash)
        #expect(Hash32(counting.span) == hash)
        #expect("\(hash)" == hash.hex)
        hash.withBytes { bytes in
            #expect(bytes.count == 32)
            for index in bytes.indices { #expect(bytes[index] == UInt8(index)) }
        }
        var output: [UInt8] = [9]
        hash.append(to: &output)
        #expect(output == [9] + counting)
    }

    @Test(arguments: [0, 1, 31, 33, 64]) func `any other number of bytes is refused`(count: Int) {
        #expect(Hash32([UInt8](repeating: 7, count: count)) == nil)
        #expect(Hash32([UInt8](repeating: 7, count: count).span) == nil)
    }

    @Test(arguments: [
        "", "00", String(repeating: "0", count: 63), String(repeating: "0", count: 65), String(repeating: "0", count: 66),
        String(repeating: "A", count: 64), String(repeating: "0", count: 62) + "0g", " " + String(repeating: "0", count: 63),
        String(repeating: "é", count: 32), "0x" + String(repeating: "0", count: 62),
    ]) func `hex that is not 64 lower-case digits is refused`(text: String) {
        #expect(Hash32(hex: text) == nil)
    }

    @Test func `order is the order of the bytes`() throws {
        for position in 0..<32 {
            var low = [UInt8](repeating: 0x80, count: 32)
            var high = low
            low[position] = 0x7F
            for later in (position + 1)..<max(32, position + 1) { high[later] = 0 }
            let (smaller, larger) = (try #require(Hash32(low)), try #require(Hash32(high)))
            #expect(smaller < larger)
            #expect(!(larger < smaller))
            #expect(!(smaller < smaller))
        }
    }

    @Test func `an error thrown by the borrower comes through with its type`() throws {
        struct Refused: Error {}
        let hash = Hash32.zero
        #expect(throws: Refused.self) { try hash.withBytes { (_) throws(Refused) -> Int in throw Refused() } }
    }

    @Test func `SHA-256 of spans, arrays and lazy collections is the same`() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Hash32.sha256("abc".utf8).hex == expected)
        #expect(Hash32.sha256(Array("abc".utf8).span).hex == expected)
        #expect(Hash32.sha256("ABC".utf8.lazy.map { $0 + 32 }).hex == expected)
    }
}
