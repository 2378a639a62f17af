import Ledger
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import RandomTestSupport

/// Commands without a plan, repeatable by their seed: few names, so that they meet.
struct RandomHistory {
    private var generator: SplitMix64
    private var secrets: [String] = []

    static let aliases = [
        "a", "A", "ab", "b", "caf\u{e9}", "cafe\u{301}", "z\u{0}z", String(repeating: "l", count: 401), String(repeating: "l", count: 402),
        "",
    ]
    static let users = ["ann", "bob", "Bobby"]
    static let teams = ["red", "blue", "litellm-dashboard"]
    static let organizations = ["acme", "umbrella"]

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private mutating func pick<Item>(_ items: [Item]) -> Item { items[Int.random(in: 0..<items.count, using: &generator)] }

    private mutating func change<Value>(_ values: [Value]) -> FieldChange<Value> {
        chance(50) ? .keep : chance(15) ? .clear : .set(pick(values))
    }

    private mutating func fields() -> KeyChanges {
        var fields = KeyChanges()
        fields.alias = change(Self.aliases)
        fields.userID = change(Self.users)
        fields.duration = change(["10s", "100s", "1h"].compactMap { try? KeyDuration($0) })
        fields.blocked = chance(20) ? .set(chance(50)) : .keep
        if chance(50) { fields.terms.teamID = pick(Self.teams) } else if chance(20) { fields.cleared.append(.teamID) }
        if chance(30) { fields.terms.organizationID = pick(Self.organizations) }
        if chance(20) { fields.terms.projectID = pick(["p", "q"]) }
        if chance(20) { fields.terms.agentID = "agent" }
        if chance(30) { fields.terms.maxBudget = Amount(picodollars: Int128(Int.random(in: 0..<5, using: &generator))) }
        if chance(30) { fields.spend = Amount(picodollars: Int128(Int.random(in: 0..<5, using: &generator))) }
        if chance(30) { fields.terms.rpmLimit = Int64.random(in: 0..<3, using: &generator) }
        if chance(20) { fields.setContent("metadata", json: chance(10) ? "\"\(String(repeating: "t", count: 4_000))\"" : "{}") }
        if chance(20) { fields.setContent("access_group_ids", json: #"["g"]"#) }
        return fields
    }

    private mutating func secret() -> String {
        if !secrets.isEmpty, chance(3) { return pick(secrets) }
        secrets.append("sk-random-secret-\(secrets.count)")
        return secrets[secrets.count - 1]
    }

    private mutating func target() -> KeyTarget {
        chance(25) ? .alias(pick(Self.aliases)) : .secret(secrets.isEmpty ? "sk-nobody" : pick(secrets))
    }

    private mutating func command(_ ledger: Ledger) throws -> KeyCommand {
        let scope: KeyCommand.Scope = pick([.presented, .presented, .key, .credential])
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<35: return .create(secret(), ledger.makeKeyID(), fields())
        case 35..<60: return .update(target(), fields())
        case 60..<75:
            let old = target()
            return try .regenerate(old, secret(), grace: pick([nil, "5s", "50s", "1h"]), chance(30) ? fields() : KeyChanges())
        case 75..<80: return .block(target(), scope: scope)
        case 80..<86: return .unblock(target())
        case 86..<92: return .delete(target(), scope: scope)
        default:
            return .revoke(
                Token(secret: secrets.isEmpty ? "sk-nobody" : pick(secrets)), at: chance(50) ? nil : ledger.moment.adding(seconds: 20))
        }
    }

    /// Plays so many commands, of one or more items, with time going on between them.
    mutating func play(_ count: Int, on test: TestLedger) async throws {
        for _ in 0..<count {
            let items = try (0..<(chance(20) ? 4 : 1)).map { _ in try command(test.ledger) }
            _ = try await test.ledger.execute(CommandRequest(items: items, caller: .master))
            if chance(60) { test.clock.advance(Int64.random(in: 0..<8_000_000_000, using: &generator)) }
        }
    }

    mutating func query() -> KeyQuery {
        var query = KeyQuery(page: Int.random(in: 0...3, using: &generator), size: Int.random(in: 0...12, using: &generator))
        if chance(50) { query.status = pick(KeyQuery.Status.allCases) }
        if chance(15) { query.expiry = pick(KeyQuery.Expiry.allCases) }
        if chance(30) { query.teamID = pick(Self.teams + ["nobody"]) }
        if chance(30) { query.userID = pick(Self.users + ["nobody"]) }
        if chance(15) { query.organizationID = pick(Self.organizations) }
        if chance(10) { query.projectID = "p" }
        if chance(10) { query.agentID = "agent" }
        if chance(10) { query.accessGroupID = "g" }
        if chance(10) { query.hiddenTeamID = "litellm-dashboard" }
        if chance(15) { query.alias = pick(Self.aliases) }
        if chance(10) { query.search = chance(50) ? pick(["a", "B", "l", "zz"]) : Token(secret: pick(secrets)).hex }
        if chance(5) { query.token = Token(secret: pick(secrets)) }
        query.substringMatching = chance(30)
        query.sort = pick(KeyQuery.Sort.allCases)
        query.ascending = chance(50)
        return query
    }
}
