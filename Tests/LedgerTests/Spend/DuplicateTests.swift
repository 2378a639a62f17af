import LMDB
import Ledger
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// A retry changes nothing (invariant 9): the same charge is recorded once, whatever happens between the tries.
struct DuplicateTests {
    let test: TestLedger
    let secret = "sk-secret-of-a-key"

    init() throws { test = try TestLedger() }

    private var now: Instant { test.clock.now }

    private func full(_ id: String, at moment: Instant? = nil) -> NewCharge {
        .charge(id, secret, 6, at: moment).with {
            $0.cost = .with { ($0.input, $0.other) = (2, 4) }
            ($0.tokens.prompt, $0.tokens.completion) = (10, 20)
            ($0.model, $0.modelGroup, $0.provider) = ("m", "g", "p")
            ($0.endpoint, $0.callType, $0.mcpTool) = ("/e", "c", "t")
            $0.tags = ["red", "blue"]
            ($0.endUser, $0.userID, $0.teamID) = ("ann", "ben", "team-7")
            $0.durationMilliseconds = 5
        }
    }

    @Test func `the same charge again is a duplicate: at once, after a restart, and after a kill with charges unfolded`() async throws {
        let id = try await test.create(secret).state.keyID
        let charges = (0..<20).map { full("\($0)", at: $0 % 2 == 0 ? now : nil) }
        let first = try await test.record(charges)
        let positions = try first.map { try $0.recorded }
        let duplicates = positions.map { ChargeOutcome.duplicate($0) }
        #expect(try await test.record(charges) == duplicates)
        var ledger = test
        for folding in [true, false, true] {
            try await ledger.record(.charge("more \(ledger.ledger.head.position)", secret, 1))
            ledger.ledger.close(folding: folding)
            ledger = try TestLedger(reopening: ledger)
            let head = ledger.ledger.head
            #expect(try await ledger.record(charges) == duplicates)
            #expect(ledger.ledger.head == head)
            #expect(try ledger.ledger.statistics().viewsPosition == head.position)
        }
        #expect(try ledger.spent(id) == (123, 123))
    }

    @Test(
        arguments: [
            { (charge: inout NewCharge) in
                charge.amount = Amount(picodollars: 7); charge.cost = nil
            },
            { $0.cost = nil }, { $0.cost = .with { ($0.input, $0.other) = (3, 3) } }, { $0.tokens.prompt = 11 },
            { $0.tokens.cacheRead = 1 },
            { $0.model = "n" }, { $0.model = nil }, { $0.modelGroup = "m" }, { $0.provider = "never seen" }, { $0.endpoint = nil },
            { $0.callType = "d" }, { $0.mcpTool = "u" }, { $0.tags = ["red"] }, { $0.tags = ["red", "blue", "green"] },
            { $0.tags = ["red", "green"] }, { $0.endUser = "ben" }, { $0.endUser = nil }, { $0.endUser = "never seen" },
            { $0.userID = "ann" },
            { $0.userID = nil }, { $0.userID = "never seen" }, { $0.teamID = "team-8" }, { $0.teamID = nil }, { $0.failed = true },
            { $0.durationMilliseconds = nil }, { $0.durationMilliseconds = 6 }, { $0.token = Token(secret: "sk-other-secret-000") },
            { $0.token = Token(secret: "sk-never-seen-00000") }, { $0.occurredAt = $0.occurredAt?.adding(nanoseconds: -1) },
            { $0.occurredAt = nil },
        ] as [@Sendable (inout NewCharge) -> Void])
    func `another charge under the same id is a conflict, whatever differs`(_ change: @Sendable (inout NewCharge) -> Void) async throws {
        try await test.create(secret)
        try await test.create("sk-other-secret-000")
        test.clock.advance(seconds: 1_800)
        let charge = full("a", at: now)
        let position = try await test.record(charge).recorded
        let head = test.ledger.head
        #expect(try await test.record(charge.with(change)) == .conflict(position))
        #expect(try await test.record([charge.with(change), charge]) == [.conflict(position), .duplicate(position)])
        #expect(test.ledger.head == head)
        #expect(try test.ledger.statistics().conflicts == 2)
        // The order of tags, and tags twice, say nothing.
        #expect(try await test.record(charge.with { $0.tags = ["blue", "red", "blue"] }) == .duplicate(position))
    }

    @Test func `a defaulted time is looked up under this hour and the one before`() async throws {
        let id = try await test.create(secret).state.keyID
        test.clock.advance(seconds: 3_590)
        let charge = full("a")
        let position = try await test.record(charge).recorded
        #expect(try test.charge(at: position).occurredAtIsDefaulted)
        for seconds: Int64 in [5, 5, 5, 3_500, 84] {
            test.clock.advance(seconds: seconds)
            #expect(try await test.record(charge) == .duplicate(position), "\(now)")
        }
        #expect(try await test.record(charge.with { $0.model = "n" }) == .conflict(position))
        test.clock.advance(seconds: 3_600)
        // Two hours on, the id alone makes no charge the same.
        #expect(try await test.record(charge).recorded == position.next)
        #expect(try test.spent(id).total == 12)
        test.ledger.close(folding: false)
        let again = try TestLedger(reopening: test)
        #expect(try await again.record(charge) == .duplicate(position.next))
    }

