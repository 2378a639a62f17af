import Ledger
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import RandomTestSupport
import Testing

/// Checks are answered from rows as they are stored and from what is remembered of them; they must say what the decoded state says.
struct RememberedChecksTests {
    private static let secret = "sk-first-secret-000"
    private let test: TestLedger
    private let token = Token(secret: RememberedChecksTests.secret)
    private var ledger: Ledger { test.ledger }

    init() throws { test = try TestLedger() }

    /// Two keys through changes of all kinds, charges, resets, folds and time: what is answered from memory is what the rows say, read
    /// another way.
    @Test(arguments: 0..<6) func `whatever comes between questions memory answers what the rows say`(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let secrets = [Self.secret, "sk-second-secret-00"]
        for secret in secrets { _ = try await test.create(secret) }
        for round in 0..<120 {
            let secret = secrets[Int.random(in: 0..<2, using: &random)]
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let charge = NewCharge.charge("\(round)", secret, .random(in: 1...9, using: &random))
                let model = ["gpt-4o", "o/mini", nil].randomElement(using: &random) ?? nil
                try await test.record(charge.with { $0.model = model })
            case 4..<7: _ = try await test.done(.update(.secret(secret), change(round, &random)))
            case 7: _ = try await ledger.resetSpend(SpendResetRequest(target: nil, resetTo: Amount(picodollars: 5), caller: .master))
            case 8: test.clock.advance(seconds: .random(in: 1...1_500, using: &random))
            default: try await Task.sleep(for: .milliseconds(Int.random(in: 0...300, using: &random)))
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                for secret in secrets { try compare(Token(secret: secret), "seed \(seed), round \(round)") }
            }
        }
    }

    private func change(_ round: Int, _ random: inout SplitMix64) throws -> KeyChanges {
        func amount() -> Amount { Amount(picodollars: .random(in: 1...40, using: &random)) }
        return try .with {
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                $0.alias = .set("name-\(round) é")
                $0.terms.teamID = "team-\(round)"
            case 1: $0.userID = .set("user-\(Int.random(in: 0..<3, using: &random))")
            case 2: $0.terms.models = [["gpt-4o", "claude-sonnet-4-5"], ["o/*"], ["no-default-models"], []].randomElement(using: &random)
            case 3: $0.terms.maxBudget = amount()
            case 4: $0.budgetPeriod = .set(try BudgetPeriod(["1h", "30m"].randomElement(using: &random) ?? "1h"))
            case 5: $0.modelBudgets = .set([.init(model: "gpt-4o", period: try BudgetPeriod("1h"), maxBudget: amount())])
            case 6:
                let end = try #require(test.clock.now.adding(seconds: 900))
                $0.setContent("temp_budget_increase", json: "0.000000000007")
                $0.setContent("temp_budget_expiry", json: "\"\(end.rfc3339())\"")
            default:
                $0.terms.rpmLimit = Int64(round)
                $0.setContent("metadata", json: #"{"round":\#(round)}"#)
            }
        }
    }

    private func compare(_ token: Token, _ comment: Comment) throws {
        let view = try #require(try ledger.key(.token(token)))
        let spend = try #require(try ledger.spend(of: view.state.keyID))
        let verdict = try ledger.verdict(token).code
        for model in [nil, "gpt-4o", "o/mini", "claude-sonnet-4-5", "no-default-models"] as [String?] {
            let check = try ledger.check(token, model: model)
            let key = try #require(check.key)
            #expect(key.status == view.status && check.position == ledger.head.position, comment)
            #expect(check.remainingBudget == spend.remaining(for: model), comment)
            #expect(key.alias == view.state.identity.alias && key.userID == view.userID && key.content == view.state.content, comment)
            #expect(key.teamID == view.state.terms.teamID && key.models == view.state.terms.models, comment)
            #expect(key.rpmLimit == view.state.terms.rpmLimit && key.maxBudget == view.state.terms.maxBudget, comment)
            var expected = verdict
            if let model, verdict.isGood {
                if spend.limit(ofModel: model)?.isExceeded == true { expected = .budgetExceeded }
                if !Self.allows(model, view.state.terms.models) { expected = .modelNotAllowed }
            }
            #expect(check.code == expected, comment)
        }
    }

    private static func allows(_ model: String, _ models: [String]?) -> Bool {
        guard let models, !models.isEmpty else { return true }
        return models.contains { entry in
            switch entry {
            case "no-default-models": false
            case "all-proxy-models", "all-team-models", model: true
            default: entry.hasSuffix("*") && model.hasPrefix(entry.dropLast())
            }
        }
    }

    @Test(arguments: [
        (["gpt-4o"], "gpt-4o", true), (["gpt-4o"], "gpt-4", false), (["gpt-4"], "gpt-4o", false), (["gpt-4o"], "GPT-4o", false),
        (["gpt-4o"], "", false), ([], "anything", true), (["*"], "anything", true), (["*"], "", true), (["o/*"], "o/", true),
        (["o/*"], "o/mini", true), (["o/*"], "o", false), (["o/*"], "x/o/mini", false), (["o/*"], "o/*", true),
        (["a", "all-proxy-models"], "x", true), (["a", "all-team-models"], "x", true), (["no-default-models"], "x", false),
        (["no-default-models"], "no-default-models", false), (["no-default-models", "no-*"], "no-default-models", true),
        (["no-default-models", "x"], "x", true), (["caf\u{e9}"], "cafe\u{301}", false), (["cafe\u{301}"], "cafe\u{301}", true),
    ])
    func `a key may use the models that its list names, asked once or again and again`(_ models: [String], _ model: String, _ isGood: Bool)
        async throws
    {
        _ = try await test.create(Self.secret, .with { $0.terms.models = models })
        for _ in 0..<4 {
            _ = try models.first.map { try ledger.check(token, model: $0) }
            #expect(try ledger.check(token, model: model).code == (isGood ? .valid : .modelNotAllowed))
        }
    }

    @Test func `of many users each key names its own, and a change of user is seen by the next question`() async throws {
        let users = 300
        let items = (0..<2 * users).map { number in
            KeyCommand.create("sk-secret-number-\(number)", ledger.makeKeyID(), .with { $0.userID = .set("user-\(number % users)") })
        }
        _ = try await ledger.execute(CommandRequest(items: items, caller: .master))
        func expectUsers(_ last: String) throws {
            for number in 0..<2 * users - 1 {
                #expect(try ledger.check(Token(secret: "sk-secret-number-\(number)")).key?.userID == "user-\(number % users)")
            }
            #expect(try ledger.check(Token(secret: "sk-secret-number-\(2 * users - 1)")).key?.userID == last)
        }
        for _ in 0..<3 { try expectUsers("user-\(users - 1)") }
        _ = try await test.done(.update(.secret("sk-secret-number-\(2 * users - 1)"), .with { $0.userID = .set("user-0") }))
        for _ in 0..<3 { try expectUsers("user-0") }
    }
}
