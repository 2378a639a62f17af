import Glibc
import LMDB
import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import RandomTestSupport
import Testing

/// Keys that are asked about again and again are judged without reading; what changes them is seen at once all the same.
struct RecentFactsTests {
    private static let secret = "sk-first-secret-000"
    private let test: TestLedger
    private let token = Token(secret: RecentFactsTests.secret)
    private var ledger: Ledger { test.ledger }

    init() throws { test = try TestLedger() }

    /// Asks often enough for the answers to come from memory, and expects them to stay the same.
    @discardableResult
    private func ask(_ token: Token? = nil) throws -> (status: CredentialStatus?, check: KeyCheck) {
        let token = token ?? self.token
        let first = (try ledger.standing(token), try ledger.check(token))
        for _ in 0..<3 {
            #expect(try ledger.standing(token) == first.0)
            #expect(try ledger.check(token) == first.1)
        }
        #expect(try ledger.verdict(token).code == first.1.code)
        #expect(first.1.position == ledger.head.position)
        return (first.0?.status, first.1)
    }

    /// Takes a key's row away behind the ledger's back: only what is in memory can still tell of it.
    private func loseRow(of key: KeyView) throws {
        let environment = ledger.logEnvironment
        try environment.tamper { try $0.delete(environment.table("credentials.a"), key.current.token.hash.bytes) }
    }

    @Test func `while the log stands still a key that is asked about again is not read again`() async throws {
        let key = try await test.create(Self.secret, .alias("app"))
        try ask()
        try loseRow(of: key)
        #expect(try ledger.check(token).key?.alias == "app")
        #expect(try ledger.standing(token)?.status == .active)
        _ = try await test.create("sk-second-secret-00")
        #expect(try ledger.check(token).code == .notFound)
        #expect(try ledger.standing(token) == nil)
    }

    @Test func `charges leave what is known of keys alone`() async throws {
        let key = try await test.create(Self.secret, .alias("app"))
        _ = try await test.create("sk-second-secret-00")
        try ask()
        try loseRow(of: key)
        for number in 0..<20 {
            try await test.record(.charge("\(number)", "sk-second-secret-00", 1).with { $0.model = "model-\(number)" })
            let check = try ledger.check(token)
            #expect(check.key?.alias == "app" && check.position == ledger.head.position)
            #expect(try ledger.standing(token)?.status == .active)
        }
        _ = try await test.done(.block(.secret("sk-second-secret-00"), scope: .key))
        #expect(try ledger.check(token).code == .notFound)
    }

