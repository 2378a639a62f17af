import LedgerSchema
import RandomTestSupport
import Testing

@Suite struct UUIDv7Tests {
    /// The example of RFC 9562, appendix A.6.
    @Test func `the RFC's example is made, written and read`() throws {
        let time = try #require(Instant(rfc3339: "2022-02-22T14:22:22-05:00"))
        let id = UUIDv7(time: time, random: (0xCC3 << 52, 0x18C4_DC0C_0C07_398F))
        #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(UUIDv7("017F22E2-79B0-7CC3-98C4-DC0C0C07398F") == id)
        #expect(id.time == time)
        #expect(id.bytes == [0x01, 0x7F, 0x22, 0xE2, 0x79, 0xB0, 0x7C, 0xC3, 0x98, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F])
        #expect(UUIDv7(bytes: id.bytes) == id)
        #expect(UUIDv7(bytes: id.bytes.dropLast()) == nil)
    }

    @Test(arguments: [
        "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff", "017f22e2x79b0-7cc3-98c4-dc0c0c07398f",
    ])
    func `other texts and versions are refused`(text: String) {
        #expect(UUIDv7(text) == nil)
        #expect(KeyID(text) == nil)
    }

    @Test func `ids sort by their bytes, and so by their time`() {
        var generator = SplitMix64(seed: 3)
        var ids: [UUIDv7] = []
        for _ in 0..<500 {
            let time = Instant(nanoseconds: Int64.random(in: 0...Int64.max, using: &generator))
            ids.append(UUIDv7(time: time, random: (generator.next(), generator.next())))
        }
        #expect(ids.allSatisfy { $0.isVersion7 && UUIDv7($0.description) == $0 })
        ids.sort()
        for (left, right) in zip(ids, ids.dropFirst()) {
            #expect(left.bytes.lexicographicallyPrecedes(right.bytes))
            #expect(left.description < right.description)
            #expect((left.time ?? .distantPast) <= (right.time ?? .distantPast))
        }
    }

    @Test func `moments before 1970 count as 1970`() {
        #expect(UUIDv7(time: .distantPast, random: (0, 0)).description == "00000000-0000-7000-8000-000000000000")
        #expect(UUIDv7(time: .distantFuture, random: (.max, .max)).isVersion7)
    }

    @Test func `ids of each kind wrap a UUID`() throws {
        let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        let key = try #require(KeyID(text))
        #expect(key.description == text)
        #expect(KeyID(bytes: key.bytes) == key)
        #expect(try #require(EventID(text)).uuid == key.uuid)
        #expect(LogID(time: .epoch, random: (1, 1)) < LogID(time: .epoch, random: (1, 2)))
    }
}
