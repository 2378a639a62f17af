import LMDB
import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// What is taken of charges, whom it is attributed to, and what is refused.
struct RecordTests {
    let test: TestLedger
    let secret = "sk-secret-of-a-key"

    init() throws { test = try TestLedger() }

    private var now: Instant { test.clock.now }

    private func types(from position: Position) throws -> [EventType] {
        try test.ledger.events(from: position, limit: 100).map(\.event.type)
    }

    @Test func `a charge is in the log and in every answer when it is acknowledged (invariants 1, 5)`() async throws {
        let key = try await test.create(secret, .with { $0.terms.maxBudget = Amount(picodollars: 100) })
        let id = key.state.keyID
        #expect(try await test.record(.charge("a", secret, 60)) == .recorded(3))
        #expect(try test.spent(id) == (60, 60))
        #expect(try test.ledger.key(.keyID(id))?.spend == Amount(picodollars: 60))
        let check = try test.ledger.check(Token(secret: secret))
        #expect(check.code == .valid && check.remainingBudget == Amount(picodollars: 40))
        try await test.record(.charge("b", secret, 40))
        #expect(try test.ledger.verdict(Token(secret: secret)).code == .budgetExceeded)
        #expect(try test.ledger.check(Token(secret: secret)).code == .budgetExceeded)
        let view = try #require(try test.ledger.key(.keyID(id)))
        #expect(view.status == .budgetExceeded && view.totalSpend == Amount(picodollars: 100) && view.lastChargeAt == now)
        let listed = try test.ledger.keys(KeyQuery()).keys
        #expect(listed.map(\.spend) == [Amount(picodollars: 100)])
        #expect(test.ledger.head.position == 4)
    }

    @Test func `everything that a charge says stands in the log`() async throws {
        try await test.create(secret)
        let occurredAt = try #require(now.adding(seconds: -30))
        let outcome = try await test.record(
            .charge("a", secret, 6, at: occurredAt).with {
                $0.cost = CostParts()
                $0.cost?.input = 1
                $0.cost?.other = 5
                $0.tokens.prompt = 10
                $0.tokens.cacheWrite = 4
                ($0.model, $0.modelGroup, $0.provider) = ("gpt-x", "fast", "openai")
                ($0.endpoint, $0.callType, $0.mcpTool) = ("/chat", "completion", "search")
                $0.tags = ["red", "blue", "red", ""]
                $0.endUser = "ann"
                $0.userID = "ben"
                $0.teamID = "team-7"
                $0.failed = true
                $0.durationMilliseconds = 0
            })
        let position = try outcome.recorded
        let charge = try test.charge(at: position)
        #expect(charge.chargeID == "a" && charge.occurredAt == occurredAt && !charge.occurredAtIsDefaulted && charge.amount == 6)
        #expect(charge.cost?.other == 5 && charge.tokens.cacheWrite == 4 && charge.failed && charge.durationMilliseconds == 0)
        #expect(charge.credential == .known(CredentialReference(position: 2, ordinal: 0)) && charge.revision == 1)
        #expect(charge.tags == [.number(1), .number(2)] && charge.model == .number(1) && charge.teamID == "team-7")
        #expect(try test.ledger.subjectName(charge.endUser) == "ann")
        #expect(try charge.user.flatMap { try test.ledger.subjectName($0) } == "ben")
        let names = [EventType](repeating: .nameIntroduced, count: 8)
        #expect(try types(from: 3) == names + [.subjectNamed, .subjectNamed, .spendRecorded])
        // What is known is not introduced again, by this process or by the next.
        try await test.record(.charge("b", secret, 6).with { ($0.model, $0.tags, $0.endUser) = ("gpt-x", ["blue"], "ben") })
        #expect(try types(from: position.next) == [.spendRecorded])
        test.ledger.close()
        let again = try TestLedger(reopening: test)
        try await again.record(.charge("c", secret, 6).with { ($0.model, $0.modelGroup, $0.endUser) = ("gpt-x", "gpt-x", "ann") })
        let last = try again.ledger.events(from: position.next.next, limit: 9).map(\.event.type)
        #expect(last == [.nameIntroduced, .spendRecorded])
    }

