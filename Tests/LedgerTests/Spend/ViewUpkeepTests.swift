import Glibc
import LMDB
import Ledger
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Synchronization
import Testing

/// Views of spend made anew and compared with the log, beside a ledger that goes on and with one that is stopped.
struct ViewUpkeepTests {
    private let secret = "sk-secret-of-a-key"

    private func filled(_ charges: Int = 30) async throws -> (test: TestLedger, id: KeyID) {
        var options = Ledger.Options()
        options.foldIntervalNanoseconds = 1_000_000
        let test = try TestLedger(seed: 3, options)
        let id = try await test.create(secret, .alias("ci")).state.keyID
        if charges > 0 { try await test.record((0..<charges).map { .charge("\($0)", secret, 1) }) }
        return (test, id)
    }

    private func isFolded(_ test: TestLedger) async throws {
        while try test.ledger.statistics().viewsPosition != test.ledger.head.position { await Task.yield() }
    }

    private func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Lets whoever reports progress wait until the test has seen it.
    private final class Hold: Sendable {
        private let state = Monitor((isReached: false, isOpen: false))

        @Sendable func stop(_ progress: ViewRebuildProgress) {
            state.withLock { $0.isReached = true }
            state.withLock(when: { $0.isOpen }) { _ in }
        }

        func isReached() async { while !state.withLock({ $0.isReached }) { await Task.yield() } }

        func open() {
            state.withLock { $0.isOpen = true }
            state.signalAll()
        }
    }

    @Test func `while views are made anew, charges are recorded and folded, and a second rebuild is refused`() async throws {
        let (test, id) = try await filled()
        let ledger = test.ledger
        let hold = Hold()
        #expect(ledger.viewRebuildProgress == nil && !ledger.cancelViewRebuild())
        let rebuild = Task { try await ledger.rebuildViews(progress: hold.stop) }
        await hold.isReached()
        #expect(ledger.viewRebuildProgress?.phase == .reading)
        await #expect { try await ledger.rebuildViews() } throws: { ($0 as? LedgerError)?.code == .locked }
        try await test.record((0..<20).map { .charge("more \($0)", secret, 1) })
        try await isFolded(test)
        #expect(try test.spent(id) == (50, 50))
        hold.open()
        let report = try await rebuild.value
        #expect(report.isSwapped && report.newDigest == report.oldDigest && report.differences == [])
        #expect(ledger.viewRebuildProgress == nil)
        #expect(try test.spent(id) == (50, 50))
        try await test.record(.charge("last", secret, 1))
        try await isFolded(test)
        #expect(try await ledger.reconcile().isClean)
        ledger.close()
        #expect(exists(test.path + "/views.2") && !exists(test.path + "/views.1"))
        #expect(try TestLedger(reopening: test).spent(id) == (51, 51))
    }

    @Test(arguments: [true, false])
    func `a rebuild that is cut short leaves the old views, and can be run again`(_ byClosing: Bool) async throws {
        let (test, id) = try await filled()
        try await isFolded(test)
        let ledger = test.ledger
        let hold = Hold()
        let rebuild = Task { try await ledger.rebuildViews(progress: hold.stop) }
        await hold.isReached()
        if byClosing { ledger.endLongWork() } else { #expect(ledger.cancelViewRebuild()) }
        hold.open()
        await #expect { try await rebuild.value } throws: {
            ($0 as? LedgerError)?.code == (byClosing ? .shuttingDown : .cancelled)
        }
        #expect(!exists(test.path + "/views.2.new") && !exists(test.path + "/views.2"))
        if byClosing {
            await #expect { try await ledger.reconcile() } throws: { ($0 as? LedgerError)?.code == .shuttingDown }
            ledger.close()
            let again = try TestLedger(reopening: test)
            #expect(try await again.ledger.rebuildViews().isSwapped)
        } else {
            #expect(try await ledger.rebuildViews().isSwapped)
            #expect(try test.spent(id) == (30, 30))
        }
    }

    @Test func `closing waits for a rebuild to end`() async throws {
        let (test, id) = try await filled()
        let ledger = test.ledger
        let hold = Hold()
        let rebuild = Task { try await ledger.rebuildViews(progress: hold.stop) }
        await hold.isReached()
        let closing = try DedicatedThread(name: "closing") { ledger.close() }
        var isClosing = false
        while !isClosing {
            do { _ = try await ledger.reconcile() } catch { isClosing = (error as? LedgerError)?.code == .shuttingDown }
        }
        hold.open()
        closing.join()
        await #expect { try await rebuild.value } throws: { ($0 as? LedgerError)?.code == .shuttingDown }
        #expect(try TestLedger(reopening: test).spent(id) == (30, 30))
    }

