import LMDB
import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import RandomTestSupport
import Testing

/// The two key tables that charges fill: names by number, and where producers stand.
struct ChargeTablesTests {
    private static func charge(_ sequence: ProducerSequence?) -> Charge {
        var charge = Charge(credential: .unknown(Token(secret: "sk-nobody")), revision: 0, occurredAt: TestClock.start, amount: 8)
        charge.sequence = sequence
        charge.chargeID = sequence == nil ? "a" : nil
        return charge
    }

    private static func sequences(_ seed: UInt64) -> [ProducerSequence] {
        var random = SplitMix64(seed: seed)
        var states: [String: ProducerState] = [:]
        return (0..<300).compactMap { _ in
            let producer = ["gateway-1", "gateway-2", ""][Int.random(in: 0..<3, using: &random)]
            var state = states[producer] ?? ProducerState(epoch: 4)
            let number = state.next + UInt64.random(in: 0..<40, using: &random)
            let isRecorded = Int.random(in: 0..<5, using: &random) > 0
            guard state.accept(number, epoch: 4, isRecorded: isRecorded) == .accepted else { return nil }
            let floor = isRecorded ? state.floor() : 0
            states[producer] = state
            return isRecorded ? ProducerSequence(producer: producer, epoch: 4, number: number, floor: floor) : nil
        }
    }

    private static let names = NameKind.allCases.flatMap { kind in
        (UInt32(1)...3).map { NameIntroduced(kind: kind, number: $0, name: "\(kind) no. \($0)") }
    }

    /// A ledger whose log ends with these events, behind the back of its writer, so that its tables have to be rebuilt.
    private static func ledger(_ events: [Event]) throws -> TestLedger {
        let test = try TestLedger()
        test.ledger.close()
        try withRows(test.path) { environment in
            try environment.tamper { transaction in
                var appender = try LogAppender(LogTables(environment), in: &transaction)
                for event in events {
                    let leaf = EventCodec.encode(event, Envelope(recordedAt: TestClock.start))
                    _ = try appender.append(Record(leaf: leaf, openings: []), recordedAt: TestClock.start, in: &transaction)
                }
                try appender.writeTail(in: &transaction)
            }
        }
        return test
    }

    @Test func `names and producers are found, and a rebuild and the check see them`() throws {
        let sequences = Self.sequences(1)
        let events = Self.names.map(Event.nameIntroduced) + [.spendRecorded(Self.charge(nil))]
        let test = try Self.ledger(events + sequences.map { .spendRecorded(Self.charge($0)) })
        #expect(try Ledger.rebuild(test.path).isSwapped)
        #expect(try Ledger.check(test.path).failure == nil)
        try withRows(test.path) { environment in
            let set = try environment.read { try LiveSet.read(LogTables(environment), in: &$0) }
            let reader = KeyReader(KeyTables(environment, set: set))
            for kind in NameKind.allCases {
                let found = try environment.read { try reader.names(of: kind, in: &$0) }
                #expect(found.map(\.number) == [1, 2, 3])
                #expect(found.map(\.name) == (1...3).map { "\(kind) no. \($0)" })
                let (second, fourth) = try environment.read { (try reader.name(kind, 2, in: &$0), try reader.name(kind, 4, in: &$0)) }
                #expect(second == "\(kind) no. 2" && fourth == nil)
            }
            for (producer, own) in Dictionary(grouping: sequences, by: \.producer) {
                var state = ProducerState(epoch: 4)
                for sequence in own { state.fold(sequence) }
                #expect(state.next > 1)
                let found = try environment.read { try reader.producer(producer, in: &$0) }
                #expect(found == state)
            }
            let nobody = try environment.read { try reader.producer("nobody", in: &$0) }
            #expect(nobody == nil)
        }
        let again = try TestLedger(reopening: test)
        #expect(try again.ledger.name(.provider, 1) == "provider no. 1" && again.ledger.name(.provider, 9) == nil)
    }

