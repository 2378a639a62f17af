import LMDB
import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

struct ListTests {
    let test: TestLedger
    var ledger: Ledger { test.ledger }

    init() throws { test = try TestLedger() }

    private func deprecated() throws -> [Token] {
        var query = KeyQuery(page: 1, size: 100)
        query.status = .deprecated
        return try ledger.keys(query).keys.map(\.credential.token)
    }

    @Test func `old credentials are listed by their end, until it, and where a revocation has moved it`() async throws {
        let id = KeyTarget.keyID(try await test.create("sk-secret-number-1").state.keyID)
        for (number, grace) in [(2, "100s"), (3, "50s"), (4, "200s")] {
            _ = try await test.done(.regenerate(id, "sk-secret-number-\(number)", grace: grace))
        }
        let tokens = (0...4).map { Token(secret: "sk-secret-number-\($0)") }
        #expect(try deprecated() == [tokens[2], tokens[1], tokens[3]])
        // The third, which had the longest grace, is now to end first.
        _ = try await test.done(.revoke(tokens[3], at: ledger.moment.adding(seconds: 10)))
        #expect(try deprecated() == [tokens[3], tokens[2], tokens[1]])
        test.clock.advance(seconds: 10)
        #expect(try deprecated() == [tokens[2], tokens[1]])
        // Never later.
        _ = try await test.done(.revoke(tokens[2], at: ledger.moment.adding(seconds: 1_000)))
        test.clock.advance(seconds: 40)
        #expect(try deprecated() == [tokens[1]])
        _ = try await test.done(.block(id, scope: .key))
        #expect(try deprecated().isEmpty)
        _ = try await test.done(.unblock(id))
        #expect(try deprecated() == [tokens[1]])
        _ = try await test.done(.delete(id, scope: .key))
        #expect(try deprecated().isEmpty)
    }

    @Test(arguments: [
        "x", "\u{1F511} key", "a\u{0}b", String(repeating: "\u{e9}", count: 200), String(repeating: "x", count: 400),
        String(repeating: "x", count: 401), String(repeating: "x", count: 100_000),
    ])
    func `an alias of any text finds its key and is listed whole`(_ alias: String) async throws {
        let key = try await test.create("sk-secret-number-1", .alias(alias))
        let other = try await test.create("sk-secret-number-2", .alias(alias + "!"))
        #expect(try ledger.key(.alias(alias))?.state.keyID == key.state.keyID)
        #expect(try ledger.aliases(AliasQuery()).aliases.sorted() == [alias, alias + "!"].sorted())
        #expect(try ledger.aliases(AliasQuery(search: "!")).aliases == [alias + "!"])
        let taken = try await test.execute(.create("sk-secret-number-3", ledger.makeKeyID(), .alias(alias)))
        #expect(taken.refusal() == .aliasTaken)
        _ = try await test.done(.delete(.alias(alias), scope: .key))
        #expect(try ledger.key(.alias(alias)) == nil)
        #expect(try ledger.keyIDs(everNamed: alias) == [key.state.keyID])
        _ = try await test.done(.update(.keyID(other.state.keyID), .alias(alias)))
        #expect(try ledger.keyIDs(everNamed: alias) == [other.state.keyID, key.state.keyID])
        #expect(try ledger.aliases(AliasQuery()).total == 1)
    }

    /// A crafted alias could once stand in the key of one that is hashed, and be taken for it.
    @Test func `no alias can be made that another's key has`() async throws {
        let long = String(repeating: "x", count: 401)
        let hash = Token(secret: long).hex
        try await test.create("sk-secret-number-1", .alias(String(long.prefix(360)) + "\u{1}" + hash.prefix(39)))
        let short = "a\u{0}b"
        let crafted = "a\u{1}b\u{1}" + Token(secret: short).hex
        try await test.create("sk-secret-number-2", .alias(crafted))
        #expect(try ledger.key(.alias(short)) == nil && ledger.key(.alias(long)) == nil)
        #expect(try await test.execute(.create("sk-secret-number-3", ledger.makeKeyID(), .alias(short))).refusal() == nil)
    }

