import Ledger
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// Spend against budgets: at once after the acknowledgement, whether the charges are folded or not.
struct BudgetTests {
    let test: TestLedger
    let secret = "sk-secret-of-a-key"

    /// Nothing is folded unless a test restarts the ledger.
    init() throws {
        var options = Ledger.Options()
        options.foldIntervalNanoseconds = 3_600_000_000_000
        test = try TestLedger(seed: 1, options)
    }

    private var token: Token { Token(secret: secret) }

    private func restarted(folding: Bool = true) throws -> TestLedger {
        test.ledger.close(folding: folding)
        return try TestLedger(reopening: test)
    }

    private func reset(
        _ target: KeyTarget?, to picodollars: Int128 = 0, caller: Caller = .master, _ mark: UInt8? = nil, digest: UInt8 = 1
    ) async throws -> SpendResetReceipt {
        let idempotency = mark.map {
            Idempotency(key: [UInt8](repeating: $0, count: 16), digest: [1] + [UInt8](repeating: digest, count: 32))
        }
        return try await test.ledger.resetSpend(
            SpendResetRequest(
                target: target, resetTo: Amount(picodollars: picodollars), caller: caller, note: NoteSlot(reason: "new month"),
                idempotency: idempotency))
    }

    private func refusal(_ receipt: SpendResetReceipt) -> Rejection.Code? {
        guard case .refused(let rejection) = receipt.outcome else { return nil }
        return rejection.code
    }

    @Test func `a window's spend ends with the window, the total never does`() async throws {
        let day = try BudgetPeriod("1d")
        let id = try await test.create(
            secret,
            .with {
                $0.terms.maxBudget = Amount(picodollars: 10)
                $0.budgetPeriod = .set(day)
            }
        ).state.keyID
        try await test.record(.charge("a", secret, 10))
        let check = try test.ledger.check(token)
        #expect(check.code == .budgetExceeded && check.remainingBudget == .zero)
        let midnight = try #require(check.validUntil)
        #expect(midnight == TestClock.start.adding(seconds: 86_400))
        test.clock.advance(seconds: 86_399)
        #expect(try test.ledger.verdict(token).code == .budgetExceeded)
        test.clock.advance(seconds: 1)
        #expect(try test.ledger.verdict(token).code == .valid)
        #expect(try test.spent(id) == (0, 10))
        // A late charge of yesterday counts for yesterday.
        try await test.record(.charge("late", secret, 5, at: midnight.adding(nanoseconds: -1)))
        try await test.record(.charge("b", secret, 3))
        #expect(try test.spent(id) == (3, 18))
        #expect(try restarted().spent(id) == (3, 18))
    }

    @Test func `the tightest of several budgets decides`() async throws {
        let id = try await test.create(
            secret,
            .with {
                $0.terms.maxBudget = Amount(picodollars: 100)
                $0.budgetLimits = .set([
                    .init(period: try BudgetPeriod("1h"), maxBudget: Amount(picodollars: 10)),
                    .init(period: try BudgetPeriod("1d"), maxBudget: Amount(picodollars: 15)),
                ])
            }
        ).state.keyID
        func remaining() throws -> Int128? { try test.ledger.check(token).remainingBudget?.picodollars }
        #expect(try remaining() == 10)
        try await test.record(.charge("a", secret, 9))
        #expect(try remaining() == 1)
        test.clock.advance(seconds: 3_600)
        #expect(try remaining() == 6)
        try await test.record(.charge("b", secret, 6))
        #expect(try test.ledger.verdict(token).code == .budgetExceeded)
        #expect(try test.ledger.spend(of: id)?.limits.map(\.spent.picodollars) == [15, 6, 15])
    }

    @Test func `a model's budget is judged for that model alone, and counts its group`() async throws {
        try await test.create(
            secret,
            .with {
                $0.modelBudgets = .set([.init(model: "gpt-x", period: try BudgetPeriod("1d"), maxBudget: Amount(picodollars: 10))])
            })
        try await test.record(.charge("a", secret, 4).with { $0.model = "gpt-x" })
        try await test.record(.charge("b", secret, 100).with { $0.model = "other" })
        #expect(try test.ledger.check(token, model: "gpt-x").remainingBudget == Amount(picodollars: 6))
        try await test.record(.charge("c", secret, 6).with { ($0.model, $0.modelGroup) = ("azure/gpt-x", "gpt-x") })
        let check = try test.ledger.check(token, model: "gpt-x")
        #expect(check.code == .budgetExceeded && check.validUntil == TestClock.start.adding(seconds: 86_400))
        #expect(try test.ledger.check(token, model: "other").code == .valid)
        #expect(try test.ledger.verdict(token).code == .valid)
        let again = try restarted()
        #expect(try again.ledger.check(token, model: "gpt-x").code == .budgetExceeded)
    }

