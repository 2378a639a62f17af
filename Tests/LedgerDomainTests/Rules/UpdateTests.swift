import LedgerDomain
import LedgerSchema
import MerkleTree
import Testing

/// What an update appends, and when it appends nothing.
@Suite struct UpdateTests {
    static func key() throws -> Scenario {
        try Scenario(
            at(
                0,
                created("A", alias: "a") {
                    $0.teamID = "t"
                    $0.models = ["m"]
                    $0.maxBudget = Amount(picodollars: 5)
                    $0.expires = second(900)
                }))
    }

    static func then(_ scenario: Scenario, _ changes: KeyTerms = KeyTerms(), cleared: [KeyField] = [], _ fill: (inout KeyChanges) -> Void)
        throws
    {
        try scenario.when(.update(secret("A"), fill), at: 1).then(.keyUpdated(KeyUpdated(changes: changes, cleared: cleared)))
    }

    @Test func `values that the key has already are left out`() throws {
        try Self.then(try Self.key(), .only { $0.teamID = "u" }) {
            $0.terms.models = ["m"]
            $0.terms.teamID = "u"
            $0.terms.maxBudget = Amount(picodollars: 5)
        }
    }

    @Test func `fields that are cleared and not set are left out, the others come in ascending order`() throws {
        try Self.then(try Self.key(), cleared: [.models, .expires, .teamID]) {
            $0.cleared = [.teamID, .projectID, .models, .teamID]
            $0.duration = .clear
        }
    }

    @Test func `a field that is both set and cleared is set`() throws {
        try Self.then(try Self.key(), .only { $0.teamID = "u" }) {
            $0.terms.teamID = "u"
            $0.cleared = [.teamID]
        }
    }

    static let nothing: [@Sendable (inout KeyChanges) throws -> Void] = [
        { _ in }, { $0.terms.teamID = "t" }, { $0.terms.models = ["m"] }, { $0.cleared = [.projectID, .subject] }, { $0.alias = .set("a") },
        { $0.blocked = .set(false) }, { $0.blocked = .clear }, { $0.userID = .clear }, { $0.budgetPeriod = .clear },
        { $0.setContent("unknown", json: nil) },
        // Members of their own win over terms of the same name.
        { $0.terms.blocked = true }, { $0.terms.expires = second(5) }, { $0.terms.subject = 7 }, { $0.cleared = [.expires, .blocked] },
    ]

    @Test(arguments: nothing.indices)
    func `an update that changes nothing appends nothing`(index: Int) throws {
        try Self.key().when(.update(secret("A")) { try Self.nothing[index](&$0) }, at: 1).then()
    }

    @Test func `block and unblock that change nothing append nothing`() throws {
        let scenario = try Self.key()
        try scenario.when(.unblock(secret("A")), at: 1).then()
        let blocked = try scenario.when(.update(secret("A")) { $0.blocked = .set(true) }, at: 1).then(.keyBlocked)
        try blocked.when(.block(secret("A")), at: 2).then()
        try blocked.when(.update(secret("A")) { $0.blocked = .set(true) }, at: 2).then()
        try blocked.when(.update(secret("A")) { $0.blocked = .set(false) }, at: 2).then(.keyUnblocked)
        try blocked.when(.update(secret("A")) { $0.blocked = .clear }, at: 2).then(.keyUnblocked)
    }

    @Test func `blocking beside other changes is an event of its own`() throws {
        let after = try Self.key().when(
            .update(secret("A")) {
                $0.terms.teamID = "u"
                $0.blocked = .set(true)
                $0.spend = .zero
            }, at: 1
        ).then(
            .keyUpdated(KeyUpdated(changes: .only { $0.teamID = "u" })), .keyBlocked,
            .spendReset(SpendReset(keyID: keyID(1), resetTo: .zero)))
        #expect(try after.key().revision == 3)
        #expect(try after.key().isBlocked)
    }

    @Test func `a key may be made blocked, which is one event`() throws {
        try Scenario().when(.generate("A") { $0.blocked = .set(true) }, at: 0)
            .then(.keyCreated(KeyCreated(token: token("A"), terms: .only { $0.blocked = true })))
            .expect("A", at: 0, .blocked)
            .when(.unblock(secret("A")), at: 1).then(.keyUnblocked)
            .expect("A", at: 1, .active)
    }

    @Test func `an alias is set, renamed and taken away, with the whole identity each time`() throws {
        let scenario = try Self.key()
        let renamed = try scenario.when(.update(secret("A")) { $0.alias = .set("b") }, at: 1)
        #expect(renamed.drafts.map(\.identity) == [IdentitySlot(alias: "b", keyName: "sk-...A")])
        try renamed.after().when(.generate("B", key: 2) { $0.alias = .set("a") }, at: 2)
            .then(.keyCreated(KeyCreated(token: token("B"), terms: KeyTerms())))
        let cleared = try renamed.after().when(.update(secret("A")) { $0.alias = .clear }, at: 2)
        #expect(cleared.drafts.map(\.identity) == [IdentitySlot(alias: nil, keyName: "sk-...A")])
        #expect(try cleared.after().key().alias == nil)
        try cleared.after().when(.update(secret("A")) { $0.alias = .clear }, at: 3).then()
    }