    @Test func `a charge of any credential that ever was counts for its key`() async throws {
        let id = try await test.create(secret).state.keyID
        _ = try await test.done(.regenerate(.keyID(id), "sk-second-secret-00", grace: "1h"))
        var sum: Int128 = 0
        func charge(_ name: String, _ secret: String) async throws {
            sum += 1
            let position = try await test.record(.charge(name, secret, 1)).recorded
            guard case .known = try test.charge(at: position).credential else { return #expect(Bool(false), "\(name) is not attributed") }
            #expect(try test.spent(id) == (sum, sum), "\(name)")
        }
        try await charge("deprecated", secret)
        _ = try await test.done(.block(.keyID(id), scope: .key))
        try await charge("blocked", "sk-second-secret-00")
        test.clock.advance(seconds: 3_601)
        try await charge("ended", secret)
        _ = try await test.done(.update(.keyID(id), .with { $0.duration = .set(try KeyDuration("1s")) }))
        test.clock.advance(seconds: 2)
        try await charge("expired", "sk-second-secret-00")
        _ = try await test.done(.delete(.keyID(id), scope: .key))
        try await charge("deleted", "sk-second-secret-00")
        try await charge("deleted and ended", secret)
    }

    @Test func `a charge counts for the revision in force when it occurred`() async throws {
        test.clock.advance(seconds: 1_000)
        let created = now
        let id = try await test.create(secret).state.keyID
        var moments = [created]
        for alias in ["b", "c", "d"] {
            test.clock.advance(seconds: 100)
            moments.append(now)
            _ = try await test.done(.update(.keyID(id), .alias(alias)))
        }
        func revision(_ name: String, _ moment: Instant?) async throws -> UInt64 {
            try test.charge(at: try await test.record(.charge(name, secret, 1, at: moment)).recorded).revision
        }
        #expect(try await revision("before the key", created.adding(seconds: -500)) == 1)
        for (index, moment) in moments.enumerated() {
            #expect(try await revision("at \(index)", moment) == UInt64(index) + 1)
            #expect(try await revision("before \(index)", moment.adding(nanoseconds: -1)) == max(1, UInt64(index)))
        }
        #expect(try await revision("now", nil) == 4)
        // A change in the same batch or process is known at once.
        _ = try await test.done(.update(.keyID(id), .alias("e")))
        #expect(try await revision("after", nil) == 5)
        #expect(try await revision("long ago", .distantPast) == 1)
    }

    @Test func `charges of an unknown token are kept, and shown in the total of the key that gets it`() async throws {
        let position = try await test.record(.charge("a", secret, 7)).recorded
        let stored = try test.charge(at: position)
        #expect(stored.credential == .unknown(Token(secret: secret)) && stored.revision == 0)
        let id = try await test.create(secret).state.keyID
        #expect(try test.spent(id) == (0, 7))
        #expect(try test.ledger.key(.keyID(id))?.totalSpend == Amount(picodollars: 7))
        try await test.record(.charge("b", secret, 5))
        #expect(try test.spent(id) == (5, 12))
        // The same charge again is the same charge, whoever the token is by now.
        #expect(try await test.record(.charge("a", secret, 7)) == .duplicate(position))
        test.ledger.close()
        let again = try TestLedger(reopening: test)
        #expect(try again.spent(id) == (5, 12))
    }

    @Test func `a charge more than five minutes ahead of the clock is refused`() async throws {
        let latest = try #require(now.adding(seconds: 300))
        #expect(try await test.record(.charge("a", secret, 1, at: latest)) == .recorded(2))
        let outcome = try await test.record(.charge("b", secret, 1, at: latest.adding(nanoseconds: 1)))
        #expect(outcome.rejection == "occurred_at_ahead")
        #expect(test.ledger.head.position == 2)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let code: String
        let change: @Sendable (inout NewCharge) -> Void
        var testDescription: String { code }

        init(_ code: String, _ change: @escaping @Sendable (inout NewCharge) -> Void) { (self.code, self.change) = (code, change) }
    }

    @Test(arguments: [
        Bad("negative_spend") { $0.amount = Amount(picodollars: -1) },
        Bad("spend_too_large") { $0.amount = Amount(picodollars: Int128(Int64.max) + 1) },
        Bad("spend_too_large") { $0.amount = Amount(picodollars: Int128.max) },
        Bad("cost_mismatch") { $0.cost = CostParts() },
        Bad("cost_mismatch") { $0.cost = .with { ($0.input, $0.output) = (.max, .max) } },
        Bad("id_missing") { $0.id = .request("") },
        Bad("id_missing") { $0.id = .sequence(producer: "", epoch: 1, number: 1) },
        Bad("count_too_large") { $0.tokens.prompt = 10_000_000_001 },
        Bad("count_too_large") { $0.durationMilliseconds = .max },
        Bad("too_large") { $0.model = String(repeating: "x", count: 16_384) },
        Bad("too_large") { $0.id = .request(String(repeating: "x", count: 20_000)) },
        Bad("too_large") { $0.tags = (0..<3_000).map { "tag \($0)" } },
        Bad("sequence_out_of_range") { $0.id = .sequence(producer: "p", epoch: 1, number: 0) },
        Bad("sequence_out_of_range") { $0.id = .sequence(producer: "p", epoch: 1, number: .max) },
    ])
    func `a bad charge is refused by name and spoils no other (invariant 10)`(_ bad: Bad) async throws {
        try await test.create(secret)
        let charge = NewCharge.charge("bad", secret, 1).with(bad.change)
        let outcomes = try await test.record([.charge("a", secret, 1), charge, .charge("b", secret, 2)])
        #expect(outcomes.map(\.rejection) == [nil, bad.code, nil])
        #expect(outcomes[0] == .recorded(3) && outcomes[2] == .recorded(4) && test.ledger.head.position == 4)
    }

    @Test func `the largest charge that fits is recorded`() async throws {
        let id = try await test.create(secret).state.keyID
        let most = NewCharge.charge("a", secret, .max).with {
            $0.tags = (0..<60).map { "\($0)" + String(repeating: "t", count: 255) }
            $0.cost = .with { $0.input = .max }
        }
        #expect(try await test.record(most).rejection == nil)
        try await test.record(.charge("b", secret, .max))
        #expect(try test.spent(id).total == 2 * Int128(Int64.max))
    }

    @Test func `names that look alike are different names, and a long one stands as text`() async throws {
        let (one, other) = ("caf\u{e9}", "cafe\u{301}")
        let long = String(repeating: "m", count: 257)
        var positions: [Position] = []
        for (id, model) in [("1", one), ("2", other), ("3", one), ("4", long)] {
            positions.append(try await test.record(.charge(id, secret, 1).with { ($0.model, $0.endUser) = (model, model) }).recorded)
        }
        let charges = try positions.map { try test.charge(at: $0) }
        #expect(charges.map(\.model) == [.number(1), .number(2), .number(1), .text(long)])
        #expect(charges[0].endUser != charges[1].endUser && charges[0].endUser == charges[2].endUser)
        let same = NewCharge.charge("1", secret, 1).with { ($0.model, $0.endUser) = (other, one) }
        #expect(try await test.record(same) == .conflict(positions[0]))
    }

    @Test func `when no number is left, names stand as text`() async throws {
        test.ledger.close()
        try withRows(test.path) { environment in
            try environment.tamper { transaction in
                for number in 1...UInt32(65_536) {
                    let key = [NameKind.model.rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
                    try transaction.put(environment.table("names.a"), key, Array("model \(number)".utf8))
                }
            }
        }
        let again = try TestLedger(reopening: test)
        func model(_ id: String, _ name: String) async throws -> ChargeName? {
            try again.charge(at: try await again.record(.charge(id, secret, 1).with { $0.model = name }).recorded).model
        }
        #expect(try await model("a", "model 65536") == .number(65_536))
        #expect(try await model("b", "one more") == .text("one more"))
        let before = again.ledger.head.position
        #expect(try await again.record(.charge("b", secret, 1).with { $0.model = "one more" }) == .duplicate(before))
        #expect(try await again.record(.charge("b", secret, 1).with { $0.model = "another" }) == .conflict(before))
    }

    @Test func `gateways and administrators record charges, nobody else`() async throws {
        func key(_ secret: String, _ role: Role?) async throws { try await test.create(secret, .with { $0.terms.role = role }) }
        try await key("sk-gateway-secret-0", .gateway)
        try await key("sk-admin-secret-000", .proxyAdmin)
        try await key("sk-viewer-secret-00", .proxyAdminViewer)
        try await key(secret, nil)
        func caller(_ secret: String) -> Caller { .key(Token(secret: secret)) }
        let position = try await test.record(.charge("a", secret, 1), caller: caller("sk-gateway-secret-0")).recorded
        #expect(try test.ledger.events(from: position, limit: 1)[0].envelope.caller == CredentialReference(position: 2, ordinal: 0))
        try await test.record(.charge("b", secret, 1), caller: caller("sk-admin-secret-000"))
        let head = test.ledger.head
        for other in ["sk-viewer-secret-00", secret, "sk-nobody-secret-00"] {
            let code: Rejection.Code = other == "sk-nobody-secret-00" ? .callerEnded : .callerNotAllowed
            await #expect { try await test.record(.charge("c", secret, 1), caller: caller(other)) } throws: {
                ($0 as? Rejection)?.code == code
            }
        }
        _ = try await test.done(.block(.secret("sk-gateway-secret-0"), scope: .key))
        await #expect { try await test.record(.charge("c", secret, 1), caller: caller("sk-gateway-secret-0")) } throws: {
            ($0 as? Rejection)?.callerStatus == .blocked
        }
        #expect(test.ledger.head.position == head.position.next)
    }

