import LMDB
import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import MerkleTree
import Testing

/// What an auditor holds: leaves, openings, tree hashes. No store.
private struct Evidence: Sendable {
    var leaves: [[UInt8]] = []
    var openings: [[Opening]] = []
    var proofs: [InclusionProof] = []
    var root = MerkleTree.emptyRoot

    /// Copies everything out of a closed ledger.
    init(of folder: String) throws {
        self = try withRows(folder) { environment in
            try environment.read { (transaction: inout ReadTransaction) throws in
                try Evidence(LogReader(LogTables(environment)), &transaction)
            }
        }
    }

    private init(_ log: LogReader, _ transaction: inout ReadTransaction) throws {
        let size = try log.head(in: &transaction).position.value
        for value in 1...size {
            let record = try log.record(at: Position(value), in: &transaction)
            leaves.append(record.leaf)
            openings.append(record.openings)
        }
        var nodes: [[UInt64]: Hash32] = [:]
        for level in 0..<64 where size >> UInt64(level) > 0 {
            for index in 0..<(size >> UInt64(level)) {
                nodes[[UInt64(level), index]] = try log.node(level, index, in: &transaction)
            }
        }
        struct Missing: Error {}
        let reader: MerkleTree.NodeReader = { level, index in
            guard let node = nodes[[UInt64(level), index]] else { throw Missing() }
            return node
        }
        root = try MerkleTree.root(size: size, node: reader)
        for index in 0..<size { proofs.append(try InclusionProof(leafIndex: index, treeSize: size, node: reader)) }
    }
}

/// Inclusion, a key's complete chain and a redacted record are proved from leaves and openings alone.
struct ProofTests {
    private func evidence() async throws -> Evidence {
        let test = try await TamperingTests.sample()
        return try Evidence(of: test.path)
    }

    /// The positions of a key's lifecycle events, from its last one back to its first: each names the one before and its hash.
    private func chain(_ leaves: [[UInt8]], from last: Int) throws -> [Int] {
        var positions = [last]
        while true {
            let leaf = leaves[positions[0] - 1]
            let link = try #require(try EventCodec.decode(leaf).envelope.link)
            if link.revision == 1 {
                #expect(link.previousPosition == .none && link.previousLeafHash == .zero)
                return positions
            }
            let previous = Int(link.previousPosition.value)
            let before = leaves[previous - 1]
            #expect(MerkleTree.leafHash(before) == link.previousLeafHash)
            let (envelope, _) = try EventCodec.decode(before)
            #expect(envelope.link?.keyID == link.keyID && envelope.link?.revision == link.revision - 1)
            positions.insert(previous, at: 0)
        }
    }

    @Test func `each leaf is in the tree by its proof, and no other leaf is`() async throws {
        let evidence = try await evidence()
        for (index, leaf) in evidence.leaves.enumerated() {
            try evidence.proofs[index].verify(leafHash: MerkleTree.leafHash(leaf), root: evidence.root)
            var other = leaf
            other[other.count - 1] ^= 1
            #expect(throws: MerkleError.self) {
                try evidence.proofs[index].verify(leafHash: MerkleTree.leafHash(other), root: evidence.root)
            }
        }
    }

    @Test func `a key's chain is complete from its last event to its first`() async throws {
        let evidence = try await evidence()
        #expect(try chain(evidence.leaves, from: 6) == [2, 4, 5, 6])
        #expect(try chain(evidence.leaves, from: 7) == [3, 7])
    }

    @Test func `every text is what its leaf committed to`() async throws {
        let evidence = try await evidence()
        var slots: [SlotKind] = []
        for (leaf, openings) in zip(evidence.leaves, evidence.openings) {
            let envelope = try EventCodec.decode(leaf).envelope
            for opening in openings {
                slots.append(opening.slot)
                #expect(envelope.commitment(of: opening.slot) == opening.commitment)
                var other = opening
                other.content.append(0)
                #expect(envelope.commitment(of: opening.slot) != other.commitment)
            }
        }
        #expect(slots == [.identity, .content, .identity, .content])
    }

    /// A redacted record keeps its leaf: text and nonce are gone, and with them any way to guess the text.
    @Test func `a record whose openings are gone still proves inclusion and chain, and reads as redacted`() async throws {
        let test = try await TamperingTests.sample()
        let before = try Evidence(of: test.path)
        try withRows(test.path) { environment in
            let tables = LogTables(environment)
            try environment.tamper { transaction in
                let record = try LogReader(tables).record(at: 2, in: &transaction)
                try transaction.put(tables.events, LogTables.key(2), try Record(leaf: record.leaf, openings: []).stored().record)
                for chunk in 0..<10 { try transaction.delete(tables.openings, LogTables.chunkKey(5, .content, UInt16(chunk))) }
            }
        }
        let after = try Evidence(of: test.path)
        #expect(after.openings[1].isEmpty && after.openings[4].isEmpty)
        #expect(after.leaves == before.leaves && after.root == before.root)
        for index in [1, 4] {
            try before.proofs[index].verify(leafHash: MerkleTree.leafHash(after.leaves[index]), root: before.root)
            let event = try LogReader.event(Position(UInt64(index + 1)), Record(leaf: after.leaves[index], openings: []))
            #expect(!event.envelope.commitments.isEmpty && event.slots == Slots())
        }
        #expect(try chain(after.leaves, from: 6) == [2, 4, 5, 6])
    }
}
