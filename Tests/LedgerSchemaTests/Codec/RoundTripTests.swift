import FoundationEssentials
import LedgerSchema
import MerkleTree
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: EventType.allCases)
    func `an event is read as it was written, byte for byte`(type: EventType) throws {
        for seed in UInt64(0)..<200 {
            var draw = Draw(seed: seed, .random)
            let sample = try Sample(type, &draw)
            let (envelope, event) = try EventCodec.decode(sample.leaf)
            #expect(event == sample.event, "seed \(seed)")
            #expect(envelope == sample.envelope, "seed \(seed)")
            #expect(event.type == type)
            #expect(EventCodec.encode(event, envelope) == sample.leaf, "seed \(seed)")
        }
    }

    @Test(arguments: EventType.allCases)
    func `a record gives back its leaf and its openings`(type: EventType) throws {
        for seed in UInt64(0)..<100 {
            var draw = Draw(seed: seed, .random)
            let sample = try Sample(type, &draw)
            let (stored, outside) = try sample.record.stored()
            let (leaf, inline) = try Record.split(stored)
            #expect(Array(leaf) == sample.leaf)
            #expect(try Opening.decode(inline) + outside == sample.openings)
            for opening in sample.openings { #expect(try Opening(encoded: opening.encoded) == opening) }
            #expect(try Slots(sample.openings).encoded.map(\.content) == sample.openings.map(\.content))
        }
    }

    @Test func `names of event types are those of the schema`() throws {
        let leaf = try SchemaFiles.text("keyledger/v1/leaf.proto")
        let members = leaf.split(separator: "oneof event {")[1].split(separator: "}")[0].split(separator: "\n")
        let declared = members.map { $0.split(separator: " ").map(String.init) }.filter { $0.count == 4 }
        #expect(declared.count == EventType.allCases.count)
        for words in declared {
            let type = try #require(UInt32(words[3].dropLast()).flatMap(EventType.init(rawValue:)))
            #expect(type.name == words[0])
        }
    }

    @Test func `a plain charge stays near 120 bytes`() throws {
        var sizes: [Int] = []
        for seed in UInt64(0)..<50 {
            var draw = Draw(seed: seed, .all)
            sizes.append(try Sample(.spendRecorded, &draw).leaf.count)
        }
        #expect(sizes.allSatisfy { $0 < 200 }, "\(sizes)")
    }

    @Test func `every term can be set, compared and taken away, each alone`() {
        var draw = Draw(seed: 1, .all)
        let full = draw.terms()
        #expect(KeyField.allCases.allSatisfy(full.isSet))
        #expect(full.difference(full, clearing: []).changes == KeyTerms())
        #expect(KeyTerms().difference(full, clearing: KeyField.allCases).changes == full)
        var emptied = full
        for field in KeyField.allCases {
            var only = KeyTerms()
            only.apply(full, clearing: KeyField.allCases.filter { $0 != field })
            #expect(KeyField.allCases.filter(only.isSet) == [field])
            #expect(KeyTerms().difference(only, clearing: []).changes == only)
            #expect(full.difference(only, clearing: []).changes == KeyTerms())
            #expect(full.difference(KeyTerms(), clearing: [field, field]).cleared == [field])
            #expect(KeyTerms().difference(KeyTerms(), clearing: [field]).cleared == [])
            #expect(full.difference(only, clearing: [field]).cleared == [])
            emptied.clear(field)
            #expect(!emptied.isSet(field))
        }
        #expect(emptied == KeyTerms())
        var taken = KeyTerms()
        taken.apply(full)
        #expect(taken == full)
    }
}