    @Test func `the hour of a given time is part of a charge's identity`() async throws {
        let hour = try #require(now.adding(seconds: -7_200))
        let first = try await test.record(full("a", at: hour)).recorded
        let earlier = try await test.record(full("a", at: hour.adding(nanoseconds: -1))).recorded
        #expect(first != earlier)
        #expect(try await test.record(full("a", at: hour)) == .duplicate(first))
        #expect(try await test.record(full("a", at: hour.adding(seconds: 3_599))) == .conflict(first))
        #expect(try await test.record(full("a", at: hour.adding(seconds: 3_600))).recorded > earlier)
        for moment in [Instant.distantPast, .epoch] {
            let position = try await test.record(full("b", at: moment)).recorded
            #expect(try await test.record(full("b", at: moment)) == .duplicate(position))
        }
    }

    @Test func `of charges with one id sent side by side one is recorded`() async throws {
        let id = try await test.create(secret).state.keyID
        let charges = (0..<10).map { full("\($0)", at: now) }
        let outcomes = try await withThrowingTaskGroup(of: [ChargeOutcome].self) { group in
            for _ in 0..<20 { group.addTask { try await test.record(charges) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for index in charges.indices {
            let recorded = outcomes.compactMap { try? $0[index].recorded }
            #expect(recorded.count == 1)
            #expect(outcomes.allSatisfy { $0[index] == .recorded(recorded[0]) || $0[index] == .duplicate(recorded[0]) })
        }
        #expect(try test.spent(id).total == 60)
        // Twice in one request, too.
        let twice = try await test.record([full("x", at: now), full("x", at: now), full("x", at: now).with { $0.model = "n" }])
        let position = try twice[0].recorded
        #expect(Array(twice.dropFirst()) == [.duplicate(position), .conflict(position)])
    }

    @Test func `the key's own team and user may be named or left out`() async throws {
        try await test.create(
            secret,
            .with {
                $0.terms.teamID = "team-7"
                $0.userID = .set("ben")
            })
        let position = try await test.record(full("a")).recorded
        let stored = try test.charge(at: position)
        #expect(stored.teamID == nil && stored.user == nil)
        _ = try await test.done(.update(.secret(secret), .with { $0.terms.teamID = "team-8" }))
        #expect(try await test.record(full("a")) == .duplicate(position))
        #expect(try await test.record(full("a").with { $0.teamID = nil }) == .duplicate(position))
        #expect(try await test.record(full("a").with { $0.teamID = "team-8" }) == .conflict(position))
    }

    @Test func `what failed to be written is written by a retry, once, and the names that it brought with it`() async throws {
        let id = try await test.create(secret).state.keyID
        try await test.record(full("a"))
        let new = full("b").with { ($0.model, $0.endUser, $0.tags) = ("new", "carl", ["green"]) }
        let head = test.ledger.head
        test.ledger.logEnvironment.faults.withLock { $0.commit = .instead(28) }
        await #expect { try await test.record(new) } throws: { ($0 as? LedgerError)?.code == .storage }
        #expect(test.ledger.head == head)
        #expect(try test.spent(id).total == 6)
        // Other names take the numbers that were not given.
        let other = try test.charge(at: try await test.record(full("c").with { $0.model = "other" }).recorded)
        #expect(other.model == .number(2))
        let position = try await test.record(new).recorded
        #expect(try test.charge(at: position).model == .number(3))
        #expect(try await test.record(new) == .duplicate(position))
        test.ledger.close()
        #expect(try Ledger.check(test.path).failure == nil)
        let again = try TestLedger(reopening: test)
        #expect(try again.ledger.name(.model, 3) == "new")
        #expect(try again.spent(id).total == 18)
    }

    @Test(arguments: [true, false])
    func `after a failed flush the outcome is unknown; a retry after the restart tells (invariant 11)`(_ isWritten: Bool) async throws {
        let id = try await test.create(secret).state.keyID
        test.ledger.logEnvironment.faults.withLock { $0.commit = isWritten ? .after(5) : .instead(5) }
        await #expect { try await test.record(full("a")) } throws: { ($0 as? LedgerError)?.code == .outcomeUnknown }
        await #expect { try await test.record(full("b")) } throws: { ($0 as? LedgerError)?.code == .poisoned }
        #expect(try test.spent(id).total == 0)
        test.ledger.close()
        let again = try TestLedger(reopening: test)
        let outcome = try await again.record(full("a"))
        #expect(isWritten == ((try? outcome.recorded) == nil))
        #expect(try again.spent(id).total == 6)
    }
}