    @Test func `a request larger than may be is refused as a whole`() async throws {
        let many = (0...ChargeRequest.mostCharges).map { NewCharge.charge("\($0)", secret, 1) }
        await #expect { try await test.record(many) } throws: { ($0 as? LedgerError)?.code == .invalidCommand }
        let long = String(repeating: "x", count: 20_000)
        await #expect { try await test.record((0..<1_000).map { .charge("\($0)" + long, secret, 1) }) } throws: {
            ($0 as? LedgerError)?.code == .invalidCommand
        }
        #expect(test.ledger.head.position == 1)
        #expect(try await test.record([]).isEmpty)
    }

    @Test func `what is stored about one key being damaged spoils no charge of another`() async throws {
        let damaged = try await test.create(secret)
        try await test.create("sk-other-secret-000")
        let environment = test.ledger.logEnvironment
        let gate = NewCharge.charge("first", "sk-other-secret-000", 1)
        try await test.record(gate)
        try environment.tamper { transaction in
            try transaction.put(environment.table("keys.a"), damaged.state.keyID.bytes, [1, 2, 3])
        }
        let outcomes = try await test.record([
            .charge("a", "sk-other-secret-000", 1), .charge("b", secret, 1), .charge("c", "sk-other-secret-000", 1),
        ])
        #expect(outcomes.map(\.rejection) == [nil, "damaged", nil])
    }
}

extension CostParts {
    static func with(_ body: (inout CostParts) -> Void) -> CostParts {
        var parts = CostParts()
        body(&parts)
        return parts
    }
}
