import LMDB
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import MerkleTree
import Testing

/// Appending and reading back, below the engine.
struct AppendTests {
    let folder: TemporaryFolder
    let environment: Environment
    let tables: LogTables

    init() throws {
        folder = try TemporaryFolder()
        environment = try Environment.open(folder.path, tables: LogTables.names)
        tables = LogTables(environment)
    }

    private func time(_ second: Int64) -> Instant { TestClock.start.adding(seconds: second) ?? .distantFuture }

    private func record(_ second: Int64, slots: [SlotKind: Int] = [:]) -> Record {
        let openings = slots.sorted { $0.key < $1.key }.map { slot, size in
            Opening(slot: slot, subject: 0, nonce: [UInt8](repeating: 3, count: 32), content: [UInt8](repeating: 9, count: size))
        }
        var envelope = Envelope(recordedAt: time(second))
        envelope.commitments = openings.map { SlotCommitment(slot: $0.slot, commitment: $0.commitment) }
        return Record(leaf: EventCodec.encode(.keyBlocked, envelope), openings: openings)
    }

    private func append(_ record: Record, _ second: Int64, _ appender: inout LogAppender) throws {
        var copy = appender
        try environment.tamper { transaction in
            _ = try copy.append(record, recordedAt: time(second), in: &transaction)
            try copy.writeTail(in: &transaction)
        }
        appender = copy
    }

    private func appender() throws -> LogAppender {
        try environment.read { (transaction: inout ReadTransaction) throws in try LogAppender(tables, in: &transaction) }
    }

    @Test(arguments: [0, 1, 1_500, 1_780, 1_790, 1_800, 1_810, 1_900, 3_799, 3_800, 3_801, 60_000, 256 * 1024])
    func `texts of every length come back, inside the record and outside (1,900 bytes)`(_ size: Int) throws {
        var appender = try appender()
        let record = record(1, slots: [.identity: 5, .content: size, .note: 1])
        try append(record, 1, &appender)
        let (back, stored, rows) = try environment.read { (transaction: inout ReadTransaction) throws in
            (
                try LogReader(tables).record(at: 1, in: &transaction),
                try transaction.copy(tables.events, LogTables.key(1))?.count ?? 0, try transaction.count(tables.openings)
            )
        }
        #expect(back == record)
        #expect(stored <= Record.maximumInlineSize)
        #expect((rows == 0) == (size < 1_700))
    }

    @Test func `what is too large is refused before anything is put`() throws {
        var appender = try appender()
        try append(record(1), 1, &appender)
        let large = [record(2, slots: [.content: 256 * 1024 + 1]), Record(leaf: [UInt8](repeating: 1, count: 16 * 1024 + 1), openings: [])]
        try environment.tamper { transaction in
            for item in large {
                #expect { _ = try appender.append(item, recordedAt: time(2), in: &transaction) } throws: {
                    ($0 as? SchemaError)?.code == .tooLarge
                }
            }
            #expect { _ = try appender.append(record(0), recordedAt: time(0), in: &transaction) } throws: {
                ($0 as? LogError)?.code == .timeWentBack
            }
            // The same transaction goes on.
            _ = try appender.append(record(2), recordedAt: time(2), in: &transaction)
        }
        #expect(appender.head == Head(position: 2, recordedAt: time(2)))
        #expect(try environment.read { try $0.count(tables.events) } == 2)
        #expect(try environment.read { try $0.count(tables.openings) } == 0)
    }

    @Test func `an appender made anew stands where the last one stood, at every size`() throws {
        var appender = try appender()
        #expect(appender.head == .empty)
        var leaves: [Hash32] = []
        for second in 1...40 as ClosedRange<Int64> {
            let record = record(second)
            try append(record, second, &appender)
            leaves.append(MerkleTree.leafHash(record.leaf))
            let again = try self.appender()
            #expect(again.head == appender.head && again.frontier == appender.frontier)
            var fresh = Frontier()
            for leaf in leaves { fresh.append(leaf) }
            #expect(again.frontier.root() == fresh.root())
        }
    }

    @Test func `a transaction that is given up leaves appender and log as they were`() throws {
        var appender = try appender()
        try append(record(1), 1, &appender)
        struct GivenUp: Error {}
        let before = appender
        #expect(throws: GivenUp.self) {
            try environment.tamper { transaction in
                var copy = before
                _ = try copy.append(record(2, slots: [.content: 9_000]), recordedAt: time(2), in: &transaction)
                throw GivenUp()
            }
        }
        try append(record(3), 3, &appender)
        #expect(appender.head.position == 2)
        #expect(try environment.read { try $0.count(tables.openings) } == 0)
    }

    @Test func `records are handed on uncopied, from a position on and no more than asked for`() throws {
        var appender = try appender()
        for second in 1...9 as ClosedRange<Int64> { try append(record(second), second, &appender) }
        var seen: [Position] = []
        try environment.read { (transaction: inout ReadTransaction) throws in
            let count = try LogReader(tables).scan(from: 4, limit: 3, in: &transaction) { position, bytes in
                seen.append(position)
                let (leaf, _) = try Record.split([UInt8](copying: bytes))
                #expect(try EventCodec.decode(Array(leaf)).envelope.recordedAt == time(Int64(position.value)))
                return .continue
            }
            #expect(count == 3)
        }
        #expect(seen == [4, 5, 6])
        #expect { try environment.read { (t: inout ReadTransaction) throws in try LogReader(tables).event(at: 10, in: &t) } } throws: {
            ($0 as? LogError)?.code == .noSuchPosition
        }
    }
}