    @Test(arguments: [(0, 10), (-5, 10), (1, 0), (1, -1), (Int.max, Int.max), (Int.min, Int.min), (2, Int.max)])
    func `no page is too strange to be asked for`(_ page: Int, _ size: Int) async throws {
        for number in 0..<3 { try await test.create("sk-secret-number-\(number)", .alias("a\(number)")) }
        for status in [nil, .active, .deprecated, .deleted] as [KeyQuery.Status?] {
            for sort in [.createdAt, .keyAlias] as [KeyQuery.Sort] {
                var query = KeyQuery(page: page, size: size)
                (query.status, query.sort) = (status, sort)
                let found = try ledger.keys(query)
                #expect(found.total == (status == nil || status == .active ? 3 : 0))
                #expect(found.keys.count == (page <= 1 && size > 0 ? found.total : 0))
            }
        }
        #expect(try ledger.aliases(AliasQuery(page: page, size: size)).total == 3)
        #expect(try ledger.aliases(AliasQuery(search: "a", page: page, size: size)).total == 3)
    }

    /// What is personal must be able to go one day without the digest changing: commitments stand in its place.
    @Test func `the digest covers commitments, not text`() async throws {
        try await test.create(
            "sk-secret-number-1",
            .with {
                $0.alias = .set("one"); $0.userID = .set("ann"); $0.setContent("metadata", json: "{}")
            })
        ledger.close()
        try withRows(test.path) { environment in
            let tables = KeyTables(environment, set: .a)
            let before = try environment.read { (t: inout ReadTransaction) throws in try tables.recomputedDigest(in: &t).digest }
            try environment.tamper { transaction in
                // The key's row ends with the texts' message.
                let row = try #require(try transaction.first(tables[.keys]))
                let length = row.value[18..<22].reduce(0) { $0 << 8 | Int($1) }
                try transaction.put(tables[.keys], row.key, Array(row.value.prefix(22 + length)))
                let alias = try #require(try transaction.first(tables[.aliases]))
                try transaction.delete(tables[.aliases], alias.key)
                try transaction.put(tables[.aliases], [0] + Array("gone".utf8) + alias.key.suffix(17), alias.value)
                let name = try #require(try transaction.first(tables[.subjectNames]))
                try transaction.delete(tables[.subjectNames], name.key)
                try transaction.put(tables[.subjectNames], [UInt8](repeating: 0, count: 32), name.value)
            }
            let after = try environment.read { (t: inout ReadTransaction) throws in try tables.recomputedDigest(in: &t).digest }
            #expect(before == after)
            try environment.tamper { transaction in
                let row = try #require(try transaction.first(tables[.keys]))
                var other = row.value
                other[25] ^= 1
                try transaction.put(tables[.keys], row.key, other)
            }
            let changed = try environment.read { (t: inout ReadTransaction) throws in try tables.recomputedDigest(in: &t).digest }
            #expect(before != changed)
        }
    }

    @Test func `spend is what the last reset in the window set, of the key or of all`() async throws {
        func view() throws -> KeyView { try #require(try ledger.key(.secret("sk-secret-number-1"))) }
        let id = KeyTarget.keyID(
            try await test.create(
                "sk-secret-number-1",
                .with {
                    $0.spend = Amount(picodollars: 5)
                    $0.terms.maxBudget = Amount(picodollars: 6)
                    $0.budgetPeriod = .set(try BudgetPeriod("1h"))
                }
            ).state.keyID)
        #expect(try view().spend == Amount(picodollars: 5))
        #expect(try ledger.check(Token(secret: "sk-secret-number-1")).remainingBudget == Amount(picodollars: 1))
        _ = try await test.done(.update(id, .with { $0.spend = Amount(picodollars: 6) }))
        #expect(try ledger.verdict(Token(secret: "sk-secret-number-1")).code == .budgetExceeded)
        let check = try ledger.check(Token(secret: "sk-secret-number-1"))
        #expect(check.code == .budgetExceeded && check.validUntil == TestClock.start.adding(seconds: 3_600))
        test.clock.advance(seconds: 3_600)
        #expect(try view().spend == .zero && view().status == .active)
    }
}
