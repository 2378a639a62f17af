import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// A retry changes nothing: it gets the first answer, whatever happened since (invariant 9).
struct ReplayTests {
    let test: TestLedger
    var ledger: Ledger { test.ledger }

    init() throws { test = try TestLedger() }

    private func mark(_ key: UInt8, _ digest: UInt8 = 1) -> Idempotency {
        Idempotency(key: [UInt8](repeating: key, count: 16), digest: [1] + [UInt8](repeating: digest, count: 32))
    }

    private func send(_ items: [KeyCommand], _ idempotency: Idempotency) async throws -> Receipt {
        try await ledger.execute(CommandRequest(items: items, caller: .master, idempotency: idempotency))
    }

    /// Everything but the position, which is that of the later answer.
    private func expectSame(_ first: Receipt, _ again: Receipt) throws {
        #expect(again.isReplay && !first.isReplay && first.items.count == again.items.count)
        for index in first.items.indices {
            switch (first.items[index], again.items[index]) {
            case (.done(var a, let events), .done(var b, let others)):
                #expect(events == others)
                (a.position, b.position) = (0, 0)
                #expect(a == b)
            case (.refused(let a), .refused(let b)): #expect(a == b)
            default: Issue.record("item \(index) had another end")
            }
        }
    }

    @Test func `the first answer comes again after the key was renamed, rotated, reset and deleted`() async throws {
        let fields = KeyChanges.with {
            $0.alias = .set("one"); $0.userID = .set("ann"); $0.spend = Amount(picodollars: 7); $0.terms.maxBudget = Amount(picodollars: 9)
        }
        let items = [KeyCommand.create("sk-first-secret-000", ledger.makeKeyID(), fields)]
        let first = try await send(items, mark(1))
        #expect(try first.view().spend == Amount(picodollars: 7))
        test.clock.advance(seconds: 100)
        let id = KeyTarget.keyID(try first.view().state.keyID)
        _ = try await test.done(
            .update(
                id,
                .with {
                    $0.alias = .set("two"); $0.spend = Amount(picodollars: 50)
                }))
        _ = try await test.done(.regenerate(id, "sk-second-secret-00", grace: "10s"))
        test.clock.advance(seconds: 100)
        _ = try await test.done(.delete(id, scope: .key))
        let head = ledger.head
        try expectSame(first, await send(items, mark(1)))
        #expect(ledger.head == head)
    }

    @Test func `an answer about one credential is again about that credential`() async throws {
        let key = try await test.create("sk-first-secret-000")
        _ = try await test.done(.regenerate(.keyID(key.state.keyID), "sk-second-secret-00", grace: "1h"))
        let items = [KeyCommand.block(.secret("sk-first-secret-000"), scope: .presented)]
        let first = try await send(items, mark(1))
        #expect(try first.events() == [.credentialRevoked])
        test.clock.advance(seconds: 10)
        try expectSame(first, await send(items, mark(1)))
    }

    @Test func `items that changed nothing or were refused have their first answers again`() async throws {
        for name in ["a", "b", "c"] { try await test.create("sk-secret-of-key-\(name)", .alias(name)) }
        let items: [KeyCommand] = [
            .unblock(.alias("a")), .update(.alias("b"), .alias("a")), .block(.alias("c"), scope: .key),
            .block(.alias("nobody"), scope: .key),
            .unblock(.secret("sk-secret-of-key-b")),
        ]
        let first = try await send(items, mark(1))
        #expect(items.indices.map(first.refusal) == [nil, .aliasTaken, nil, .aliasNotFound, nil])
        test.clock.advance(seconds: 10)
        _ = try await test.execute(
            .update(.alias("a"), .alias("z")), .block(.alias("b"), scope: .key), .delete(.alias("c"), scope: .key),
            .create("sk-secret-of-key-4", ledger.makeKeyID(), .alias("a")))
        try expectSame(first, await send(items, mark(1)))
    }

    @Test func `another body under the same key is a conflict and does nothing`() async throws {
        let items = [KeyCommand.create("sk-first-secret-000", ledger.makeKeyID())]
        _ = try await send(items, mark(1))
        let head = ledger.head
        for (other, idempotency) in [(items, mark(1, 2)), (items + items, mark(1))] {
            await #expect { try await send(other, idempotency) } throws: { ($0 as? LedgerError)?.code == .idempotencyConflict }
        }
        #expect(ledger.head == head)
    }

    @Test func `a refusal is decided afresh, and so is what changed nothing`() async throws {
        let items = [KeyCommand.block(.alias("one"), scope: .key)]
        #expect(try await send(items, mark(1)).refusal() == .aliasNotFound)
        try await test.create(
            "sk-first-secret-000",
            .with {
                $0.alias = .set("one"); $0.blocked = .set(true)
            })
        let unchanged = try await send(items, mark(1))
        #expect(try unchanged.events().isEmpty && !unchanged.isReplay)
        _ = try await test.done(.unblock(.alias("one")))
        let done = try await send(items, mark(1))
        #expect(try done.events() == [.keyBlocked] && !done.isReplay)
        #expect(try await send(items, mark(1)).isReplay)
    }

    @Test func `the first answer comes again from a reopened and from a rebuilt ledger`() async throws {
        let items = [KeyCommand.create("sk-first-secret-000", ledger.makeKeyID(), .alias("one"))]
        let first = try await send(items, mark(1))
        _ = try await ledger.rebuildKeys()
        try expectSame(first, await send(items, mark(1)))
        ledger.close()
        let again = try TestLedger(reopening: test)
        try expectSame(first, await again.ledger.execute(CommandRequest(items: items, caller: .master, idempotency: mark(1))))
    }

    @Test(arguments: [(15, 33), (16, 32), (0, 33), (600, 33)])
    func `an idempotency key of another form is no command`(_ sizes: (Int, Int)) async throws {
        let idempotency = Idempotency(key: [UInt8](repeating: 1, count: sizes.0), digest: [UInt8](repeating: 1, count: sizes.1))
        await #expect { try await send([.unblock(.alias("a"))], idempotency) } throws: { ($0 as? LedgerError)?.code == .invalidCommand }
    }
}
