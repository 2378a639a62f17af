import LMDB
import Ledger
import LedgerLog
import LedgerSchema
import LedgerTestSupport
import MerkleTree
import Testing

/// Damage in a log of more than sixteen events, where the tree has one hash for sixteen leaves.
struct GroupTests {
    private static let (one, two) = ("sk-first-secret-000", "sk-second-secret-00")

    /// Key one at 2, changed at 14, blocked at 41; key two at 3, blocked at 27; everything else up to 43 are charges.
    static func sample() async throws -> TestLedger {
        let test = try TestLedger()
        try await test.create(one, .alias("one"))
        try await test.create(two, .alias("two"))
        func charges(_ positions: ClosedRange<Int64>) async throws {
            try await test.record(positions.map { .charge("\($0)", $0.isMultiple(of: 3) ? one : two, $0) })
        }
        try await charges(4...13)
        _ = try await test.done(.update(.secret(one), .with { $0.terms.teamID = "red" }))
        test.clock.advance(seconds: 1)
        try await charges(15...26)
        _ = try await test.done(.block(.secret(two), scope: .key))
        try await charges(28...40)
        _ = try await test.done(.block(.secret(one), scope: .key))
        try await charges(42...43)
        #expect(test.ledger.head.position == 43)
        test.ledger.close()
        #expect(try Ledger.check(test.path).failure == nil)
        return test
    }

    private static let charges = "1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16"

    static let found: [(position: UInt64, finding: String)] = [
        (8, "one of the positions \(charges) is not what was written"), (16, "one of the positions \(charges) is not"),
        (20, "one of the positions 17 to 32 is not"), (27, "one of the positions 17 to 32 is not"),
        (2, "position 2: the leaf's bytes are not"), (3, "position 3: the leaf's bytes are not"),
        (14, "position 14: the leaf's bytes are not"), (33, "position 33: the leaf's bytes do not match their hash"),
        (43, "position 43: the leaf's bytes do not match their hash"),
    ]

    /// In the time of recording, which every value of is well formed.
    @Test(arguments: found)
    func `a changed leaf is found, and named as well as the rest of the log can`(_ position: UInt64, _ finding: String) async throws {
        let test = try await Self.sample()
        try Self.tamper(test) { transaction, tables in
            var bytes = try #require(try transaction.copy(tables.events, LogTables.key(Position(position))))
            // Behind the last byte of the length, and the tag.
            bytes[try #require(bytes.firstIndex { $0 < 0x80 }) + 2] ^= 1
            try transaction.put(tables.events, LogTables.key(Position(position)), bytes)
        }
        let failure = try #require(try Ledger.check(test.path).log.failure)
        #expect(failure.code == .damaged && failure.description.contains(finding), "\(failure)")
        #expect { try Ledger.open(test.path) } throws: { ($0 as? LedgerError)?.code == .damaged }
    }

    @Test func `a leaf that contradicts its own text is named`() async throws {
        let test = try await Self.sample()
        try Self.tamper(test) { transaction, tables in
            let record = try LogReader(tables).record(at: 2, in: &transaction)
            var (envelope, event) = try EventCodec.decode(record.leaf)
            envelope.commitments[0].commitment = .zero
            let changed = Record(leaf: EventCodec.encode(event, envelope), openings: record.openings)
            try transaction.put(tables.events, LogTables.key(2), changed.stored().record)
        }
        #expect(try failure(test) == "position 2: the text of the identity slot does not match its commitment")
    }

    @Test func `two records that have changed places are found`() async throws {
        let test = try await Self.sample()
        try Self.tamper(test) { transaction, tables in
            let records = try (20...21).map { try #require(try transaction.copy(tables.events, LogTables.key(Position($0)))) }
            try transaction.put(tables.events, LogTables.key(20), records[1])
            try transaction.put(tables.events, LogTables.key(21), records[0])
        }
        #expect(try failure(test) == "one of the positions 17 to 32 is not what was written")
    }

    static let nodes: [(name: String, position: UInt64, byte: Int?, finding: String)] = [
        ("the first sixteen's hash", 16, 0, "position 16: tree node (4, 0) is not what was written; its leaves are"),
        ("the second sixteen's hash", 32, 0, "position 32: tree node (4, 1) is not what was written; its leaves are"),
        ("the hash above both", 32, 32, "position 32: tree node (5, 0) does not match its children"),
        ("the first row's last byte", 16, nil, "position 16: the row of tree nodes has 31 bytes, not 32"),
        ("the second row's last byte", 32, nil, "position 32: the row of tree nodes has 63 bytes, not 64"),
    ]

    @Test(arguments: nodes)
    func `a changed row of the tree is found`(_ name: String, _ position: UInt64, _ byte: Int?, _ finding: String) async throws {
        let test = try await Self.sample()
        try Self.tamper(test) { transaction, tables in
            var row = try #require(try transaction.copy(tables.nodes, LogTables.key(Position(position))))
            if let byte { row[byte] ^= 1 } else { row.removeLast() }
            try transaction.put(tables.nodes, LogTables.key(Position(position)), row)
        }
        #expect(try failure(test) == finding)
        // Of the root the start needs one node, and the tail one for each sixteen.
        #expect(throws: LedgerError.self) { try Ledger.open(test.path) }
    }

    @Test(arguments: [16, 32, 48] as [Position])
    func `a missing row of the tree is found, and one too many`(_ position: Position) async throws {
        let test = try await Self.sample()
        try Self.tamper(test) { transaction, tables in
            if try !transaction.delete(tables.nodes, LogTables.key(position)) {
                try transaction.put(tables.nodes, LogTables.key(position), [UInt8](repeating: 7, count: 32))
            }
        }
        let tooMany = "the nodes table has 3 rows, its 43 events make 2. Restore a backup."
        #expect(try failure(test) == (position == 48 ? tooMany : "position \(position): the row of tree nodes is missing"))
    }

    /// What fsck says, without what to do.
    private func failure(_ test: TestLedger) throws -> String {
        let failure = try #require(try Ledger.check(test.path).log.failure)
        return failure.description.replacing(". The log is damaged here; restore a backup, and keep this folder for examination.", with: "")
    }

    private static func tamper(_ test: TestLedger, _ body: (inout WriteTransaction, LogTables) throws -> Void) throws {
        try withRows(test.path) { environment in
            try environment.tamper { transaction in try body(&transaction, LogTables(environment)) }
        }
    }
}