    @Test func `any number of keys may have the empty alias`() throws {
        let first = try Scenario().when(.generate("A") { $0.alias = .set("") }, at: 0).after()
        let second = try first.when(.generate("B", key: 2) { $0.alias = .set("") }, at: 1)
        #expect(second.rejection == nil)
        #expect(try second.after().key(2).alias == "")
    }

    @Test func `keys that share an alias by import can still be changed and renamed`() throws {
        let scenario = try Scenario(at(0, created("A", alias: "a")), at(0, created("B", key: 2, alias: "a")))
        let kept = try scenario.when(
            .update(secret("A")) {
                $0.alias = .set("a")
                $0.terms.teamID = "t"
            }, at: 1)
        try kept.then(.keyUpdated(KeyUpdated(changes: .only { $0.teamID = "t" })))
        #expect(kept.drafts.map(\.identity) == [nil])
        #expect(try scenario.when(.update(secret("A")) { $0.alias = .set("b") }, at: 1).rejection == nil)
    }

    @Test func `a new user is introduced first, a known one is named by its number`() throws {
        let scenario = try Self.key().when(.update(secret("A")) { $0.userID = .set("u") }, at: 1)
        try scenario.then(.subjectNamed(SubjectNamed(number: 1, kind: .user)), .keyUpdated(KeyUpdated(changes: .only { $0.subject = 1 })))
        #expect(scenario.drafts.first?.identity == IdentitySlot(name: "u"))
        #expect(scenario.drafts.map(\.subject) == [1, 1])
        let known = try scenario.after()
        try known.when(.update(secret("A")) { $0.userID = .set("u") }, at: 2).then()
        try known.when(.generate("B", key: 2) { $0.userID = .set("u") }, at: 2)
            .then(.keyCreated(KeyCreated(token: token("B"), terms: .only { $0.subject = 1 })))
        let cleared = try known.when(.update(secret("A")) { $0.userID = .clear }, at: 2)
        try cleared.then(.keyUpdated(KeyUpdated(changes: KeyTerms(), cleared: [.subject])))
        #expect(cleared.drafts.map(\.subject) == [0])
    }

    @Test func `content fields are kept as their text, in the order in which they came`() throws {
        let made = try Scenario().when(
            .generate("A") {
                $0.setContent("metadata", json: "{\"a\": 1.0}")
                $0.setContent("odd", json: "null")
            }, at: 0
        ).after()
        let changed = try made.when(
            .update(secret("A")) {
                $0.setContent("new", json: "[]")
                $0.setContent("metadata", json: "{}")
            }, at: 1)
        let expected = [ContentField(name: "metadata", json: "{}"), .init(name: "odd", json: "null"), .init(name: "new", json: "[]")]
        #expect(changed.drafts.map(\.content) == [ContentSlot(fields: expected)])
        let emptied = try changed.after().when(
            .update(secret("A")) { changes in
                for field in expected { changes.setContent(field.name, json: nil) }
            }, at: 2)
        #expect(emptied.drafts.map(\.content) == [ContentSlot()])
        #expect(try emptied.after().key().content == ContentSlot())
    }

    @Test func `a key without alias, name and content has no slots`() throws {
        let outcome = try Scenario().when(.generate("A"), at: 0)
        #expect(outcome.drafts.map(\.identity) == [nil])
        #expect(outcome.drafts.map(\.content) == [nil])
        #expect(try outcome.after().key().identityCommitment == .zero)
    }

    @Test func `a new duration counts from the recording`() throws {
        try Self.then(try Self.key(), .only { $0.expires = second(61) }) {
            $0.duration = (try? KeyDuration("60s")).map { .set($0) } ?? .keep
        }
        try Scenario(at(0, created("A") { $0.expires = second(5) }))
            .when(.regenerate(secret("A"), to: "B") { $0.duration = .set(try KeyDuration("60s")) }, at: 10).after()
            .expect("B", at: 10, .active).expect("B", at: 70, from: .active, to: .expired)
    }

    static let day = 86_400

    @Test(arguments: [("1h", true), ("1d", true), ("7d", false), ("1mo", false), ("7h", false), ("5d", false), ("50m", false)])
    func `naming the same budget period again changes nothing where its windows are the same`(period: String, isDaily: Bool) throws {
        let fill: (inout KeyChanges) throws -> Void = {
            $0.budgetPeriod = .set(try BudgetPeriod(period))
            $0.budgetLimits = .set([.init(period: try BudgetPeriod(period), maxBudget: Amount(picodollars: 1))])
            $0.modelBudgets = .set([.init(model: "m", period: try BudgetPeriod(period), maxBudget: Amount(picodollars: 1))])
        }
        let scenario = try Scenario().when(try .generate("A", fill), at: 0).after()
        try scenario.when(try .update(secret("A"), fill), at: 3_000).then()
        // 2026-11-21 is a Saturday: three days later a week has ended, a month and a grid of hours from midnight not always.
        let later = try scenario.when(try .update(secret("A"), fill), at: 3 * Self.day)
        let before = try #require(try scenario.key().terms.budgetWindow)
        let now = try BudgetPeriod(period).resolved(at: second(3 * Self.day))
        let isSame = now.window(at: second(3 * Self.day)) == before.window(at: second(3 * Self.day))
        #expect(later.drafts.isEmpty == isSame)
        if isDaily { #expect(isSame) }
        let after = try #require(try later.after().key().terms.budgetWindow)
        #expect(after.window(at: second(3 * Self.day)) == now.window(at: second(3 * Self.day)))
    }
}
