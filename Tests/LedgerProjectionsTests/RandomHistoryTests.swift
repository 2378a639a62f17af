import LMDB
import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// After histories without a plan the tables are what the log says, and every list what a look at every key gives.
struct RandomHistoryTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    private func everyKey(_ test: TestLedger) throws -> NaiveList {
        let ids = try test.ledger.events(from: 1, limit: .max).filter { $0.revision == 1 }.compactMap(\.keyID)
        let keys = try ids.map { try #require(try test.ledger.key(.keyID($0))) }
        var old: [KeyView] = []
        for id in ids {
            for credential in try test.ledger.credentials(id) where credential.isSuperseded {
                old.append(try #require(try test.ledger.key(.token(credential.token))))
            }
        }
        return NaiveList(keys: keys, old: old)
    }

    @Test(arguments: seeds)
    func `a page of any list is what a look at every key gives`(_ seed: UInt64) async throws {
        let test = try TestLedger(seed: seed)
        var history = RandomHistory(seed: seed)
        for _ in 0..<3 {
            try await history.play(60, on: test)
            let naive = try everyKey(test)
            for _ in 0..<150 {
                let query = history.query()
                let page = try test.ledger.keys(query)
                let expected = naive.page(query)
                #expect(page.total == expected.total, "seed \(seed): \(query)")
                #expect(page.keys.map(\.credential.token) == expected.keys.map(\.credential.token), "seed \(seed): \(query)")
            }
        }
    }

    @Test(arguments: seeds)
    func `every alias, credential and verdict is what the keys' histories say`(_ seed: UInt64) async throws {
        let test = try TestLedger(seed: seed)
        var history = RandomHistory(seed: seed &+ 100)
        try await history.play(150, on: test)
        let ledger = test.ledger
        let naive = try everyKey(test)
        let living = naive.keys.filter { !$0.state.isDeleted }
        func byBytes(_ aliases: [String]) -> [String] { aliases.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
        let all = living.compactMap(\.state.alias).filter { !$0.isEmpty }
        #expect(Set(try ledger.aliases(AliasQuery(size: 1_000)).aliases.map { Array($0.utf8) }) == Set(all.map { Array($0.utf8) }))
        #expect(try ledger.aliases(AliasQuery(size: 0)).total == all.count)
        for team in RandomHistory.teams {
            let own = byBytes(living.filter { $0.state.terms.teamID == team }.compactMap(\.state.alias).filter { !$0.isEmpty })
            let page = try ledger.aliases(AliasQuery(teamID: team, size: 1_000))
            #expect(page.aliases == own && page.total == own.count)
        }
        for alias in RandomHistory.aliases where !alias.isEmpty {
            let holder = living.first { $0.state.alias.map { Array($0.utf8) == Array(alias.utf8) } ?? false }
            #expect(try ledger.key(.alias(alias))?.state.keyID == holder?.state.keyID)
            var ever: Set<KeyID> = []
            for key in naive.keys {
                let names = try ledger.history(key.state.keyID).compactMap(\.after.alias).map { Array($0.utf8) }
                if names.contains(Array(alias.utf8)) { ever.insert(key.state.keyID) }
            }
            #expect(Set(try ledger.keyIDs(everNamed: alias)) == ever)
        }
        for key in naive.keys {
            let last = try #require(try ledger.history(key.state.keyID).last)
            #expect(last.after == key.state)
            #expect(try ledger.credentials(key.state.keyID) == last.credentials)
            for credential in last.credentials {
                let view = try #require(try ledger.key(.token(credential.token)))
                #expect(view.credential == credential)
                let check = try ledger.check(credential.token)
                #expect(try ledger.verdict(credential.token).code == check.code)
                #expect(check.code.isGood == view.status.isGood)
                try expectChange(check, of: credential.token, test)
            }
        }
    }

    /// The answer stays the same until `validUntil` and is another one there.
    private func expectChange(_ check: KeyCheck, of token: Token, _ test: TestLedger) throws {
        guard let end = check.validUntil else { return }
        let clock = TestClock()
        clock.leap(seconds: (test.clock.now.nanoseconds - TestClock.start.nanoseconds) / 1_000_000_000)
        #expect(end > test.ledger.moment)
        let view = try #require(try test.ledger.key(.token(token)))
        let key = view.state.gate
        func status(_ moment: Instant) -> CredentialStatus {
            LedgerDomain.status(of: view.credential.window, in: key, at: moment, budgetExceeded: view.status == .budgetExceeded)
        }
        #expect(status(end.adding(nanoseconds: -1) ?? end) == view.status)
        if view.status != .budgetExceeded { #expect(status(end) != view.status) }
    }

    @Test(arguments: seeds)
    func `counts, rows and digests are those of a fresh fold (invariant 3)`(_ seed: UInt64) async throws {
        let test = try TestLedger(seed: seed)
        var history = RandomHistory(seed: seed &+ 200)
        for _ in 0..<3 {
            try await history.play(50, on: test)
            let report = try await test.ledger.rebuildKeys()
            #expect(report.isSwapped, "seed \(seed): \(report)")
        }
        try await history.play(50, on: test)
        let naive = try everyKey(test)
        let figures = try test.ledger.statistics()
        #expect(figures.livingKeys == naive.keys.filter { !$0.state.isDeleted }.count)
        #expect(figures.deletedKeys == naive.keys.filter { $0.state.isDeleted }.count)
        test.ledger.close()
        let check = try Ledger.check(test.path)
        #expect(check.failure == nil)
        #expect(check.keys?.digest == figures.keysDigest && check.keys?.freshDigest == figures.keysDigest)
        try withRows(test.path) { environment in
            try environment.read { (transaction: inout ReadTransaction) throws in try expectCounts(environment, &transaction) }
        }
    }

    /// Each row of the counts table against the rows that it counts.
    private func expectCounts(_ environment: Environment, _ transaction: inout ReadTransaction) throws {
        let tables = KeyTables(environment, set: try LiveSet.read(LogTables(environment), in: &transaction))
        var counted: [[UInt8]: UInt64] = [:]
        try transaction.scan(tables[.listings]) { key, _ in
            counted[[UInt8](copying: key.extracting(0..<18)), default: 0] += 1
            return .continue
        }
        let aliases = [0xff] + [UInt8](repeating: 0, count: 17)
        try transaction.scan(tables[.aliases], from: [0, 1], until: [1]) { _, _ in
            counted[aliases, default: 0] += 1
            return .continue
        }
        var stored: [[UInt8]: UInt64] = [:]
        try transaction.scan(tables[.counts]) { key, value in
            stored[[UInt8](copying: key)] = value.bigEndian(at: 0)
            return .continue
        }
        #expect(stored == counted)
    }
}
