import LedgerSchema
import MerkleTree
import Testing

/// A personal field can go one day and every proof still stands (DESIGN.md section 6).
@Suite struct RedactionTests {
    static func sample(seed: UInt64 = 3) throws -> Sample {
        var draw = Draw(seed: seed, .all)
        return try Sample(.keyCreated, &draw)
    }

    @Test(arguments: SlotKind.allCases)
    func `a record whose opening was dropped keeps its leaf, its hash and its other slots`(dropped: SlotKind) throws {
        let whole = try Self.sample().record
        let redacted = Record(leaf: whole.leaf, openings: whole.openings.filter { $0.slot != dropped })
        let (stored, outside) = try redacted.stored()
        let (leaf, inline) = try Record.split(stored)
        #expect(Array(leaf) == whole.leaf)
        #expect(MerkleTree.leafHash(leaf) == MerkleTree.leafHash(whole.leaf))
        let (envelope, _) = try EventCodec.decode(Array(leaf))
        #expect(envelope.commitments.map(\.slot) == SlotKind.allCases)
        let slots = try Slots(try Opening.decode(inline) + outside)
        #expect(slots.encoded.map(\.slot) == SlotKind.allCases.filter { $0 != dropped })
        #expect(envelope.commitment(of: dropped) != nil)
    }

    @Test func `an inclusion proof holds with every opening gone`() throws {
        let samples = try (UInt64(0)..<7).map { try Self.sample(seed: $0) }
        var (frontier, nodes) = (Frontier(), [[UInt64]: Hash32]())
        for (index, sample) in samples.enumerated() {
            let hash = MerkleTree.leafHash(sample.leaf)
            nodes[[0, UInt64(index)]] = hash
            frontier.append(hash) { nodes[[UInt64($0), $1]] = $2 }
        }
        for (index, sample) in samples.enumerated() {
            let proof = try InclusionProof(leafIndex: UInt64(index), treeSize: 7) { try #require(nodes[[UInt64($0), $1]]) }
            let (leaf, _) = try Record.split(try Record(leaf: sample.leaf, openings: []).stored().record)
            try proof.verify(leafHash: MerkleTree.leafHash(leaf), root: frontier.root())
        }
    }

    @Test func `a commitment opens with its own text and with nothing else`() throws {
        let sample = try Self.sample()
        for (opening, item) in zip(sample.openings, sample.envelope.commitments) {
            #expect(opening.opens(item))
            var wrong = [opening, opening, opening, opening, opening]
            wrong[0].content[0] ^= 1
            wrong[1].nonce[31] ^= 1
            wrong[2].slot = SlotKind.allCases.first { $0 != opening.slot } ?? .note
            wrong[3].content.append(0)
            wrong[4].form = .sealed
            for other in wrong { #expect(!other.opens(item)) }
            var another = opening
            another.subject += 1
            #expect(another.opens(item), "whom the text belongs to is not committed")
        }
    }

    @Test func `the border between nonce and text cannot be moved`() throws {
        let sample = try Self.sample()
        let opening = try #require(sample.openings.first)
        let item = try #require(sample.envelope.commitments.first)
        var shifted = opening
        shifted.content.insert(shifted.nonce.removeLast(), at: 0)
        #expect(shifted.commitment == item.commitment, "the hashed bytes are the same")
        #expect(!shifted.opens(item))
        let error = #expect(throws: SchemaError.self) { try Opening(encoded: shifted.encoded) }
        #expect(error?.code == .malformed)
    }

    @Test func `text of a sealed opening counts as gone`() throws {
        var sealed = try #require(try Self.sample().openings.first)
        sealed.form = .sealed
        sealed.nonce = []
        #expect(try Opening(encoded: sealed.encoded) == sealed)
        #expect(try Slots([sealed]) == Slots())
    }

    @Test func `openings that do not fit stand outside the record, and too large ones are refused`() throws {
        var record = try Self.sample().record
        record.openings = record.openings.filter { $0.slot == .content }
        let limit = Record.maximumInlineSize - 3 - record.leaf.count
        record.openings[0].content = [UInt8](repeating: 7, count: limit)
        let (stored, outside) = try record.stored()
        #expect(outside == record.openings)
        #expect(try Record.split(stored).openings.isEmpty)
        record.openings[0].content = [UInt8](repeating: 7, count: limit - 100)
        #expect(try record.stored().outside.isEmpty)
        record.openings[0].content = [UInt8](repeating: 7, count: Record.maximumSlotSize)
        #expect(try record.stored().outside.count == 1)
        record.openings[0].content.append(7)
        #expect(throws: SchemaError.self) { try record.stored() }
        record = Record(leaf: [UInt8](repeating: 1, count: Record.maximumLeafSize), openings: [])
        #expect(try Record.split(try record.stored().record).leaf.count == Record.maximumLeafSize)
        record.leaf.append(1)
        let error = #expect(throws: SchemaError.self) { try record.stored() }
        #expect(error?.code == .tooLarge)
    }
}