    @Test(arguments: [1, 7, 100] as [Int])
    func `batches of any size give the same rows and digest`(_ size: Int) throws {
        let events = Self.names.map(Event.nameIntroduced) + Self.sequences(2).map { .spendAdjusted(Self.charge($0)) }
        let folder = try TemporaryFolder()
        let environment = try Environment.open(folder.path + "/log", tables: LogTables.names + KeyTables.names)
        defer { environment.close() }
        func digest(_ set: KeyTables.SetName, _ size: Int) throws -> ViewDigest {
            let tables = KeyTables(environment, set: set)
            for start in stride(from: 0, to: events.count, by: size) {
                try environment.tamper { transaction in
                    var fold = try KeyFold(tables, in: &transaction)
                    for event in events[start..<min(start + size, events.count)] {
                        let recorded = RecordedEvent(
                            position: fold.position.next, leafHash: .zero, envelope: Envelope(recordedAt: TestClock.start), event: event,
                            slots: Slots())
                        try fold.apply(recorded, in: &transaction)
                    }
                    try fold.saveState(in: &transaction)
                }
            }
            let rows = try environment.read { try tables.recomputedDigest(in: &$0) }
            #expect(rows.rows == UInt64(Self.names.count) + 3)
            let claimed = try environment.read { try KeyFold(tables, in: &$0).digest }
            #expect(claimed == rows.digest)
            return rows.digest
        }
        #expect(try digest(.a, size) == digest(.b, events.count))
    }

    @Test func `a charge that is handed on as its position and sequence folds as its event does`() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(folder.path + "/log", tables: LogTables.names + KeyTables.names)
        defer { environment.close() }
        let sequences = Self.sequences(3).map(Optional.some) + [nil]
        try environment.tamper { transaction in
            var (short, long) = (
                try KeyFold(KeyTables(environment, set: .a), in: &transaction),
                try KeyFold(KeyTables(environment, set: .b), in: &transaction)
            )
            for sequence in sequences {
                let recorded = RecordedEvent(
                    position: long.position.next, leafHash: .zero, envelope: Envelope(recordedAt: TestClock.start),
                    event: .spendRecorded(Self.charge(sequence)), slots: Slots())
                try long.apply(recorded, in: &transaction)
                try short.apply(chargeAt: recorded.position, sequence, in: &transaction)
            }
            do {
                try short.apply(chargeAt: 1, nil, in: &transaction)
                Issue.record("position 1 is folded a second time")
            } catch is FoldError {}
            try short.saveState(in: &transaction)
            try long.saveState(in: &transaction)
            #expect(short.digest == long.digest && short.position == long.position)
        }
    }

    @Test(arguments: ["names.b", "producers.b"])
    func `a changed row is found by the check and mended by a rebuild`(_ table: String) throws {
        let test = try Self.ledger(Self.names.map(Event.nameIntroduced) + Self.sequences(4).map { .spendRecorded(Self.charge($0)) })
        _ = try Ledger.rebuild(test.path)
        try withRows(test.path) { environment in
            try environment.tamper { transaction in
                var row = try #require(try transaction.first(environment.table(table)))
                row.value[row.value.count - 1] ^= 2
                try transaction.put(environment.table(table), row.key, row.value)
            }
        }
        #expect(try Ledger.check(test.path).failure?.contains("Run `keyledger rebuild`") == true)
        #expect(try Ledger.rebuild(test.path).newDigest != "")
        #expect(try Ledger.check(test.path).failure == nil)
    }

    @Test func `a number that is given a second time stops the fold`() throws {
        let test = try Self.ledger(Self.names.map(Event.nameIntroduced) + [.nameIntroduced(Self.names[0])])
        #expect { try Ledger.rebuild(test.path) } throws: { "\($0)".contains("model number 1 is given a second time") }
    }

    @Test(
        arguments: [[], [UInt8](repeating: 0, count: 11), [UInt8](repeating: 0, count: 13), [UInt8](repeating: 1, count: 141)] as [[UInt8]])
    func `a damaged row of a producer is named`(_ row: [UInt8]) throws {
        let test = try Self.ledger([])
        try withRows(test.path) { environment in
            let key = Token(secret: "gateway").hash.bytes
            try environment.tamper { try $0.put(environment.table("producers.a"), key, row) }
            let reader = KeyReader(KeyTables(environment, set: .a))
            func read() throws { _ = try environment.read { try reader.producer("gateway", in: &$0) } }
            #expect { try read() } throws: { "\($0)".contains("a producer's row is damaged") }
        }
    }
}
