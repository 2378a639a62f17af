import Glibc
import LMDB
import Ledger
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Synchronization
import Testing

/// The fold trails the log and loses nothing, whatever happens to it.
struct FoldTests {
    private let secret = "sk-secret-of-a-key"

    private func options(_ interval: Int64, most: Int = 1_000_000) -> Ledger.Options {
        var options = Ledger.Options()
        options.foldIntervalNanoseconds = interval
        options.mostUnfoldedCharges = most
        return options
    }

    private static let never: Int64 = 3_600_000_000_000
    private static let atOnce: Int64 = 1_000_000

    @Test func `charges are folded by themselves, and what answers does not change by it`() async throws {
        let test = try TestLedger(seed: 1, options(Self.atOnce))
        let id = try await test.create(secret).state.keyID
        for number in 0..<50 { try await test.record(.charge("\(number)", secret, 1)) }
        while try test.ledger.statistics().viewsPosition < test.ledger.head.position { await Task.yield() }
        let figures = try test.ledger.statistics()
        #expect(figures.unfoldedCharges == 0 && figures.foldLagNanoseconds == 0)
        #expect(try test.spent(id) == (50, 50))
    }

    @Test func `what waits to be folded is told`() async throws {
        let test = try TestLedger(seed: 1, options(Self.never))
        try await test.create(secret)
        try await test.record([.charge("a", secret, 1), .charge("b", secret, 1)])
        test.clock.advance(seconds: 3)
        let figures = try test.ledger.statistics()
        #expect(figures.unfoldedCharges == 2 && figures.viewsPosition == 1 && figures.foldLagNanoseconds == 3_000_000_000)
    }