    @Test func `a reader compares and does not rebuild; a ledger that somebody has open is not rebuilt`() async throws {
        let (test, id) = try await filled()
        #expect { try Ledger.rebuildViews(test.path) } throws: { ($0 as? LedgerError)?.code == .locked }
        test.ledger.close()
        let reader = try Ledger.open(test.path, Ledger.Options(access: .readOnly), environment: test.clock.environment)
        defer { reader.close() }
        await #expect { try await reader.rebuildViews() } throws: { ($0 as? LedgerError)?.code == .readOnly }
        #expect(try await reader.reconcile().isClean)
        #expect(try reader.spend(of: id)?.totalSpend == Amount(picodollars: 30))
    }

    @Test func `a damaged row is found and named by a comparison, and a rebuild mends it`() async throws {
        let (test, id) = try await filled()
        test.ledger.close()
        try tamperWithViews(test.path) { try $0.damageFirstRow(.keySpend, in: &$1) }
        let again = try TestLedger(reopening: test)
        let report = try await again.ledger.reconcile()
        #expect(!report.isClean && report.differences.map(\.table) == ["keySpend"])
        #expect(report.differences[0].row == "key \(id)" && report.sums.allSatisfy { $0.log == $0.days })
        #expect(try await again.ledger.rebuildViews().isSwapped)
        #expect(try await again.ledger.reconcile().isClean)
        #expect(try again.spent(id) == (30, 30))
    }

    @Test func `who asks for a comparison while there is one gets its report`() async throws {
        let (test, _) = try await filled()
        try await isFolded(test)
        let ledger = test.ledger
        let hold = Hold()
        let first = Task { try await ledger.reconcile(progress: hold.stop) }
        await hold.isReached()
        let second = Task { try await ledger.reconcile { _ in Issue.record("a second comparison has begun") } }
        for _ in 0..<100 { await Task.yield() }
        hold.open()
        let report = try await first.value
        #expect(try await second.value == report)
        #expect(report.position == ledger.head.position.value && report.keys == 1)
        #expect(report.sums.first { $0.metric == "spend" }?.log == 30)
    }

    @Test func `views with another digest stay until the stopped ledger is told to replace them`() async throws {
        let (test, id) = try await filled()
        test.ledger.close()
        try tamperWithViews(test.path) {
            try $0.damageFirstRow(.keySpend, in: &$1)
            try $0.damageDigest(in: &$1)
        }
        let live = try TestLedger(reopening: test)
        let report = try await live.ledger.rebuildViews()
        #expect(!report.isSwapped && report.keptFolder == test.path + "/views.2.differs" && exists(test.path + "/views.2.differs"))
        #expect(report.differences.map(\.row) == ["key \(id)"] && report.changes.map(\.table) == ["keySpend"])
        live.ledger.close()
        #expect(try !Ledger.rebuildViews(test.path).isSwapped)
        let replaced = try Ledger.rebuildViews(test.path, replaces: true)
        #expect(replaced.isSwapped && replaced.oldDigest != replaced.newDigest && replaced.differences.count == 1)
        #expect(replaced.keptFolder == test.path + "/views.1.differs" && exists(test.path + "/views.1.differs/data.mdb"))
        let again = try TestLedger(reopening: test)
        #expect(try again.spent(id) == (30, 30))
        #expect(try await again.ledger.reconcile().isClean)
        #expect(try await again.ledger.rebuildViews().isSwapped)
    }

    @Test func `a stopped ledger's views are made anew when they are gone, and a rebuild that is cut short changes nothing`() async throws {
        let (test, id) = try await filled()
        test.ledger.close()
        #expect { try Ledger.rebuildViews(test.path, isCancelled: { true }) } throws: { ($0 as? LedgerError)?.code == .cancelled }
        #expect(exists(test.path + "/views.1") && !exists(test.path + "/views.2.new"))
        #expect(unsafe unlink(test.path + "/views") == 0)
        let steps = Mutex<[ViewRebuildProgress]>([])
        let report = try Ledger.rebuildViews(test.path, progress: { step in steps.withLock { $0.append(step) } })
        #expect(report.isSwapped && report.position == 32 && steps.withLock { $0.contains { $0.phase == .reading && $0.done == $0.of } })
        #expect(try TestLedger(reopening: test).spent(id) == (30, 30))
    }
}
