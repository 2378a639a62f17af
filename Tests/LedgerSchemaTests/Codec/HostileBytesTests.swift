import LedgerSchema
import RandomTestSupport
import Testing

/// Damaged and hostile bytes: an error or a value, never a crash.
@Suite struct HostileBytesTests {
    /// Valid bytes with a few things done to them.
    struct Mutation {
        var random: SplitMix64

        private mutating func index(_ bytes: [UInt8]) -> Int { Int.random(in: 0..<max(1, bytes.count), using: &random) }

        /// One of some valid bytes, damaged.
        mutating func damaged(_ list: [[UInt8]]) -> [UInt8] {
            let (one, other) = (Int.random(in: 0..<list.count, using: &random), Int.random(in: 0..<list.count, using: &random))
            return mutate(list[one], beside: list[other])
        }

        private mutating func mutate(_ original: [UInt8], beside other: [UInt8]) -> [UInt8] {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty { change(&bytes, beside: other) }
            return bytes
        }

        private mutating func change(_ bytes: inout [UInt8], beside other: [UInt8]) {
            let place = index(bytes)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = [0, 1, 0x7f, 0x80, 0xff, 0x0b, 0x0c].randomElement(using: &random) ?? 0
            case 2: bytes.removeSubrange(place...)
            case 3: bytes.remove(at: place)
            case 4: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
            case 5: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: index(bytes))
            case 6: bytes.insert(contentsOf: [UInt8](repeating: 0xff, count: 10), at: place)
            default: bytes.replaceSubrange(place..., with: other.suffix(other.count - min(other.count, place)))
            }
        }
    }

    static func samples() throws -> [Sample] {
        try EventType.allCases.flatMap { type in
            try Draw.Presence.allCases.map { presence in
                var draw = Draw(seed: UInt64(type.rawValue), presence)
                return try Sample(type, &draw)
            }
        }
    }

    @Test(arguments: UInt64(0)..<10)
    func `ten thousand damaged leaves give an error or a value that can be written and read`(seed: UInt64) throws {
        let leaves = try Self.samples().map(\.leaf)
        var (mutation, readable) = (Mutation(random: SplitMix64(seed: seed)), 0)
        for _ in 0..<10_000 {
            let bytes = mutation.damaged(leaves)
            guard let (envelope, event) = try? EventCodec.decode(bytes) else { continue }
            readable += 1
            let written = EventCodec.encode(event, envelope)
            let (envelopeAgain, eventAgain) = try EventCodec.decode(written)
            #expect(eventAgain == event)
            #expect(EventCodec.encode(eventAgain, envelopeAgain) == written)
        }
        #expect(1_000..<9_000 ~= readable, "\(readable) were readable")
    }

    @Test func `damaged records and openings give an error or a value`() throws {
        let samples = try Self.samples()
        let records = try samples.map { try $0.record.stored().record }
        let openings = samples.flatMap(\.openings).map(\.encoded)
        var mutation = Mutation(random: SplitMix64(seed: 99))
        for _ in 0..<10_000 {
            let record = mutation.damaged(records)
            if let (leaf, inline) = try? Record.split(record) {
                #expect(leaf.count + inline.count < record.count)
                if let list = try? Opening.decode(inline) { _ = try? Slots(list) }
            }
            let bytes = mutation.damaged(openings)
            guard let opening = try? Opening(encoded: bytes) else { continue }
            #expect(try Opening(encoded: opening.encoded) == opening)
            guard let slots = try? Slots([opening]) else { continue }
            for (_, content) in slots.encoded {
                #expect(try Slots([Opening(slot: opening.slot, subject: 0, nonce: [], content: content)]) == slots)
            }
        }
    }

    @Test(arguments: [
        [], [0], [5], [0xff], [0x80], [0x81, 0x80, 0x01], [UInt8](repeating: 0xff, count: 11), [UInt8](repeating: 0x0b, count: 5),
    ])
    func `a few bytes are no leaf and no record`(bytes: [UInt8]) {
        #expect(throws: SchemaError.self) { try EventCodec.decode(bytes) }
        if bytes != [0] { #expect(throws: SchemaError.self) { try Record.split(bytes) } }
    }

    @Test(arguments: [99, 1_000, 16_000])
    func `messages and groups nested without end are an error`(depth: Int) {
        let open = [UInt8](repeating: 0x0b, count: depth)
        #expect(throws: SchemaError.self) { try EventCodec.decode(open) }
        #expect(throws: SchemaError.self) { try EventCodec.decode(open + [UInt8](repeating: 0x0c, count: depth)) }
    }

    @Test func `every cut of a leaf gives an error or a value`() throws {
        for leaf in try Self.samples().map(\.leaf) {
            for length in 0..<leaf.count { _ = try? EventCodec.decode(Array(leaf.prefix(length))) }
        }
    }
}
