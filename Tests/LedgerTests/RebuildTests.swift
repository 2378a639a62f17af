import LMDB
import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Synchronization
import Testing

/// Holds the writer after each slice of a rebuild until the test lets it go on.
private final class Slices: Sendable {
    private let state = Monitor((allowed: 0, done: 0))

    var done: Int { state.withLock { $0.done } }

    func wait() {
        state.withLock { $0.done += 1 }
        state.withLock(when: { $0.allowed > 0 }) { $0.allowed -= 1 }
    }

    func allow(_ count: Int) {
        state.withLock { $0.allowed += count }
        state.signalAll()
    }
}

/// Key tables are a fold of the log: thrown away and folded again they are the same (invariant 3).
struct RebuildTests {
    private func filled(_ keys: Int) async throws -> TestLedger {
        let test = try TestLedger()
        for start in stride(from: 0, to: keys, by: 100) {
            let items = (start..<min(keys, start + 100)).map { number in
                KeyCommand.create(
                    "sk-secret-number-\(number)", test.ledger.makeKeyID(),
                    .with {
                        $0.alias = .set("alias-\(number)"); $0.terms.teamID = "team-\(number % 7)"; $0.userID = .set("user-\(number % 5)")
                    })
            }
            _ = try await test.ledger.execute(CommandRequest(items: items, caller: .master))
        }
        return test
    }

    @Test func `a rebuild runs in slices while commands and queries go on, and gives the same digest`() async throws {
        let test = try await filled(200)
        // Each look at the clock costs 3 ms: a slice of 10 ms holds some four events.
        test.clock.setTick(nanoseconds: 3_000_000)
        let slices = Slices()
        let ledger = test.ledger
        let rebuild = Task { try await ledger.rebuildKeys { _ in slices.wait() } }
        while slices.done == 0 { await Task.yield() }
        let id = try #require(try ledger.key(.alias("alias-3"))?.state.keyID)
        for round in 0..<10 {
            let alias = "renamed-\(round)"
            let update = Task { try await test.done(.update(.keyID(id), .alias(alias))) }
            try await test.queueHolds(1)
            slices.allow(1)
            _ = try await update.value
            #expect(try ledger.key(.alias(alias))?.state.keyID == id)
            var query = KeyQuery()
            query.teamID = "team-3"
            #expect(try ledger.keys(query).total == 29)
        }
        let second = Task { try await ledger.rebuildKeys() }
        try await test.queueHolds(1)
        slices.allow(.max / 2)
        await #expect { try await second.value } throws: { ($0 as? LedgerError)?.code == .locked }
        let report = try await rebuild.value
        #expect(report.isSwapped && report.newDigest == report.oldDigest && report.events >= 216)
        #expect(slices.done > 20)
        test.clock.setTick(nanoseconds: 0)
        #expect(try ledger.statistics().liveSet == "b")
        _ = try await test.done(.update(.keyID(id), .alias("after")))
        #expect(try ledger.key(.alias("after"))?.state.keyID == id)
        #expect(try await ledger.rebuildKeys().isSwapped)
        #expect(try ledger.statistics().liveSet == "a")
        ledger.close()
        let check = try Ledger.check(test.path)
        #expect(check.failure == nil)
    }

    @Test func `a rebuild that closing cuts short leaves the old tables, and can be run again`() async throws {
        let test = try await filled(100)
        test.clock.setTick(nanoseconds: 6_000_000)
        let slices = Slices()
        let rebuild = Task { [ledger = test.ledger] in try await ledger.rebuildKeys { _ in slices.wait() } }
        while slices.done == 0 { await Task.yield() }
        let closing = try DedicatedThread(name: "closing") { [ledger = test.ledger] in ledger.close() }
        var isClosed = false
        while !isClosed {
            let late = Task { try await test.create("sk-secret-too-late") }
            // Refused once the queue is closed; until then it waits in it.
            slices.allow(1)
            do { _ = try await late.value } catch { isClosed = (error as? LedgerError)?.code == .shuttingDown }
        }
        slices.allow(.max / 2)
        closing.join()
        await #expect { try await rebuild.value } throws: { ($0 as? LedgerError)?.code == .shuttingDown }
        test.clock.setTick(nanoseconds: 0)
        let again = try TestLedger(reopening: test)
        #expect(try again.ledger.statistics().liveSet == "a" && again.ledger.key(.alias("alias-1")) != nil)
        #expect(try await again.ledger.rebuildKeys().isSwapped)
    }

    @Test func `tables that are damaged are not swapped while they answer, and are rebuilt with the server stopped`() async throws {
        let test = try await filled(20)
        test.ledger.close()
        try withRows(test.path) { environment in
            try environment.tamper { transaction in
                let row = try #require(try transaction.first(environment.table("listings.a")))
                try transaction.delete(environment.table("listings.a"), row.key)
            }
        }
        #expect(try Ledger.check(test.path).failure?.contains("Run `keyledger rebuild`") == true)
        let steps = Mutex<[RebuildProgress]>([])
        let report = try Ledger.rebuild(test.path) { step in steps.withLock { $0.append(step) } }
        #expect(report.isSwapped && steps.withLock { $0.last } == RebuildProgress(folded: report.events, head: report.events))
        #expect(try Ledger.check(test.path).failure == nil)
    }

    @Test(arguments: ["keys.a", "keys.live"])
    func `a damaged row about the tables is named at start, and a rebuild mends it`(_ row: String) async throws {
        let test = try await filled(20)
        test.ledger.close()
        try withRows(test.path) { environment in
            try environment.tamper { try $0.put(environment.table("meta"), Array(row.utf8), [7, 7, 7]) }
        }
        #expect { try Ledger.open(test.path) } throws: {
            ($0 as? LedgerError)?.code == .damaged && ($0 as? LedgerError)?.message.contains("keyledger rebuild") == true
        }
        _ = try Ledger.rebuild(test.path)
        let again = try TestLedger(reopening: test)
        #expect(try again.ledger.key(.alias("alias-1")) != nil)
        again.ledger.close()
        #expect(try Ledger.check(test.path).failure == nil)
    }

    @Test func `tables that stand before the head are named at start`() async throws {
        let test = try await filled(5)
        let saved = Mutex<[UInt8]>([])
        test.ledger.close()
        try withRows(test.path) { environment in
            let row = try environment.read { try $0.copy(environment.table("meta"), Array("keys.a".utf8)) }
            saved.withLock { $0 = row ?? [] }
        }
        let again = try TestLedger(reopening: test)
        try await again.create("sk-another-secret-0")
        again.ledger.close()
        try withRows(test.path) { environment in
            try environment.tamper { try $0.put(environment.table("meta"), Array("keys.a".utf8), saved.withLock { $0 }) }
        }
        #expect { try Ledger.open(test.path) } throws: { ($0 as? LedgerError)?.message.contains("stand at position") == true }
        #expect(try Ledger.check(test.path).failure?.contains("stand at position") == true)
    }

    @Test func `a rebuild of a running or of no ledger is refused`() async throws {
        let test = try await filled(1)
        #expect { try Ledger.rebuild(test.path) } throws: { ($0 as? LedgerError)?.code == .locked }
        #expect { try Ledger.rebuild("/tmp/no-such-ledger") } throws: { ($0 as? LedgerError)?.code == .notALedger }
    }
}