    @Test func `a budget is exceeded at once while the fold races (invariant 5)`() async throws {
        let test = try TestLedger(seed: 1, options(Self.atOnce))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask {
                    for round in 0..<25 {
                        let secret = "sk-secret-of-key-\(task)-\(round)"
                        let token = Token(secret: secret)
                        let id = try await test.create(secret, .with { $0.terms.maxBudget = Amount(picodollars: 3) }).state.keyID
                        for number: Int128 in 1...3 {
                            #expect(try test.ledger.verdict(token).code == .valid)
                            try await test.record(.charge("\(secret) \(number)", secret, 1))
                            #expect(try test.spent(id) == (number, number))
                        }
                        #expect(try test.ledger.verdict(token).code == .budgetExceeded)
                        _ = try await test.ledger.resetSpend(SpendResetRequest(target: .keyID(id), caller: .master))
                        #expect(try test.spent(id) == (0, 3))
                        try await test.record(.charge("\(secret) again", secret, 2))
                        #expect(try test.spent(id) == (2, 5))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a sum only grows for a reader beside the fold`() async throws {
        let test = try TestLedger(seed: 1, options(Self.atOnce))
        let id = try await test.create(secret).state.keyID
        let isDone = Atomic(false)
        let errors = Mutex<[String]>([])
        let readers = try (0..<2).map { number in
            try DedicatedThread(name: "reader-\(number)") {
                var last: Int128 = 0
                while !isDone.load(ordering: .acquiring) {
                    do {
                        let (window, total) = try test.spent(id)
                        if total < last || window != total { errors.withLock { $0.append("\(last) → \(window), \(total)") } }
                        last = total
                    } catch { errors.withLock { $0.append("\(error)") } }
                }
            }
        }
        for number in 0..<200 { try await test.record([.charge("\(number)", secret, 1), .charge("\(number) b", secret, 1)]) }
        isDone.store(true, ordering: .releasing)
        for reader in readers { reader.join() }
        #expect(errors.withLock { $0 } == [])
        #expect(try test.spent(id) == (400, 400))
    }

    @Test func `a kill loses nothing: what was not folded is found again, by the next writer and by a reader`() async throws {
        let test = try TestLedger(seed: 1, options(Self.never))
        let id = try await test.create(secret, .with { $0.terms.maxBudget = Amount(picodollars: 5) }).state.keyID
        try await test.record([.charge("a", secret, 3), .charge("u", "sk-unknown-secret-0", 4)])
        test.ledger.close(folding: false)
        let reader = try Ledger.open(test.path, Ledger.Options(access: .readOnly), environment: test.clock.environment)
        #expect(try reader.spend(of: id)?.spend == Amount(picodollars: 3))
        #expect(try reader.statistics().viewsPosition == 1)
        await #expect { try await reader.record(ChargeRequest(charges: [], caller: .master)) } throws: {
            ($0 as? LedgerError)?.code == .readOnly
        }
        reader.close()
        let again = try TestLedger(reopening: test, options(Self.never))
        #expect(try again.ledger.statistics().viewsPosition == 4)
        #expect(try again.spent(id) == (3, 3))
        try await again.record(.charge("b", secret, 2))
        #expect(try again.ledger.verdict(Token(secret: secret)).code == .budgetExceeded)
        again.ledger.close()
        let last = try Ledger.open(test.path, Ledger.Options(access: .readOnly), environment: test.clock.environment)
        defer { last.close() }
        #expect(try last.statistics().viewsPosition == last.head.position)
        #expect(try last.check(Token(secret: secret)).code == .budgetExceeded)
    }

    @Test func `views that are gone are made again from the log`() async throws {
        let test = try TestLedger()
        let id = try await test.create(secret).state.keyID
        let charges = (0..<10).map { NewCharge.charge("\($0)", secret, 1) }
        let positions = try await test.record(charges).map { try $0.recorded }
        test.ledger.close()
        #expect(unsafe unlink(test.path + "/views") == 0)
        let again = try TestLedger(reopening: test)
        #expect(try again.spent(id) == (10, 10))
        #expect(try await again.record(charges) == positions.map { .duplicate($0) })
    }

    @Test func `a ledger whose making was cut short is made anew, whatever views were left`() throws {
        let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
        try Ledger.create(other.path)
        for name in ["views", "views.1"] { #expect(unsafe rename("\(other.path)/\(name)", "\(folder.path)/\(name)") == 0) }
        try Ledger.create(folder.path)
        let ledger = try Ledger.open(folder.path)
        #expect(try ledger.statistics().viewsPosition == 1)
        ledger.close()
    }

    @Test func `views of another log are refused`() throws {
        let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
        for path in [folder.path, other.path] { try Ledger.create(path) }
        for name in ["data.mdb", "lock.mdb"] {
            #expect(unsafe rename("\(other.path)/views.1/\(name)", "\(folder.path)/views.1/\(name)") == 0)
        }
        #expect { try Ledger.open(folder.path) } throws: { ($0 as? LedgerError)?.code == .damaged }
    }

    @Test func `a full disk stops the fold until there is room`() async throws {
        let test = try TestLedger(seed: 1, options(Self.atOnce))
        let id = try await test.create(secret).state.keyID
        try test.ledger.viewsEnvironment.faults.withLock { $0.commit = .instead(ENOSPC) }
        try await test.record(.charge("a", secret, 1))
        while try test.ledger.statistics().foldFailures == 0 { await Task.yield() }
        while try test.ledger.statistics().viewsPosition != test.ledger.head.position { await Task.yield() }
        #expect(try test.spent(id) == (1, 1))
        try await test.record(.charge("b", secret, 1))
        while try test.ledger.statistics().viewsPosition != test.ledger.head.position { await Task.yield() }
        #expect(test.ledger.unreadiness == nil)
        #expect(try test.spent(id) == (2, 2))
    }

    @Test func `views that cannot be written any more lose nothing that is acknowledged (invariant 11)`() async throws {
        let test = try TestLedger(seed: 1, options(Self.atOnce, most: 5))
        let id = try await test.create(secret).state.keyID
        try test.ledger.viewsEnvironment.faults.withLock { $0.commit = .instead(EIO) }
        try await test.record(.charge("0", secret, 1))
        while test.ledger.unreadiness == nil { await Task.yield() }
        #expect(test.ledger.unreadiness?.hasPrefix("charges are not folded") == true)
        for number in 1..<5 { try await test.record(.charge("\(number)", secret, 1)) }
        #expect(try test.spent(id) == (5, 5))
        // Until the tail is full.
        await #expect { try await test.record(.charge("5", secret, 1)) } throws: { ($0 as? LedgerError)?.code == .poisoned }
        test.ledger.close()
        let again = try TestLedger(reopening: test)
        #expect(again.ledger.unreadiness == nil)
        #expect(try again.spent(id) == (5, 5))
        #expect(try again.ledger.statistics().viewsPosition == again.ledger.head.position)
    }

    @Test func `a full tail refuses charges until it is folded, and nothing else`() async throws {
        let test = try TestLedger(seed: 1, options(Self.never, most: 3))
        try await test.record((0..<3).map { .charge("\($0)", secret, 1) })
        await #expect { try await test.record(.charge("3", secret, 1)) } throws: {
            ($0 as? LedgerError)?.code == .queueFull && ($0 as? LedgerError)?.retryAfterSeconds != nil
        }
        try await test.create(secret)
        #expect(try test.ledger.verdict(Token(secret: secret)).code == .valid)
        test.ledger.close()
        let again = try TestLedger(reopening: test, options(Self.never, most: 3))
        #expect(try await again.record(.charge("3", secret, 1)).rejection == nil)
    }

    @Test func `charges that wait for the writer are bounded (invariant 10)`() async throws {
        let gate = Gate()
        let test = try TestLedger(seed: 1, .init(observer: gate.observer))
        let first = Task { try await test.create(secret) }
        await gate.writerStands()
        // Each is rejected in the end; what they take is what counts here.
        let long = String(repeating: "x", count: 16_000)
        let tasks = (0..<4).map { request in
            Task { try await test.record((0..<990).map { .charge("\(request) \($0)" + long, secret, 1) }) }
        }
        try await test.queueHolds(4)
        await #expect { try await test.record((0..<990).map { .charge("\($0)" + long, secret, 1) }) } throws: {
            ($0 as? LedgerError)?.code == .queueFull
        }
        let small = Task { try await test.record(.charge("small", secret, 1)) }
        try await test.queueHolds(5)
        gate.open()
        _ = try await first.value
        for task in tasks { #expect(try await task.value.allSatisfy { $0.rejection == "too_large" }) }
        #expect(try await small.value.rejection == nil)
    }
}
