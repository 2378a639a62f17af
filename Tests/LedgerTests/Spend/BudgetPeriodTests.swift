import Ledger
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// What has been spent when a budget's period is changed, and changed back, all within a day that begins with the test.
struct BudgetPeriodTests {
    enum Folding: CaseIterable {
        case never
        /// All that happened is in the views before the next step.
        case eachStep
    }

    private static let model = "gpt-x"
    private static let secret = "sk-secret-of-a-key"

    /// A key whose steps are folded or not.
    private final class Trial {
        private(set) var test: TestLedger
        private let folding: Folding
        private let id: KeyID
        private var charges = 0

        init(_ folding: Folding, _ changes: KeyChanges) async throws {
            self.folding = folding
            var options = Ledger.Options()
            options.foldIntervalNanoseconds = 3_600_000_000_000
            test = try TestLedger(seed: 1, options)
            id = try await test.create(secret, changes).state.keyID
        }

        func charge(_ picodollars: Int64, after seconds: Int64 = 0, at moment: Instant? = nil) async throws {
            test.clock.advance(seconds: seconds)
            charges += 1
            let charge = NewCharge.charge("charge \(charges)", secret, picodollars, at: moment).with { $0.model = model }
            #expect(try await test.record(charge).recorded != .none)
            try restart()
        }

        func change(_ changes: KeyChanges) async throws {
            _ = try await test.done(.update(.keyID(id), changes))
            try restart()
        }

        func change(to period: String?) async throws {
            try await change(.with { $0.budgetPeriod = try period.map { .set(try BudgetPeriod($0)) } ?? .clear })
        }

        func reset(to picodollars: Int128) async throws {
            _ = try await test.ledger.resetSpend(
                SpendResetRequest(target: .keyID(id), resetTo: Amount(picodollars: picodollars), caller: .master))
            try restart()
        }

        func spent() throws -> [Int128] { try #require(try test.ledger.spend(of: id)).limits.map(\.spent.picodollars) }

        private func restart() throws {
            guard folding == .eachStep else { return }
            test.ledger.close(folding: true)
            test = try TestLedger(reopening: test)
        }
    }

    /// A budget of a day had counted 0.8 when its period was set to two seconds, under which 0.01 was spent, and then to a day again. The
    /// day that was still running had 0.8 once more: what was spent in between was forgotten.
    @Test(arguments: Folding.allCases)
    func `a day's budget that is changed and changed back has counted all the while`(_ folding: Folding) async throws {
        let trial = try await Trial(folding, .with { $0.budgetPeriod = .set(try BudgetPeriod("1d")) })
        try await trial.charge(80)
        try await trial.change(to: "2s")
        #expect(try trial.spent() == [80])
        try await trial.charge(1)
        #expect(try trial.spent() == [81])
        try await trial.charge(2, after: 7)
        #expect(try trial.spent() == [2])
        // Yesterday's is of no window that was left.
        try await trial.charge(400, at: TestClock.start.adding(nanoseconds: -1))
        trial.test.clock.advance(seconds: 10)
        try await trial.change(to: "1d")
        #expect(try trial.spent() == [83])
        try await trial.charge(10)
        #expect(try trial.spent() == [93])
        // Twice away, over a period that begins as the day does, and without any.
        for period in ["1h", nil, "1mo"] { try await trial.change(to: period) }
        try await trial.charge(5)
        try await trial.change(to: "1d")
        #expect(try trial.spent() == [98])
        trial.test.clock.advance(seconds: 86_400)
        #expect(try trial.spent() == [0])
    }

    @Test(arguments: Folding.allCases)
    func `periods whose windows begin together are counted apart`(_ folding: Folding) async throws {
        let trial = try await Trial(folding, .with { $0.budgetPeriod = .set(try BudgetPeriod("1h")) })
        try await trial.charge(8)
        try await trial.charge(4, after: 7_200)
        // The day begins with the first hour, and goes on with the sum of the third.
        try await trial.change(to: "1d")
        #expect(try trial.spent() == [4])
        try await trial.charge(2, after: 3_600)
        #expect(try trial.spent() == [6])
        try await trial.change(to: "1h")
        #expect(try trial.spent() == [6])
    }

    @Test(arguments: Folding.allCases)
    func `a reset hits the windows that were left as those in force`(_ folding: Folding) async throws {
        let trial = try await Trial(folding, .with { $0.budgetPeriod = .set(try BudgetPeriod("1d")) })
        try await trial.charge(80)
        try await trial.change(to: "2s")
        try await trial.reset(to: 30)
        try await trial.charge(1, after: 10)
        #expect(try trial.spent() == [1])
        try await trial.change(to: "1d")
        #expect(try trial.spent() == [31])
    }

    @Test(arguments: Folding.allCases)
    func `a budget that is taken away and given back within its window has counted all the while`(_ folding: Folding) async throws {
        func budgets(_ period: String) throws -> KeyChanges {
            try .with {
                $0.budgetLimits = .set([.init(period: try BudgetPeriod(period), maxBudget: Amount(picodollars: 100))])
                $0.modelBudgets = .set([
                    .init(model: Self.model, period: try BudgetPeriod(period), maxBudget: Amount(picodollars: 100)),
                    .init(model: "another", period: try BudgetPeriod(period), maxBudget: Amount(picodollars: 100)),
                ])
            }
        }
        let trial = try await Trial(folding, try budgets("1d"))
        try await trial.charge(8)
        try await trial.change(.with { ($0.budgetLimits, $0.modelBudgets) = (.clear, .clear) })
        try await trial.charge(1)
        try await trial.change(try budgets("1h"))
        // What had no limit before begins with nothing; the days go on.
        #expect(try trial.spent() == [9, 0, 0, 0])
        try await trial.charge(2)
        try await trial.change(try budgets("1d"))
        #expect(try trial.spent() == [11, 11, 11, 0])
    }

    @Test func `of many periods the last sixteen go on counting`() async throws {
        let trial = try await Trial(.eachStep, .with { $0.budgetPeriod = .set(try BudgetPeriod("1d")) })
        try await trial.charge(5)
        for days in 2...17 { try await trial.change(to: "\(days + 30)d") }
        try await trial.charge(1)
        #expect(try trial.spent() == [6])
        try await trial.change(to: "1d")
        #expect(try trial.spent() == [6])
        for days in 2...18 { try await trial.change(to: "\(days + 60)d") }
        try await trial.charge(1)
        try await trial.change(to: "1d")
        // Nobody counted for the day any more.
        #expect(try trial.spent() == [6])
    }
}
