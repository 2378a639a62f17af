import LMDB
import Ledger
import LedgerDomain
import LedgerSchema
import LedgerTestSupport
import Testing

/// Charges by a producer's numbers: each counts once, without an index of ids.
struct SequenceTests {
    let test: TestLedger
    let secret = "sk-secret-of-a-key"

    init() throws { test = try TestLedger() }

    private func charge(_ number: UInt64, epoch: UInt32 = 1, _ producer: String = "gateway-1") -> NewCharge {
        .charge(producer, number, epoch: epoch, secret, 1)
    }

    @Test func `a number counts once, across restarts and kills`() async throws {
        let id = try await test.create(secret).state.keyID
        let numbers: [UInt64] = [1, 2, 5, 3, 1_000]
        #expect(try await test.record(numbers.map { charge($0) }).allSatisfy { $0.rejection == nil })
        var ledger = test
        for folding in [true, false] {
            #expect(try await ledger.record(numbers.map { charge($0) }) == numbers.map { _ in .duplicate(nil) })
            ledger.ledger.close(folding: folding)
            ledger = try TestLedger(reopening: ledger)
        }
        #expect(try await ledger.record(charge(4)).rejection == nil)
        #expect(try ledger.spent(id).total == 6)
        // Another producer has numbers of its own, and one whose name only looks alike too.
        for name in ["gateway-2", "caf\u{e9}", "cafe\u{301}"] { #expect(try await ledger.record(charge(1, name)).rejection == nil) }
        #expect(try await ledger.record([charge(2, "caf\u{e9}"), charge(2, "cafe\u{301}")]).map(\.rejection) == [nil, nil])
        ledger.ledger.close()
        #expect(try Ledger.check(ledger.path).failure == nil)
    }

    @Test func `a gap of more than 1,024 is refused until it is closed, skipped or left behind by an epoch`() async throws {
        #expect(try await test.record(charge(1_025)).rejection == nil)
        let refused = try await test.record(charge(1_026))
        #expect(refused.rejection == "sequence_gap")
        guard case .rejected(_, let message) = refused else { return }
        #expect(message.contains("Number 1 "))
        #expect(try await test.record(charge(1)).rejection == nil)
        #expect(try await test.record(charge(1_026)).rejection == nil)
        #expect(try await test.record(charge(9_000).with { $0.skipsMissing = true }).rejection == nil)
        #expect(try await test.record(charge(8_999)) == .duplicate(nil))
        #expect(try await test.record(charge(9_001)).rejection == nil)
        #expect(try await test.record(charge(1, epoch: 2)).rejection == nil)
        #expect(try await test.record(charge(9_002)).rejection == "epoch_ended")
        test.ledger.close()
        let again = try TestLedger(reopening: test)
        #expect(try await again.record(charge(1, epoch: 2)) == .duplicate(nil))
        #expect(try await again.record(charge(2, epoch: 2)).rejection == nil)
    }

    @Test func `a rejected charge uses its number up`() async throws {
        let bad = charge(1).with { $0.amount = Amount(picodollars: -1) }
        #expect(try await test.record([bad, charge(2)]).map(\.rejection) == ["negative_spend", nil])
        #expect(try await test.record(charge(1)) == .duplicate(nil))
        // The log knows it with the next charge that is recorded, so that a restart does not forget it.
        #expect(try test.charge(at: test.ledger.head.position).sequence?.floor == 3)
        test.ledger.close()
        let again = try TestLedger(reopening: test)
        #expect(try await again.record(charge(1)) == .duplicate(nil))
    }

    @Test func `numbers of charges that failed to be written are free again`() async throws {
        try await test.record(charge(1))
        test.ledger.logEnvironment.faults.withLock { $0.commit = .instead(28) }
        await #expect { try await test.record([charge(2), charge(3)]) } throws: { ($0 as? LedgerError)?.code == .storage }
        #expect(try await test.record([charge(2), charge(3), charge(3)]) == [.recorded(3), .recorded(4), .duplicate(nil)])
    }
}
