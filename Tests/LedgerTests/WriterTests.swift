import Glibc
import LMDB
import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Synchronization
import Testing

/// The one writer: every caller is answered once, whatever becomes of the batch.
struct WriterTests {
    private func secret(_ number: Int) -> String { "sk-secret-number-\(number)" }

    /// What became of commands that were sent side by side.
    private func outcomes(
        _ test: TestLedger, _ items: [KeyCommand], while body: () async throws -> Void
    ) async throws -> [Result<Receipt, any Error>] {
        let tasks = items.map { item in
            Task { () -> Result<Receipt, any Error> in
                do { return .success(try await test.ledger.execute(CommandRequest(items: [item], caller: .master))) } catch {
                    return .failure(error)
                }
            }
        }
        try await body()
        var results: [Result<Receipt, any Error>] = []
        for task in tasks { results.append(await task.value) }
        return results
    }

    private func code(_ result: Result<Receipt, any Error>) -> LedgerError.Code? {
        guard case .failure(let error) = result else { return nil }
        return (error as? LedgerError)?.code
    }

    private func creations(_ numbers: Range<Int>, _ test: TestLedger) -> [KeyCommand] {
        numbers.map { .create(secret($0), test.ledger.makeKeyID()) }
    }

    @Test func `commands side by side get positions without a gap, each in its own answer (invariants 1, 2, 5)`() async throws {
        let test = try TestLedger()
        let results = try await outcomes(test, creations(0..<200, test)) {}
        var positions: [UInt64] = []
        for result in results {
            let receipt = try result.get()
            let view = try receipt.view()
            #expect(view.state.lastPosition <= receipt.position && receipt.position <= test.ledger.head.position)
            positions.append(view.state.lastPosition.value)
        }
        #expect(positions.sorted() == Array(2...201))
        #expect(test.ledger.head.position == 201)
        #expect(try test.ledger.statistics().livingKeys == 200)
    }

