import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// Commands of several items: each is decided against the state that the items before it leave (invariant 4).
struct SeveralItemsTests {
    let test: TestLedger
    var ledger: Ledger { test.ledger }

    init() throws { test = try TestLedger() }

    private func secret(_ number: Int) -> String { "sk-secret-number-\(number)" }

    private func requireClean() throws {
        ledger.close()
        let report = try Ledger.check(test.path)
        #expect(report.failure == nil)
    }

    @Test func `two keys swap their aliases by way of a third`() async throws {
        let one = KeyTarget.keyID(try await test.create(secret(1), .alias("one")).state.keyID)
        let two = KeyTarget.keyID(try await test.create(secret(2), .alias("two")).state.keyID)
        let receipt = try await test.execute(.update(one, .alias("third")), .update(two, .alias("one")), .update(one, .alias("two")))
        #expect(try receipt.view(0).state.alias == "two" && receipt.view(1).state.alias == "one")
        #expect(try ledger.key(.alias("one"))?.state.keyID == receipt.view(1).state.keyID)
        #expect(try ledger.key(.alias("third")) == nil)
        try requireClean()
    }

    @Test func `an alias that an item takes is taken for the next, and one that it gives up is free`() async throws {
        let one = KeyTarget.keyID(try await test.create(secret(1), .alias("one")).state.keyID)
        let receipt = try await test.execute(
            .create(secret(2), ledger.makeKeyID(), .alias("new")), .create(secret(3), ledger.makeKeyID(), .alias("new")),
            .delete(one, scope: .key), .create(secret(4), ledger.makeKeyID(), .alias("one")))
        #expect(receipt.items.indices.map(receipt.refusal) == [nil, .aliasTaken, nil, nil])
        try requireClean()
    }

    @Test func `a key that an item has deleted is gone for the next, by every name`() async throws {
        let key = try await test.create(secret(1), .alias("one"))
        let receipt = try await test.execute(
            .delete(.secret(secret(1)), scope: .key), .delete(.secret(secret(1)), scope: .key), .unblock(.alias("one")),
            .update(.keyID(key.state.keyID), .alias("two")))
        #expect(receipt.items.indices.map(receipt.refusal) == [nil, .keyNotFound, .aliasNotFound, .keyNotFound])
        try requireClean()
    }

    @Test func `an alias that an item gave up names nobody for the next`() async throws {
        try await test.create(secret(1), .alias("one"))
        let receipt = try await test.execute(
            .update(.alias("one"), .alias("two")), .block(.alias("one"), scope: .key), .block(.alias("two"), scope: .key))
        #expect(receipt.items.indices.map(receipt.refusal) == [nil, .aliasNotFound, nil])
        #expect(try receipt.view(2).state.isBlocked)
        try requireClean()
    }

    @Test func `a secret that an item introduces names its key for the next, and cannot be introduced again`() async throws {
        let receipt = try await test.execute(
            .create(secret(1), ledger.makeKeyID()), .update(.secret(secret(1)), .alias("one")),
            try .regenerate(.secret(secret(1)), secret(2), grace: "1h"), .block(.secret(secret(2)), scope: .presented),
            .create(secret(2), ledger.makeKeyID()), .block(.secret(secret(1)), scope: .presented))
        #expect(receipt.items.indices.map(receipt.refusal) == [nil, nil, nil, nil, .tokenTaken, nil])
        let view = try receipt.view(3)
        #expect(view.state.isBlocked && view.state.alias == "one")
        // The old secret in its grace stood for itself.
        #expect(try receipt.events(5) == [.credentialRevoked])
        #expect(try ledger.credentials(view.state.keyID).map(\.end) == [.revocation, .none])
        try requireClean()
    }

