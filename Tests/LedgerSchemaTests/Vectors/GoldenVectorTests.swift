import FoundationEssentials
import JSONText
import LedgerSchema
import MerkleTree
import SwiftProtobuf
import Testing

/// Every event of every released version stays readable: `Schemas/vectors/` against today's code.
@Suite struct GoldenVectorTests {
    static let folder = "vectors/v1/"

    static func vectors(_ name: String) throws -> (file: JSONValue, vectors: [GoldenVector]) {
        let file = try JSONValue.parse(SchemaFiles.bytes(folder + name))
        return (file, try (file["vectors"]?.array ?? []).map(GoldenVector.init))
    }

    static let names: [String] = (try? SchemaFiles.names(in: folder).filter { $0.hasSuffix(".json") && $0 != "Commitments.json" }) ?? []

    @Test func `every event type has its vectors, and no file is for nothing`() {
        #expect(Self.names == EventType.allCases.map { $0.name + ".json" }.sorted())
    }

    @Test(arguments: names)
    func `a leaf is read, is what it says, hashes as it did and is written again`(name: String) throws {
        let (file, vectors) = try Self.vectors(name)
        let description = try LeafDescription()
        #expect(!vectors.isEmpty)
        for vector in vectors {
            let (envelope, event) = try EventCodec.decode(vector.leaf)
            #expect(file["event"]?.string == event.type.name)
            #expect(file["type"]?.integer == Int64(event.type.rawValue))
            #expect(name == event.type.name + ".json")
            #expect(MerkleTree.leafHash(vector.leaf) == vector.leafHash)
            #expect(EventCodec.encode(event, envelope) == vector.leaf)
            #expect(try description.describe(vector.leaf) == vector.fields)
            #expect(vector.openings.count == envelope.commitments.count)
            #expect(zip(vector.openings, envelope.commitments).allSatisfy { $0.opens($1) })
            try checkRecord(vector)
        }
    }

    private func checkRecord(_ vector: GoldenVector) throws {
        let (stored, outside) = try Record(leaf: vector.leaf, openings: vector.openings).stored()
        #expect(stored == vector.record)
        let (leaf, inline) = try Record.split(vector.record)
        #expect(Array(leaf) == vector.leaf)
        #expect(try Opening.decode(inline) + outside == vector.openings)
    }

    @Test func `commitments are SHA-256 of 0x40, slot, nonce and text`() throws {
        let file = try JSONValue.parse(SchemaFiles.bytes(Self.folder + "Commitments.json"))
        let openings = try (file["vectors"]?.array ?? []).map(Opening.init(json:))
        #expect(Set(openings.map(\.slot)) == Set(SlotKind.allCases))
        for opening in openings {
            var preimage: [UInt8] = [0x40, opening.slot.rawValue]
            preimage += opening.nonce
            preimage += opening.content
            #expect(Hash32.sha256(preimage) == opening.commitment)
            #expect(try Slots([opening]).encoded.map(\.content) == [opening.content])
        }
    }

    /// `KEYLEDGER_WRITE_VECTORS=1 swift test --filter GoldenVectorTests` writes the files that are missing. It never changes one.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["KEYLEDGER_WRITE_VECTORS"] != nil))
    func `new vectors are written and old ones are left alone`() throws {
        let description = try LeafDescription()
        for type in EventType.allCases {
            var vectors: [JSONValue] = []
            for presence in [Draw.Presence.all, .least] {
                var draw = Draw(seed: UInt64(type.rawValue), presence)
                vectors.append(try GoldenVector(name: presence.rawValue, Sample(type, &draw), description).json)
            }
            if vectors.count == 2, vectors[0]["leaf"] == vectors[1]["leaf"] { vectors.removeLast() }
            if type == .spendRecorded {
                var draw = Draw(seed: 1, .all)
                var sample = try Sample(type, &draw)
                sample.event = .spendRecorded(try Charge(draw.charge(byText: true)))
                vectors.append(try GoldenVector(name: "an unknown token, names in full, a producer's number", sample, description).json)
                var charge = Charge(credential: .known(draw.reference()), revision: 3, occurredAt: draw.time(), amount: 48_000_000_000)
                charge.sequence = ProducerSequence(producer: "gateway-1", epoch: 2, number: 1_025, floor: 1_020)
                sample.event = .spendRecorded(charge)
                vectors.append(try GoldenVector(name: "a producer's number that gives up lower ones", sample, description).json)
            }
            try Self.add(["event": .string(type.name), "type": JSONValue(type.rawValue), "vectors": .array(vectors)], to: type.name)
        }
        var draw = Draw(seed: 7, .all)
        var openings = draw.openings(draw.slots(for: .keyCreated))
        openings += draw.openings(draw.slots(for: .subjectNamed))
        openings.append(Opening(slot: .note, subject: 0, nonce: [UInt8](repeating: 0, count: 32), content: []))
        try Self.add(["vectors": .array(openings.map(\.json))], to: "Commitments")
    }

    private static func add(_ file: JSONValue, to name: String) throws {
        let path = folder + name + ".json"
        guard SchemaFiles.exists(path) else { return try SchemaFiles.write(file.indented() + "\n", to: path) }
        guard try JSONValue.parse(SchemaFiles.bytes(path)) != file else { return }
        Issue.record("\(path) holds other vectors than today's code makes. It was left as it is: what was stored once is for ever.")
    }
}