    /// Two budgets through charges, corrections, resets, changes, time and folds, beside a few lines that do the same sums.
    @Test(arguments: 0..<6) func `what is left of budgets is told at once, whatever comes between questions`(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let secrets = [Self.secret, "sk-second-secret-00"]
        var left: [Int128] = [100, 100]
        for secret in secrets { _ = try await test.create(secret, .with { $0.terms.maxBudget = Amount(picodollars: 100) }) }
        for round in 0..<150 {
            let number = Int.random(in: 0..<2, using: &random)
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<6:
                let amount = Int64.random(in: 1...9, using: &random)
                try await test.record(.charge("\(round)", secrets[number], amount))
                left[number] -= Int128(amount)
            case 6:
                _ = try await ledger.resetSpend(SpendResetRequest(target: .secret(secrets[number]), resetTo: .zero, caller: .master))
                left[number] = 100
            case 7:
                _ = try await ledger.resetSpend(SpendResetRequest(target: nil, resetTo: Amount(picodollars: 40), caller: .master))
                left = [60, 60]
            case 8: _ = try await test.done(.update(.secret(secrets[number]), .alias("name-\(round)")))
            case 9: try await Task.sleep(for: .milliseconds(Int.random(in: 0...300, using: &random)))
            default: break
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                for (secret, left) in zip(secrets, left) {
                    let check = try ledger.check(Token(secret: secret))
                    #expect(check.remainingBudget == Amount(picodollars: left), "round \(round)")
                    #expect(check.code == (left > 0 ? .valid : .budgetExceeded) && check.position == ledger.head.position)
                    #expect(try ledger.verdict(Token(secret: secret)).code == check.code)
                }
            }
        }
    }

    /// Charges come one by one while others ask: nobody is told of more than was left when he was told before, or acknowledged.
    @Test func `what is left of a budget never grows beside charges`() async throws {
        _ = try await test.create(Self.secret, .with { $0.terms.maxBudget = Amount(picodollars: 1_000) })
        let (ledger, token) = (self.ledger, self.token)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var last = (position: Position.none, left: Amount(picodollars: 1_000))
                    while !Task.isCancelled {
                        let check = try ledger.check(token)
                        let left = try #require(check.remainingBudget)
                        #expect(check.position >= last.position && left <= last.left)
                        last = (check.position, left)
                        await Task.yield()
                    }
                }
            }
            for number in 1...400 {
                try await test.record(.charge("\(number)", Self.secret, 1))
                #expect(try ledger.check(token).remainingBudget == Amount(picodollars: Int128(1_000 - number)))
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func `what is done to a key is seen by the next question (invariant 5)`() async throws {
        let key = try await test.create(Self.secret, .alias("app"))
        let id = KeyTarget.keyID(key.state.keyID)
        #expect(try ask().status == .active)
        _ = try await test.done(.block(id, scope: .key))
        #expect(try ask().status == .blocked)
        _ = try await test.done(.unblock(id))
        #expect(try ask().status == .active)
        _ = try await test.done(
            .update(
                id,
                .with {
                    $0.alias = .set("web"); $0.terms.models = ["gpt-4o"]; $0.userID = .set("ann")
                }))
        let check = try ask().check
        #expect(check.key?.alias == "web" && check.key?.models == ["gpt-4o"] && check.key?.userID == "ann")
        #expect(try ledger.check(token, model: "other").code == .modelNotAllowed)
        #expect(try ledger.check(token, model: "gpt-4o").code == .valid)
        _ = try await test.done(.delete(id, scope: .key))
        #expect(try ask().status == .deleted)
    }

    @Test func `a role that is taken or given counts from the next question on`() async throws {
        let key = try await test.create(Self.secret, .with { $0.terms.role = .gateway })
        let id = KeyTarget.keyID(key.state.keyID)
        try ask()
        for role in [Role.proxyAdminViewer, .gateway, .subscriber] {
            _ = try await test.done(.update(id, .with { $0.terms.role = role }))
            for _ in 0..<4 { #expect(try ledger.standing(token)?.role == role) }
        }
    }

    @Test func `an expiry comes at its instant, to the nanosecond, with the log standing still`() async throws {
        let expires = try #require(test.clock.now.adding(seconds: 60))
        let key = try await test.create(Self.secret, try .with { $0.duration = .set(try KeyDuration("1m")) })
        #expect(try ask().check.validUntil == expires)
        try loseRow(of: key)
        test.clock.advance(60 * 1_000_000_000 - 1)
        #expect(try ledger.standing(token)?.status == .active && ledger.check(token).code == .valid)
        test.clock.advance(1)
        #expect(try ledger.standing(token)?.status == .expired && ledger.check(token).code == .expired)
        #expect(try ledger.check(token).validUntil == nil)
    }

    @Test func `the end of a grace comes at its instant, and the new secret is good from its own on`() async throws {
        let key = try await test.create(Self.secret)
        try ask()
        let second = Token(secret: "sk-second-secret-00")
        #expect(try ask(second).check.code == .notFound)
        _ = try await test.done(.regenerate(.keyID(key.state.keyID), "sk-second-secret-00", grace: "1h"))
        let changed = test.clock.now
        let check = try ask().check
        #expect(check.code == .deprecated && check.key?.supersededAt == changed)
        #expect(check.validUntil == changed.adding(seconds: 3_600))
        #expect(try ask(second).check.code == .valid)
        test.clock.advance(3_600 * 1_000_000_000 - 1)
        #expect(try ledger.standing(token)?.status == .deprecated)
        test.clock.advance(1)
        #expect(try ask().check.code == .graceEnded)
        #expect(try ledger.check(token).key?.supersededAt == nil)
        #expect(try ask(second).check.code == .valid)
    }

    @Test func `an old secret that is revoked ends for whoever presents it`() async throws {
        let key = try await test.create(Self.secret)
        _ = try await test.done(.regenerate(.keyID(key.state.keyID), "sk-second-secret-00", grace: "1h"))
        #expect(try ask().status == .deprecated)
        _ = try await test.execute(.revoke(token, at: nil))
        #expect(try ask().status == .revoked)
    }

    @Test func `a budget's new window begins at its instant with the log standing still`() async throws {
        let fields = try KeyChanges.with {
            $0.terms.maxBudget = try Amount(decimal: "10")
            $0.budgetPeriod = .set(try BudgetPeriod("1h"))
            $0.spend = try Amount(decimal: "10")
        }
        _ = try await test.create(Self.secret, fields)
        let check = try ask().check
        #expect(check.code == .budgetExceeded && check.remainingBudget == .zero)
        let end = try #require(check.validUntil)
        test.clock.advance(end.nanoseconds - test.clock.now.nanoseconds - 1)
        #expect(try ledger.check(token).code == .budgetExceeded)
        test.clock.advance(1)
        #expect(try ask().check.code == .valid)
        #expect(try ledger.check(token).remainingBudget == Amount(decimal: "10"))
    }

    @Test func `a wall clock that goes back does not bring a key back`() async throws {
        _ = try await test.create(Self.secret, try .with { $0.duration = .set(try KeyDuration("1m")) })
        test.clock.advance(seconds: 60)
        _ = try await test.create("sk-second-secret-00")
        #expect(try ask().status == .expired)
        test.clock.leap(seconds: -30)
        #expect(try ask().status == .expired)
    }

    /// The batch is in the file though nobody was told so: a snapshot shows the block, and memory must not deny it.
    @Test func `after a flush whose outcome is unknown every question is read`() async throws {
        let key = try await test.create(Self.secret)
        #expect(try ask().status == .active)
        ledger.logEnvironment.faults.withLock { $0.commit = .after(EIO) }
        await #expect { try await test.execute(.block(.keyID(key.state.keyID), scope: .key)) } throws: {
            ($0 as? LedgerError)?.code == .outcomeUnknown
        }
        for _ in 0..<4 {
            #expect(try ledger.verdict(token).code == .blocked)
            #expect(try ledger.standing(token)?.status == .blocked)
            #expect(try ledger.check(token).code == .blocked)
        }
    }

    @Test func `a closed ledger answers nothing from memory`() async throws {
        _ = try await test.create(Self.secret)
        try ask()
        ledger.close()
        #expect(throws: LedgerError.self) { try ledger.check(token) }
        #expect(throws: LedgerError.self) { try ledger.standing(token) }
    }

    @Test func `of many keys each is told apart, whichever have a place`() async throws {
        let count = 400
        let items = (0..<count).map { KeyCommand.create("sk-secret-number-\($0)", ledger.makeKeyID(), .alias("alias-\($0)")) }
        _ = try await ledger.execute(CommandRequest(items: items, caller: .master))
        for round in 0..<4 {
            for number in 0..<count {
                let check = try ledger.check(Token(secret: "sk-secret-number-\(number)"))
                #expect(check.code == .valid && check.key?.alias == "alias-\(number)", "round \(round)")
            }
        }
    }

    /// A limit is raised step by step while others ask: nobody is told less than was acknowledged, or than he was told before.
    @Test func `questions beside a writer never go back`() async throws {
        let key = try await test.create(Self.secret, .with { $0.terms.rpmLimit = 0 })
        let id = KeyTarget.keyID(key.state.keyID)
        let (ledger, token) = (self.ledger, self.token)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var last: (position: Position, limit: Int64) = (.none, 0)
                    while !Task.isCancelled {
                        let check = try ledger.check(token)
                        let limit = try #require(check.key?.rpmLimit)
                        #expect(check.position >= last.position && limit >= last.limit)
                        last = (check.position, limit)
                        await Task.yield()
                    }
                }
            }
            for limit in Int64(1)...300 {
                _ = try await test.done(.update(id, .with { $0.terms.rpmLimit = limit }))
                #expect(try ledger.check(token).key?.rpmLimit == limit)
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