    @Test func `a new user in two items is introduced once`() async throws {
        func fields(_ user: String) -> KeyChanges { .with { $0.userID = .set(user) } }
        let receipt = try await test.execute(
            .create(secret(1), ledger.makeKeyID(), fields("ann")), .create(secret(2), ledger.makeKeyID(), fields("bob")),
            .create(secret(3), ledger.makeKeyID(), fields("ann")))
        #expect(
            try (0..<3).map { try receipt.events($0) } == [[.subjectNamed, .keyCreated], [.subjectNamed, .keyCreated], [.keyCreated]])
        #expect(try (0..<3).map { try receipt.view($0).userID } == ["ann", "bob", "ann"])
        #expect(try receipt.view(0).state.terms.subject == receipt.view(2).state.terms.subject)
        try requireClean()
    }

    @Test func `names that only look alike stay apart, in one command as in two`() async throws {
        let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
        func fields(_ name: String) -> KeyChanges {
            .with {
                $0.userID = .set(name); $0.alias = .set(name); $0.terms.teamID = name
            }
        }
        let receipt = try await test.execute(
            .create(secret(1), ledger.makeKeyID(), fields(composed)), .create(secret(2), ledger.makeKeyID(), fields(decomposed)))
        #expect(try receipt.view(0).state.terms.subject != receipt.view(1).state.terms.subject)
        for (index, name) in [composed, decomposed].enumerated() {
            var query = KeyQuery()
            query.teamID = name
            #expect(try ledger.keys(query).keys.map(\.state.keyID) == [receipt.view(index).state.keyID])
            query.userID = name
            #expect(try ledger.keys(query).keys.map(\.state.keyID) == [receipt.view(index).state.keyID])
            #expect(try ledger.key(.alias(name))?.state.keyID == receipt.view(index).state.keyID)
        }
        try requireClean()
    }

    /// An item that was found too large after the next ones were decided left them with a user who was never introduced.
    @Test func `an item that is too large leaves nothing that later items build upon`() async throws {
        let large = (0..<2_000).map { "model-number-\($0)" }
        let receipt = try await test.execute(
            .create(
                secret(1), ledger.makeKeyID(),
                .with {
                    $0.userID = .set("ann"); $0.alias = .set("one"); $0.terms.models = large
                }),
            .create(
                secret(2), ledger.makeKeyID(),
                .with {
                    $0.userID = .set("ann"); $0.alias = .set("one")
                }))
        #expect(receipt.refusal(0) == .tooLarge)
        #expect(try receipt.events(1) == [.subjectNamed, .keyCreated])
        #expect(try receipt.view(1).userID == "ann")
        try requireClean()
    }

    @Test func `a slot that is too large is refused and nothing is recorded`() async throws {
        let head = ledger.head
        let text = "\"" + String(repeating: "x", count: 256 * 1024) + "\""
        let receipt = try await test.execute(.create(secret(1), ledger.makeKeyID(), .with { $0.setContent("metadata", json: text) }))
        #expect(receipt.refusal() == .tooLarge)
        #expect(ledger.head == head && receipt.position == head.position)
    }

    @Test func `what was refused of a large command does not keep the rest out`() async throws {
        let missing = (0..<999).map { KeyCommand.delete(.secret(secret($0 + 10)), scope: .key) }
        let items = missing + [.create(secret(1), ledger.makeKeyID())]
        let receipt = try await ledger.execute(CommandRequest(items: items, caller: .master))
        #expect(receipt.refusal(999) == nil)
        #expect((0..<999).allSatisfy { receipt.refusal($0) == .keyNotFound })
        #expect(try ledger.events(from: receipt.position, limit: 1).first?.envelope.command?.refused.count == 999)
    }

    @Test func `a command of too many items is none`() async throws {
        let items = [KeyCommand](repeating: .unblock(.alias("one")), count: CommandRequest.mostItems + 1)
        await #expect { try await ledger.execute(CommandRequest(items: items, caller: .master)) } throws: {
            ($0 as? LedgerError)?.code == .invalidCommand
        }
    }

    @Test func `an id that a key has cannot be given to another`() async throws {
        let id = ledger.makeKeyID()
        _ = try await test.done(.create(secret(1), id))
        for items in [[KeyCommand.create(secret(2), id)], [.create(secret(2), ledger.makeKeyID()), .create(secret(3), id)]] {
            await #expect { try await ledger.execute(CommandRequest(items: items, caller: .master)) } throws: {
                ($0 as? LedgerError)?.code == .invalidCommand
            }
        }
        let twin = ledger.makeKeyID()
        await #expect { try await test.execute(.create(secret(4), twin), .create(secret(5), twin)) } throws: {
            ($0 as? LedgerError)?.code == .invalidCommand
        }
        #expect(try ledger.verdict(Token(secret: secret(2))).code == .notFound)
        try requireClean()
    }

    /// Such a budget was once left out without a word.
    @Test func `one of several budgets without its period is no command`() async throws {
        let test = try TestLedger()
        let key = try await test.create("sk-secret-of-the-key")
        let half = KeyChanges.with { $0.budgetLimits = .set([.init(period: nil, maxBudget: .zero)]) }
        for items in [
            [KeyCommand.create("sk-secret-of-another", test.ledger.makeKeyID(), half)],
            [.update(.keyID(key.state.keyID), .alias("a")), .update(.keyID(key.state.keyID), half)],
        ] {
            await #expect { try await test.ledger.execute(CommandRequest(items: items, caller: .master)) } throws: {
                ($0 as? LedgerError)?.code == .invalidCommand
            }
        }
        #expect(try test.ledger.key(.keyID(key.state.keyID))?.state.revision == 1)
    }
}
