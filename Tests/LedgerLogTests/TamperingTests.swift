import LMDB
import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import MerkleTree
import Testing

/// Whatever is changed behind the ledger's back is found by the check, and named (invariant 3).
struct TamperingTests {
    /// One way to tamper with a closed ledger's rows, and what the check must say.
    struct Tampering: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var finding: String
        var position: UInt64?
        var act: @Sendable (inout WriteTransaction, LogTables) throws -> Void

        init(
            _ name: String, finds finding: String, at position: UInt64? = nil,
            _ act: @escaping @Sendable (inout WriteTransaction, LogTables) throws -> Void
        ) {
            testDescription = name
            self.finding = finding
            self.position = position
            self.act = act
        }
    }

    private static func record(_ transaction: inout WriteTransaction, _ tables: LogTables, _ position: Position) throws -> [UInt8] {
        try #require(try transaction.copy(tables.events, LogTables.key(position)))
    }

    /// Puts a changed leaf in the place of another, with a tree that fits it.
    private static func change(
        _ transaction: inout WriteTransaction, _ tables: LogTables, _ position: Position, _ body: (inout Envelope) -> Void
    ) throws {
        let old = try LogReader(tables).record(at: position, in: &transaction)
        var (envelope, event) = try EventCodec.decode(old.leaf)
        body(&envelope)
        let record = Record(leaf: EventCodec.encode(event, envelope), openings: old.openings)
        try transaction.put(tables.events, LogTables.key(position), record.stored().record)
        try fitTree(tables, in: &transaction)
    }

    static let rows: [Tampering] = [
        Tampering("two records swapped", finds: "do not match their hash", at: 3) { transaction, tables in
            let (a, b) = (try record(&transaction, tables, 3), try record(&transaction, tables, 4))
            try transaction.put(tables.events, LogTables.key(3), b)
            try transaction.put(tables.events, LogTables.key(4), a)
        },
        Tampering("two records swapped with their hashes", finds: "another root than the meta row `tail` says") { transaction, tables in
            let (a, b) = (try record(&transaction, tables, 6), try record(&transaction, tables, 7))
            try transaction.put(tables.events, LogTables.key(6), b)
            try transaction.put(tables.events, LogTables.key(7), a)
            try editTail(&transaction, tables) { $0.replaceSubrange(200..<264, with: Array($0[232..<264] + $0[200..<232])) }
        },
        Tampering("one bit of a leaf", finds: "do not match their hash", at: 2) { transaction, tables in
            var bytes = try record(&transaction, tables, 2)
            // In the time of recording, which every value of is well formed.
            bytes[4] ^= 1
            try transaction.put(tables.events, LogTables.key(2), bytes)
        },
        Tampering("a record cut short", finds: "length does not match", at: 2) { transaction, tables in
            let bytes = try record(&transaction, tables, 2)
            try transaction.put(tables.events, LogTables.key(2), Array(bytes.prefix(40)))
        },
        Tampering("a record without a byte", finds: "length does not match", at: 2) { transaction, tables in
            try transaction.put(tables.events, LogTables.key(2), [])
        },
        Tampering("a changed opening", finds: "identity slot does not match its commitment", at: 2) { transaction, tables in
            var record = try LogReader(tables).record(at: 2, in: &transaction)
            let place = try #require(record.openings.firstIndex { $0.slot == .identity })
            record.openings[place].content = IdentitySlot(alias: "mallory").encoded
            try transaction.put(tables.events, LogTables.key(2), record.stored().record)
        },
        Tampering("an opening with another nonce", finds: "identity slot does not match its commitment", at: 2) { transaction, tables in
            var record = try LogReader(tables).record(at: 2, in: &transaction)
            let place = try #require(record.openings.firstIndex { $0.slot == .identity })
            record.openings[place].nonce[0] ^= 1
            try transaction.put(tables.events, LogTables.key(2), record.stored().record)
        },
        Tampering("an opening taken away", finds: "text of the identity slot is missing", at: 2) { transaction, tables in
            var record = try LogReader(tables).record(at: 2, in: &transaction)
            record.openings.removeAll { $0.slot == .identity }
            try transaction.put(tables.events, LogTables.key(2), record.stored().record)
        },
        Tampering("an opening that nobody committed to", finds: "opens a slot that its leaf does not commit to", at: 2) {
            transaction, tables in
            var record = try LogReader(tables).record(at: 2, in: &transaction)
            record.openings.append(Opening(slot: .note, subject: 0, nonce: [UInt8](repeating: 1, count: 32), content: []))
            try transaction.put(tables.events, LogTables.key(2), record.stored().record)
        },
        Tampering("an opening that names another subject", finds: "identity slot names subject 9", at: 2) { transaction, tables in
            var record = try LogReader(tables).record(at: 2, in: &transaction)
            let place = try #require(record.openings.firstIndex { $0.slot == .identity })
            record.openings[place].subject = 9
            try transaction.put(tables.events, LogTables.key(2), record.stored().record)
        },
        Tampering("an opening that says it is sealed", finds: "identity slot does not match its commitment", at: 2) { transaction, tables in
            var record = try LogReader(tables).record(at: 2, in: &transaction)
            let place = try #require(record.openings.firstIndex { $0.slot == .identity })
            record.openings[place].form = .sealed
            try transaction.put(tables.events, LogTables.key(2), record.stored().record)
        },
        Tampering("a missing chunk in the middle", finds: "chunk 1 of the content slot's text is missing", at: 5) { transaction, tables in
            try transaction.delete(tables.openings, LogTables.chunkKey(5, .content, 1))
        },
        Tampering("a missing last chunk", finds: "no opening", at: 5) { transaction, tables in
            let last = try #require(try transaction.last(tables.openings, before: LogTables.chunkKey(5, .origin, 0)))
            try transaction.delete(tables.openings, last.key)
        },
        Tampering("a chunk too many", finds: "no opening", at: 5) { transaction, tables in
            let last = try #require(try transaction.last(tables.openings, before: LogTables.chunkKey(5, .origin, 0)))
            let number = UInt16(last.key[9]) << 8 | UInt16(last.key[10])
            try transaction.put(tables.openings, LogTables.chunkKey(5, .content, number + 1), [1, 2, 3])
        },
        Tampering("an opening of an event without any", finds: "opens a slot", at: 1) { transaction, tables in
            let opening = Opening(slot: .note, subject: 0, nonce: [UInt8](repeating: 1, count: 32), content: [])
            try transaction.put(tables.openings, LogTables.chunkKey(1, .note, 0), opening.encoded)
        },
        Tampering("an opening beyond the head", finds: "the openings table has") { transaction, tables in
            try transaction.put(tables.openings, LogTables.chunkKey(1_000, .note, 0), [1])
        },
        Tampering("an opening of no event", finds: "the openings table has") { transaction, tables in
            try transaction.put(tables.openings, LogTables.chunkKey(.none, .note, 0), [1])
        },
        Tampering("a short key among the openings", finds: "the openings table has") { transaction, tables in
            try transaction.put(tables.openings, [0xff], [1])
        },
        Tampering("a wrong leaf hash", finds: "do not match their hash", at: 3) { transaction, tables in
            try editTail(&transaction, tables) { $0[40 + 2 * 32] ^= 1 }
        },
        Tampering("a leaf hash too few", finds: "`tail` belongs to position 7") { transaction, tables in
            try editTail(&transaction, tables) { $0.removeLast(32) }
        },
        Tampering("a leaf hash too many", finds: "`tail` belongs to position 7") { transaction, tables in
            try editTail(&transaction, tables) { $0 += [UInt8](repeating: 7, count: 32) }
        },
        Tampering("a wrong root", finds: "another root than the meta row `tail` says") { transaction, tables in
            try editTail(&transaction, tables) { $0[8] ^= 1 }
        },
        Tampering("a wrong head", finds: "`tail` belongs to position 8") { transaction, tables in
            try editTail(&transaction, tables) { $0[7] = 8 }
        },
        Tampering("a tail without its last byte", finds: "`tail` has 263 bytes") { transaction, tables in
            try editTail(&transaction, tables) { $0.removeLast() }
        },
        Tampering("a tail of one byte", finds: "`tail` has 1 bytes") { transaction, tables in
            try editTail(&transaction, tables) { $0 = [7] }
        },
        Tampering("a missing tail", finds: "`tail` is missing") { transaction, tables in
            try transaction.delete(tables.meta, treeTailRow)
        },
        Tampering("a tree node too many", finds: "the nodes table has 1 rows") { transaction, tables in
            try transaction.put(tables.nodes, LogTables.key(16), [UInt8](repeating: 7, count: 32))
        },
        Tampering("a gap", finds: "missing although later ones exist", at: 3) { transaction, tables in
            try transaction.delete(tables.events, LogTables.key(3))
        },
        Tampering("the first event gone", finds: "missing although later ones exist", at: 1) { transaction, tables in
            try transaction.delete(tables.events, LogTables.key(1))
        },
        Tampering("the last event gone", finds: "`tail` belongs to position 7, the last event is at 6") { transaction, tables in
            let last = try #require(try transaction.last(tables.events))
            try transaction.delete(tables.events, last.key)
        },
        Tampering("every event gone", finds: "the log is empty") { transaction, tables in
            try transaction.clear(tables.events)
        },
        Tampering("an event at position 0", finds: "the events table has") { transaction, tables in
            let bytes = try record(&transaction, tables, 2)
            try transaction.put(tables.events, LogTables.key(.none), bytes)
        },
        Tampering("an event far beyond the head", finds: "missing although later ones exist", at: 8) { transaction, tables in
            let bytes = try record(&transaction, tables, 2)
            try transaction.put(tables.events, LogTables.key(1_000), bytes)
        },
        Tampering("a short key among the events", finds: "not 8") { transaction, tables in
            let bytes = try record(&transaction, tables, 2)
            try transaction.put(tables.events, [0xff], bytes)
        },
        Tampering("another event first", finds: "does not begin with LedgerOpened", at: 1) { transaction, tables in
            let bytes = try record(&transaction, tables, 2)
            try transaction.put(tables.events, LogTables.key(1), bytes)
            try fitTree(tables, in: &transaction)
        },
        Tampering("a time that goes back", finds: "recorded time goes back", at: 4) { transaction, tables in
            try change(&transaction, tables, 4) { $0.recordedAt = TestClock.start.adding(seconds: -1) ?? .epoch }
        },
        Tampering("a chain that skips a revision", finds: "does not continue the one before", at: 4) { transaction, tables in
            try change(&transaction, tables, 4) { $0.link?.revision = 7 }
        },
        Tampering("a chain that begins in the middle", finds: "links to an event before it", at: 4) { transaction, tables in
            try change(&transaction, tables, 4) { $0.link?.revision = 1 }
        },
        Tampering("a chain that points at another event", finds: "does not continue the one before", at: 4) { transaction, tables in
            try change(&transaction, tables, 4) { $0.link?.previousPosition = 3 }
        },
        Tampering("a chain that points ahead", finds: "has no event before it", at: 4) { transaction, tables in
            try change(&transaction, tables, 4) { $0.link?.previousPosition = 6 }
        },
        Tampering("a chain with another hash", finds: "does not continue the one before", at: 4) { transaction, tables in
            try change(&transaction, tables, 4) { $0.link?.previousLeafHash = .zero }
        },
        Tampering("a lifecycle event without its link", finds: "has no link", at: 4) { transaction, tables in
            try change(&transaction, tables, 4) { $0.link = nil }
        },
        Tampering("a format row of another log", finds: "the format row names log", at: 1) { transaction, tables in
            try transaction.delete(tables.meta, Array("format".utf8))
            let other = LogID(UUIDv7(time: TestClock.start, random: (1, 2)))
            try LogFormat(pageSize: 4_096, logID: other).write(tables, in: &transaction)
        },
    ]

    private static func editTail(_ transaction: inout WriteTransaction, _ tables: LogTables, _ body: (inout [UInt8]) -> Void) throws {
        var row = try #require(try transaction.copy(tables.meta, treeTailRow))
        body(&row)
        try transaction.put(tables.meta, treeTailRow, row)
    }

    @Test(arguments: rows)
    func `the check stops at what was tampered with and names it`(_ tampering: Tampering) async throws {
        let test = try await Self.sample()
        try withRows(test.path) { environment in
            try environment.tamper { transaction in try tampering.act(&transaction, LogTables(environment)) }
        }
        let failure = try #require(try Ledger.check(test.path).log.failure)
        #expect(failure.description.contains(tampering.finding), "\(failure)")
        #expect(failure.position?.value == tampering.position)
        #expect(failure.code == .damaged)
    }

    static let formats: [Tampering] = [
        Tampering("the magic", finds: "damaged") { transaction, tables in
            try editFormat(&transaction, tables) { $0[0] ^= 1 }
        },
        Tampering("the log id", finds: "damaged") { transaction, tables in
            try editFormat(&transaction, tables) { $0[20] ^= 1 }
        },
        Tampering("the check", finds: "damaged") { transaction, tables in
            try editFormat(&transaction, tables) { $0[39] ^= 1 }
        },
        Tampering("the length", finds: "damaged") { transaction, tables in
            try editFormat(&transaction, tables) { $0.removeLast() }
        },
        Tampering("everything but the magic", finds: "damaged") { transaction, tables in
            try editFormat(&transaction, tables) { $0 = Array($0.prefix(8)) }
        },
        Tampering("the version", finds: "stored format 9") { transaction, tables in
            try editFormat(&transaction, tables) { $0[11] = 9 }
        },
        Tampering("the row", finds: "no row that says in which format") { transaction, tables in
            try transaction.delete(tables.meta, Array("format".utf8))
        },
    ]

    private static func editFormat(_ transaction: inout WriteTransaction, _ tables: LogTables, _ body: (inout [UInt8]) -> Void) throws {
        var row = try #require(try transaction.copy(tables.meta, Array("format".utf8)))
        body(&row)
        try transaction.put(tables.meta, Array("format".utf8), row)
    }

    @Test(arguments: formats)
    func `a format row that is not as it was written opens nothing`(_ tampering: Tampering) async throws {
        let test = try await Self.sample()
        try withRows(test.path) { environment in
            try environment.tamper { transaction in try tampering.act(&transaction, LogTables(environment)) }
        }
        for open in [{ try Ledger.check(test.path) as Any }, { try Ledger.open(test.path) }, { try Ledger.rebuild(test.path) }] {
            #expect { _ = try open() } throws: { "\($0)".contains(tampering.finding) && "\($0)".contains(test.path) }
        }
    }

    @Test(arguments: [1, 3] as [UInt8])
    func `a folder of another version gets no table of this one`(_ version: UInt8) async throws {
        let test = try await Self.sample()
        let folder = try TemporaryFolder()
        do {
            let environment = try Environment.open(folder.path + "/log", tables: ["meta"])
            defer { environment.close() }
            let row = try withRows(test.path) { rows in
                try rows.read { try $0.copy(LogTables(rows).meta, Array("format".utf8)) }
            }
            try environment.tamper { transaction in
                var other = try #require(row)
                other[11] = version
                try transaction.put(environment.table("meta"), Array("format".utf8), other)
            }
        }
        #expect { try Ledger.open(folder.path) } throws: { ($0 as? LedgerError)?.code == .unknownFormat }
        #expect(throws: LMDBError.self) {
            try Environment.open(folder.path + "/log", tables: ["events"], options: .init(access: .readOnly))
        }
    }

    @Test(arguments: [2, 4, 7] as [UInt64])
    func `a start refuses what its look at the tail finds`(_ position: UInt64) async throws {
        let test = try await Self.sample()
        try withRows(test.path) { environment in
            let tables = LogTables(environment)
            try environment.tamper { transaction in
                var bytes = try Self.record(&transaction, tables, Position(position))
                bytes[4] ^= 1
                try transaction.put(tables.events, LogTables.key(Position(position)), bytes)
            }
        }
        #expect { try Ledger.open(test.path) } throws: { error in
            (error as? LedgerError)?.code == .damaged && "\(error)".contains("position \(position)")
        }
    }

    @Test func `an event of a type that nobody knows stops the check and the fold by name (invariant 12)`() async throws {
        let test = try await Self.sample()
        try withRows(test.path) { environment in
            let tables = LogTables(environment)
            try environment.tamper { transaction in
                var leaf = EventCodec.encode(.keyBlocked, Envelope(recordedAt: TestClock.start.adding(seconds: 9) ?? .epoch))
                // KeyBlocked, an empty message in field 22, becomes field 500.
                leaf.removeLast(3)
                leaf += Varint.encode(500 << 3 | 2) + [0]
                var appender = try LogAppender(tables, in: &transaction)
                _ = try appender.append(
                    Record(leaf: leaf, openings: []), recordedAt: TestClock.start.adding(seconds: 9) ?? .epoch, in: &transaction)
                try appender.writeTail(in: &transaction)
            }
        }
        for open in [{ try Ledger.open(test.path) as Any }, { try Ledger.rebuild(test.path) }] {
            #expect { _ = try open() } throws: { "\($0)".contains("position 8: event type 500 is not known") }
        }
        #expect(try Ledger.check(test.path).failure?.contains("position 8: event type 500 is not known") == true)
    }

    /// Seven events: LedgerOpened; two keys at 2 and 3, the first changed at 4 and 5 (with a long text outside), blocked at 6, 3 deleted at 7.
    static func sample() async throws -> TestLedger {
        let test = try TestLedger()
        let text = "\"" + String(repeating: "long text ", count: 500) + "\""
        let id = KeyTarget.keyID(
            try await test.create(
                "sk-first-secret-000",
                .with {
                    $0.alias = .set("one"); $0.setContent("metadata", json: "{}")
                }
            ).state.keyID)
        test.clock.advance(seconds: 1)
        try await test.create("sk-second-secret-00", .alias("two"))
        test.clock.advance(seconds: 1)
        _ = try await test.done(.update(id, .with { $0.terms.teamID = "red" }))
        _ = try await test.done(.update(id, .with { $0.setContent("metadata", json: text) }))
        _ = try await test.done(.block(id, scope: .key))
        _ = try await test.done(.delete(.alias("two"), scope: .key))
        #expect(test.ledger.head.position == 7)
        test.ledger.close()
        #expect(try Ledger.check(test.path).failure == nil)
        return test
    }
}