    @Test func `a budget raised, lowered or taken away decides at once`() async throws {
        let id = try await test.create(secret, .with { $0.terms.maxBudget = Amount(picodollars: 10) }).state.keyID
        try await test.record(.charge("a", secret, 12))
        func code() throws -> KeyCheck.Code { try test.ledger.verdict(token).code }
        #expect(try code() == .budgetExceeded)
        _ = try await test.done(.update(.keyID(id), .with { $0.terms.maxBudget = Amount(picodollars: 13) }))
        #expect(try code() == .valid)
        _ = try await test.done(.update(.keyID(id), .with { $0.terms.maxBudget = .zero }))
        #expect(try code() == .budgetExceeded)
        _ = try await test.done(.update(.keyID(id), .with { $0.cleared = [.maxBudget] }))
        #expect(try code() == .valid)
        // A regeneration starts nothing anew.
        _ = try await test.done(.regenerate(.keyID(id), "sk-second-secret-00"))
        #expect(try test.spent(id) == (12, 12))
    }

    @Test func `a reset starts the window anew and leaves the total`() async throws {
        let key = try await test.create(secret, .with { $0.terms.maxBudget = Amount(picodollars: 10) })
        let id = key.state.keyID
        try await test.record(.charge("a", secret, 12))
        guard case .aboveSpend(let spend) = try await reset(.keyID(id), to: 13).outcome else { return #expect(Bool(false)) }
        #expect(spend == Amount(picodollars: 12))
        #expect(refusal(try await reset(.keyID(id), to: -1)) == .negativeSpend)
        #expect(refusal(try await reset(.keyID(test.ledger.makeKeyID()))) == .keyNotFound)
        #expect(refusal(try await reset(.keyID(id), caller: .key(token))) == .callerNotAllowed)
        #expect(test.ledger.head.position == 3)
        let receipt = try await reset(.secret(secret), to: 5)
        guard case .done(let view?, let previous) = receipt.outcome else { return #expect(Bool(false)) }
        #expect(view.spend == Amount(picodollars: 5) && view.totalSpend == Amount(picodollars: 12))
        #expect(previous == Amount(picodollars: 12) && receipt.position == 4)
        #expect(try test.ledger.events(from: 4, limit: 1)[0].slots.note?.reason == "new month")
        #expect(try test.ledger.verdict(token).code == .valid)
        try await test.record(.charge("b", secret, 5))
        #expect(try test.ledger.verdict(token).code == .budgetExceeded)
        let again = try restarted(folding: false)
        #expect(try again.spent(id) == (10, 17))
        _ = try await again.done(.delete(.keyID(id), scope: .key))
        let late = try await again.ledger.resetSpend(SpendResetRequest(target: .keyID(id), caller: .master))
        #expect(refusal(late) == .keyNotFound)
    }

    @Test func `a reset of all keys is one event and hits the keys that there are`() async throws {
        let secrets = (0..<5).map { "sk-secret-number-\($0)0" }
        var ids: [KeyID] = []
        for secret in secrets {
            ids.append(try await test.create(secret, .with { $0.terms.maxBudget = Amount(picodollars: 9) }).state.keyID)
            try await test.record(.charge(secret, secret, 9))
        }
        let head = test.ledger.head.position
        let receipt = try await reset(nil)
        guard case .done(nil, nil) = receipt.outcome else { return #expect(Bool(false)) }
        #expect(receipt.position == head.next && test.ledger.head.position == head.next)
        for (secret, id) in zip(secrets, ids) {
            #expect(try test.ledger.verdict(Token(secret: secret)).code == .valid)
            #expect(try test.spent(id) == (0, 9))
        }
        let later = try await test.create("sk-later-secret-000", .with { $0.spend = Amount(picodollars: 4) }).state.keyID
        let again = try restarted()
        #expect(try again.spent(later) == (4, 0))
        #expect(try ids.allSatisfy { try again.spent($0) == (0, 9) })
    }

    @Test func `resets and corrections with an Idempotency-Key happen once`() async throws {
        let id = try await test.create(secret).state.keyID
        try await test.record(.charge("a", secret, 12))
        let first = try await reset(.keyID(id), to: 5, 1)
        try await test.record(.charge("b", secret, 1))
        let head = test.ledger.head
        let replay = try await reset(.keyID(id), to: 5, 1)
        #expect(replay.isReplay && !first.isReplay && test.ledger.head == head)
        guard case .done(let a?, _) = first.outcome, case .done(let b?, nil) = replay.outcome else { return #expect(Bool(false)) }
        #expect(a.spend == b.spend && a.totalSpend == b.totalSpend && a.state == b.state && a.moment == b.moment)
        #expect(try test.spent(id) == (6, 13))
        await #expect { try await reset(.keyID(id), to: 4, 1, digest: 2) } throws: { ($0 as? LedgerError)?.code == .idempotencyConflict }
        let mark = Idempotency(key: [UInt8](repeating: 7, count: 16), digest: [UInt8](repeating: 1, count: 33))
        func adjust(_ id: String) async throws -> ChargeReceipt {
            try await test.ledger.adjust(.charge(id, secret, -3), reason: NoteSlot(reason: "refund"), caller: .master, idempotency: mark)
        }
        let adjusted = try await adjust("x")
        let again = try await adjust("x")
        #expect(again.isReplay && again.outcomes == adjusted.outcomes)
        #expect(try test.spent(id) == (3, 10))
        // The first answer of a replay is as it was, whatever was spent since.
        let all = try await reset(nil, 2)
        let replayed = try await reset(nil, 2)
        #expect(replayed.isReplay && !all.isReplay && replayed.position == all.position)
    }

    @Test func `a correction is an administrator's, with a reason, and counts no request`() async throws {
        let id = try await test.create(secret, .with { $0.terms.maxBudget = Amount(picodollars: 10) }).state.keyID
        try await test.create("sk-gateway-secret-0", .with { $0.terms.role = .gateway })
        let correction = NewCharge.charge("x", secret, -4)
        func adjust(_ charge: NewCharge, _ reason: String? = "refund", _ caller: Caller = .master) async throws -> ChargeOutcome {
            let receipt = try await test.ledger.adjust(charge, reason: NoteSlot(reason: reason), caller: caller)
            return receipt.outcomes[0]
        }
        try await test.record(.charge("a", secret, 10))
        #expect(try test.ledger.verdict(token).code == .budgetExceeded)
        #expect(try await adjust(correction, nil).rejection == "reason_missing")
        #expect(try await adjust(correction, "").rejection == "reason_missing")
        await #expect { try await adjust(correction, "refund", .key(Token(secret: "sk-gateway-secret-0"))) } throws: {
            ($0 as? Rejection)?.code == .callerNotAllowed
        }
        let position = try await adjust(correction).recorded
        let event = try test.ledger.events(from: position, limit: 1)[0]
        #expect(event.event.type == .spendAdjusted && event.slots.note?.reason == "refund" && event.envelope.actor == .master)
        #expect(try await adjust(correction) == .duplicate(position))
        #expect(try await adjust(correction, "another reason") == .conflict(position))
        #expect(try await test.record(correction.with { $0.amount = Amount(picodollars: 4) }) == .conflict(position))
        #expect(try await adjust(.charge("a", secret, 10)) == .conflict(Position(4)))
        #expect(try test.ledger.verdict(token).code == .valid)
        let answer = try #require(try test.ledger.spend(of: id))
        #expect(answer.spend == Amount(picodollars: 6) && answer.count == 1)
        #expect(try await adjust(.charge("y", secret, .min)).rejection == nil)
        #expect(
            try await adjust(.charge("z", secret, -1).with { $0.model = String(repeating: "m", count: 15_850) }).rejection == "too_large")
        #expect(try restarted().spent(id).total == 6 + Int128(Int64.min))
    }

    @Test func `the first answer of a command shows what was spent then (invariant 9)`() async throws {
        let mark = Idempotency(key: [UInt8](repeating: 9, count: 16), digest: [UInt8](repeating: 1, count: 33))
        try await test.record(.charge("before", secret, 2))
        let id = try await test.create(secret, .with { $0.terms.maxBudget = Amount(picodollars: 10) }).state.keyID
        try await test.record(.charge("a", secret, 10))
        let update = KeyCommand.update(.keyID(id), .alias("renamed"))
        let first = try await test.execute(update, idempotency: mark).view()
        #expect(first.spend == Amount(picodollars: 10) && first.totalSpend == Amount(picodollars: 12) && first.status == .budgetExceeded)
        test.clock.advance(seconds: 100)
        try await test.record(.charge("b", secret, 30))
        _ = try await reset(.keyID(id))
        _ = try await test.done(.update(.keyID(id), .with { $0.terms.maxBudget = Amount(picodollars: 1_000) }))
        var again = try await test.execute(update, idempotency: mark).view()
        again.position = first.position
        #expect(again == first)
    }

    @Test func `what was spent in the same batch counts for what follows in it (invariant 4)`() async throws {
        let gate = Gate(isOpen: true)
        let test = try TestLedger(seed: 1, .init(observer: gate.observer))
        let id = try await test.create(secret, .with { $0.terms.maxBudget = Amount(picodollars: 10) }).state.keyID
        gate.close()
        let first = Task { try await test.create("sk-other-secret-000") }
        await gate.writerStands()
        let charge = Task { try await test.record(.charge("a", secret, 8).with { $0.model = "new" }) }
        try await test.queueHolds(1)
        let reset = Task {
            try await test.ledger.resetSpend(SpendResetRequest(target: .keyID(id), resetTo: Amount(picodollars: 7), caller: .master))
        }
        try await test.queueHolds(2)
        let later = Task { try await test.record(.charge("b", secret, 1)) }
        try await test.queueHolds(3)
        let update = Task { try await test.done(.update(.keyID(id), .alias("x"))) }
        try await test.queueHolds(4)
        gate.open()
        _ = try await (first.value, charge.value, later.value)
        guard case .done(let view?, let previous) = try await reset.value.outcome else { return #expect(Bool(false)) }
        #expect(previous == Amount(picodollars: 8) && view.spend == Amount(picodollars: 7))
        let renamed = try await update.value
        #expect(renamed.spend == Amount(picodollars: 8) && renamed.totalSpend == Amount(picodollars: 9))
        #expect(try test.spent(id) == (8, 9))
    }
}