    @Test func `what is acknowledged is seen by every query after it (invariant 5)`() async throws {
        let test = try TestLedger()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let view = try await test.create("sk-secret-number-\(number)")
                    #expect(try test.ledger.verdict(view.current.token).code == .valid)
                    let found = try #require(try test.ledger.key(.keyID(view.state.keyID)))
                    #expect(found.position >= view.state.lastPosition && found.moment >= view.state.createdAt)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a full queue refuses at once; a closed one finishes what is in it and lets nothing more in (invariant 10)`() async throws {
        let gate = Gate()
        let test = try TestLedger(seed: 1, .init(queueCapacity: 4, observer: gate.observer))
        let first = Task { try await test.create(secret(100)) }
        await gate.writerStands()
        let results = try await outcomes(test, creations(0..<4, test)) {
            try await test.queueHolds(4)
            await #expect { try await test.create(secret(5)) } throws: {
                ($0 as? LedgerError)?.code == .queueFull && ($0 as? LedgerError)?.retryAfterSeconds != nil
            }
            let closing = try DedicatedThread(name: "closing") { test.ledger.close() }
            // The queue is closed first; the writer still stands at the gate.
            var refusal: LedgerError.Code?
            while refusal != .shuttingDown {
                do { try await test.create(secret(6)) } catch { refusal = (error as? LedgerError)?.code }
                await Task.yield()
            }
            gate.open()
            closing.join()
        }
        _ = try await first.value
        #expect(results.allSatisfy { code($0) == nil })
        #expect(throws: LedgerError.self) { try test.ledger.keys(KeyQuery()) }
        let again = try TestLedger(reopening: test)
        #expect(again.ledger.head.position == 6)
    }

    @Test(arguments: [(true, 4), (false, 1)])
    func `after a failed flush the whole batch is unknown and nothing more is accepted (invariant 11)`(
        _ isWritten: Bool, _ keys: Int
    ) async throws {
        let gate = Gate()
        let test = try TestLedger(seed: 1, .init(observer: gate.observer))
        let first = Task { try await test.create(secret(100)) }
        await gate.writerStands()
        test.ledger.logEnvironment.faults.withLock { $0.commit = isWritten ? .after(EIO) : .instead(EIO) }
        let results = try await outcomes(test, creations(0..<3, test)) {
            try await test.queueHolds(3)
            gate.open()
        }
        _ = try await first.value
        #expect(results.map(code) == [.outcomeUnknown, .outcomeUnknown, .outcomeUnknown])
        await #expect { try await test.create(secret(5)) } throws: { ($0 as? LedgerError)?.code == .poisoned }
        await #expect { try await test.ledger.rebuildKeys() } throws: { ($0 as? LedgerError)?.code == .poisoned }
        #expect(test.ledger.unreadiness?.hasPrefix("poisoned") == true)
        // Reads go on, at the head that was acknowledged.
        #expect(try test.ledger.verdict(Token(secret: secret(100))).position == 2)
        test.ledger.close()
        let again = try TestLedger(reopening: test)
        #expect(again.ledger.unreadiness == nil)
        #expect(try again.ledger.statistics().livingKeys == keys)
    }

    @Test func `a full disk fails its batch and no other (invariant 10)`() async throws {
        let test = try TestLedger()
        test.ledger.logEnvironment.faults.withLock { $0.commit = .instead(ENOSPC) }
        let head = test.ledger.head
        await #expect { try await test.create(secret(1)) } throws: { ($0 as? LedgerError)?.code == .storage }
        #expect(test.ledger.head == head)
        #expect(try await test.create(secret(1)).state.lastPosition == 2)
    }

    @Test func `a command that meets damage does not take the rest of its batch with it (invariant 10)`() async throws {
        let gate = Gate(isOpen: true)
        let test = try TestLedger(seed: 1, .init(observer: gate.observer))
        let damaged = try await test.create(secret(100))
        gate.close()
        let first = Task { try await test.create(secret(101)) }
        await gate.writerStands()
        let environment = test.ledger.logEnvironment
        try environment.tamper { transaction in
            try transaction.put(environment.table("keys.a"), damaged.state.keyID.bytes, [1, 2, 3])
        }
        let block = KeyCommand.block(.keyID(damaged.state.keyID), scope: .key)
        let items = creations(0..<2, test) + [block] + creations(2..<4, test) + [block]
        let results = try await outcomes(test, items) {
            try await test.queueHolds(6)
            gate.open()
        }
        _ = try await first.value
        #expect(results.map(code) == [nil, nil, .damaged, nil, nil, .damaged])
        #expect(test.ledger.head.position == 7)
    }

    @Test func `a full map grows and the batch is done once (LMDB map size)`() async throws {
        let test = try TestLedger(seed: 1, .init(mapSizeBytes: 1 << 20))
        let before = try test.ledger.statistics().mapSizeBytes
        let text = "\"" + String(repeating: "x", count: 100_000) + "\""
        for number in 0..<20 {
            try await test.create(secret(number), .with { $0.setContent("metadata", json: text) })
        }
        #expect(try test.ledger.statistics().mapSizeBytes > before)
        #expect(test.ledger.head.position == 21)
        let report = try await test.ledger.rebuildKeys()
        #expect(report.isSwapped)
        test.ledger.close()
        let check = try Ledger.check(test.path)
        #expect(check.failure == nil && check.log.openings == 40)
    }

    @Test func `a batch larger than a transaction may be is divided`() async throws {
        let gate = Gate()
        let test = try TestLedger(seed: 1, .init(observer: gate.observer))
        let first = Task { try await test.create(secret(1)) }
        await gate.writerStands()
        let tasks = (0..<3).map { round in
            Task {
                let items = (0..<1_000).map { number in
                    KeyCommand.create(
                        "sk-secret-\(round)-number-\(number)", test.ledger.makeKeyID(), .with { $0.userID = .set("\(round)-\(number)") })
                }
                return try await test.ledger.execute(CommandRequest(items: items, caller: .master))
            }
        }
        try await test.queueHolds(3)
        gate.open()
        _ = try await first.value
        var lasts: Set<Position> = []
        for task in tasks {
            let receipt = try await task.value
            #expect(try (0..<1_000).allSatisfy { try receipt.events($0).count == 2 })
            lasts.insert(receipt.position)
        }
        #expect(lasts.count == 3 && test.ledger.head.position == 6_002)
    }

    @Test func `closing waits for reads and ends them in no other way`() async throws {
        let test = try TestLedger()
        for number in 0..<20 { try await test.create(secret(number)) }
        let codes = Mutex<[LedgerError.Code]>([])
        let reads = Atomic(0)
        let readers = try (0..<2).map { number in
            try DedicatedThread(name: "reader-\(number)") { [ledger = test.ledger] in
                do {
                    while true {
                        _ = try ledger.keys(KeyQuery(page: 1, size: 20))
                        reads.add(1, ordering: .relaxed)
                    }
                } catch { codes.withLock { $0 += [(error as? LedgerError)?.code].compactMap { $0 } } }
            }
        }
        while reads.load(ordering: .relaxed) < 10 { await Task.yield() }
        test.ledger.close()
        for reader in readers { reader.join() }
        #expect(codes.withLock { $0 } == [.shuttingDown, .shuttingDown])
        test.ledger.close()
    }
}
