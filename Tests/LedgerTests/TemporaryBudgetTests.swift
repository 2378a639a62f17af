import Ledger
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// `temp_budget_increase` raises `max_budget` until `temp_budget_expiry`, to the picodollar and to the nanosecond.
struct TemporaryBudgetTests {
    private static let secret = "sk-secret-of-the-key"
    private let test: TestLedger
    private let token = Token(secret: secret)

    init() throws { test = try TestLedger() }

    /// A key with these budgets of which so much is spent.
    private func make(_ budget: String?, spent: String = "0", _ change: (inout KeyChanges) throws -> Void = { _ in }) async throws {
        try await test.create(
            Self.secret,
            .with {
                $0.terms.maxBudget = try budget.map { try Amount(decimal: $0) }
                $0.spend = try Amount(decimal: spent)
                try change(&$0)
            })
    }

    private func raise(by increase: String?, until expiry: String?) async throws {
        _ = try await test.done(
            .update(
                .token(token),
                .with {
                    $0.setContent("temp_budget_increase", json: increase)
                    $0.setContent("temp_budget_expiry", json: expiry)
                }))
    }

    private func json(_ moment: Instant, zone: Instant.ZoneText = .offset) -> String {
        "\"\(moment.rfc3339(fraction: .nanoseconds, zone: zone))\""
    }

    /// The verdict by every way that there is; they must agree.
    private func check() throws -> KeyCheck {
        let check = try test.ledger.check(token)
        #expect(try test.ledger.verdict(token).code == check.code)
        #expect(try test.ledger.key(.token(token))?.status == check.key?.status)
        return check
    }

    @Test func `a raise lets a key that has spent its budget go on until the raise ends`() async throws {
        try await make("10", spent: "10")
        #expect(try check().code == .budgetExceeded)
        let end = try #require(test.clock.now.adding(seconds: 100))
        try await raise(by: "0.000000000001", until: json(end))
        var raised = try check()
        #expect(raised.code == .valid && raised.remainingBudget == Amount(picodollars: 1) && raised.validUntil == end)
        test.clock.advance(100_000_000_000 - 1)
        #expect(try check().code == .valid)
        test.clock.advance(1)
        raised = try check()
        #expect(raised.code == .budgetExceeded && raised.remainingBudget == .zero)
    }

    @Test func `a raise that is not needed yet changes what is left, not until when the answer holds`() async throws {
        try await make("10", spent: "2.5")
        try await raise(by: "5", until: json(try #require(test.clock.now.adding(seconds: 100))))
        #expect(try check().remainingBudget?.decimalText == "12.5" && check().validUntil == nil)
        test.clock.advance(seconds: 100)
        #expect(try check().remainingBudget?.decimalText == "7.5")
    }

    @Test func `a budget of zero can be raised, and one that nothing was spent of`() async throws {
        try await make("0")
        #expect(try check().code == .budgetExceeded)
        let end = try #require(test.clock.now.adding(seconds: 100))
        try await raise(by: "1e-3", until: json(end))
        #expect(try check().code == .valid && check().remainingBudget?.decimalText == "0.001" && check().validUntil == end)
    }

    @Test func `the budgets of several periods and a key without a budget are not raised`() async throws {
        try await make(
            nil, spent: "3", { $0.budgetLimits = .set([.init(period: try BudgetPeriod("1d"), maxBudget: try Amount(decimal: "3"))]) })
        try await raise(by: "5", until: "\"2100-01-01T00:00:00+00:00\"")
        #expect(try check().code == .budgetExceeded)
    }

    @Test func `of a raised budget and another one the tighter counts`() async throws {
        try await make(
            "2", { $0.budgetLimits = .set([.init(period: try BudgetPeriod("1d"), maxBudget: try Amount(decimal: "3"))]) })
        try await raise(by: "5", until: "\"2100-01-01T00:00:00\"")
        #expect(try check().remainingBudget?.decimalText == "3")
    }

    @Test(
        arguments: [
            ("-5", "\"2100-01-01T00:00:00\""), ("0", "\"2100-01-01T00:00:00\""), ("\"5\"", "\"2100-01-01T00:00:00\""), ("5", "2100"),
            ("5", "\"soon\""),
            ("5", "\""), ("5", "\"\""), ("null", "null"), ("NaN", "\"2100-01-01T00:00:00\""), ("5", nil), (nil, "\"2100-01-01T00:00:00\""),
            ("5", "\"2020-01-01T00:00:00\""),
        ] as [(String?, String?)]) func `what is no raise raises nothing`(_ raise: (String?, String?)) async throws
    {
        try await make("10", spent: "10")
        try await self.raise(by: raise.0, until: raise.1)
        #expect(try check().code == .budgetExceeded && check().remainingBudget == .zero)
    }

    @Test func `a raise beyond all amounts is the greatest`() async throws {
        let greatest = Amount(picodollars: .max)
        try await make(greatest.decimalText)
        try await raise(by: greatest.decimalText, until: "\"2100-01-01T00:00:00\"")
        #expect(try check().remainingBudget == greatest)
    }

    @Test func `the digest of the key tables does not depend on it`() async throws {
        try await make("0", spent: "0")
        try await raise(by: "5", until: "\"2100-01-01T00:00:00\"")
        let report = try await test.ledger.rebuildKeys()
        #expect(report.newDigest == report.oldDigest)
        #expect(try check().code == .valid)
    }
}
