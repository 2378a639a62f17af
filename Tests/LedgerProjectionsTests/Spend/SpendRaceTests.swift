import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import MerkleTree
import Synchronization
import Testing

/// A writer, a fold and readers at once: no answer counts a charge twice or lacks one that was there before it was asked for.
struct SpendRaceTests {
    private static let keyID = KeyID(UUIDv7(high: 7, low: 7))
    private static let charges: UInt64 = 20_000

    private struct Seen: Sendable {
        var answers = 0
        var wrong: [String] = []
    }

    @Test func `answers are exact while a writer, a fold and readers race`() throws {
        let log = try SpendLog()
        let store = try log.open()
        let tail = SpendTail(after: .none)
        var terms = KeyTerms()
        terms.budgetWindow = try BudgetPeriod("1d").resolved(at: TestClock.start)
        terms.modelBudgets = [ModelBudget(model: "model 2", maxBudget: .zero, window: nil)]
        try append(.keyCreated(KeyCreated(token: Token(secret: "a"), terms: terms)), 1, to: tail)
        let isOver = Atomic(false)
        let seen = Mutex(Seen())
        let finalTerms = terms
        let readers = try (0..<3).map { number in
            try DedicatedThread(name: "reader \(number)") {
                while !isOver.load(ordering: .acquiring) {
                    let wrong = Self.ask(store, tail, finalTerms, sums: number == 0)
                    seen.withLock {
                        $0.answers += 1
                        if let wrong { $0.wrong.append(wrong) }
                    }
                }
            }
        }
        let folder = try DedicatedThread(name: "fold") {
            while !isOver.load(ordering: .acquiring) {
                do { try store.fold(tail) } catch { seen.withLock { $0.wrong.append("\(error)") } }
            }
        }
        for number in 0..<Self.charges {
            var charge = Charge(
                credential: .known(CredentialReference(position: 1)), revision: 1, occurredAt: TestClock.start, amount: 1)
            charge.model = .number(2)
            charge.chargeID = "\(number)"
            let position = Position(2 + number)
            try tail.append { builder in
                try builder.add(position: position, recordedAt: TestClock.start, charge: charge, keyID: Self.keyID)
            }
        }
        isOver.store(true, ordering: .releasing)
        readers.forEach { $0.join() }
        folder.join()
        let (answers, wrong) = seen.withLock { ($0.answers, $0.wrong) }
        #expect(wrong.prefix(5) == [])
        #expect(answers > 10)
        try store.fold(tail)
        #expect(tail.chargeCount == 0 && store.position == Position(1 + Self.charges))
        #expect(Self.ask(store, tail, terms, sums: true) == nil)
        #expect(try store.recomputedDigest() == store.digest)
    }

    private func append(_ event: Event, _ position: UInt64, to tail: SpendTail) throws {
        let draft = SpendLog.Draft(event, at: TestClock.start, of: Self.keyID)
        try tail.append { builder in
            try builder.add(
                RecordedEvent(position: Position(position), leafHash: .zero, envelope: draft.envelope, event: draft.event, slots: Slots()))
        }
    }

    /// What is wrong with an answer; `nil` if nothing is.
    private static func ask(_ store: ViewStore, _ tail: SpendTail, _ terms: KeyTerms, sums: Bool) -> String? {
        do {
            let before = tail.last.value - 1
            if sums { return try askRollups(store, tail, before) }
            let entries = tail.entries(of: keyID)
            let answer = try store.read { reader, transaction in
                try reader.spend(
                    of: keyID, KeyBudget(terms), at: TestClock.start, tail: entries, names: SpendHistory.names, in: &transaction)
            }
            let after = tail.last.value - 1
            let figures = [answer.totalSpend, answer.spend, answer.limits[1].spent].map(\.picodollars) + [Int128(answer.count)]
            guard Set(figures).count == 1 else { return "figures of one answer differ: \(figures)" }
            guard (before...after).contains(answer.count) else { return "\(answer.count), not within \(before)...\(after)" }
            guard after > 0 else { return nil }
            let last = ChargeIdentity(id: "\(after - 1)", occurredAt: TestClock.start)
            let found = try tail.position(of: last) ?? store.read { try $0.position(of: last, in: &$1) }
            return found == Position(after + 1) ? nil : "charge \(after - 1) is at \(String(describing: found))"
        } catch {
            return "\(error)"
        }
    }

    private static func askRollups(_ store: ViewStore, _ tail: SpendTail, _ before: UInt64) throws -> String? {
        let segments = tail.snapshot()
        let sum = try store.read { reader, transaction in
            let position = try reader.position(in: &transaction)
            var sum = Metrics()
            try transaction.scan(reader.tables[.quarters]) { _, value in
                try sum.add(Metrics(stored: value))
                return .continue
            }
            for segment in segments where segment.last > position { try segment.rollups.forEach { try sum.add($1) } }
            return sum
        }
        let after = tail.last.value - 1
        guard sum.spend == Int128(sum.succeeded) else { return "sums of one answer differ: \(sum)" }
        return (before...after).contains(sum.succeeded) ? nil : "\(sum.succeeded) in rollups, not within \(before)...\(after)"
    }
}
