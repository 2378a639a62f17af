import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// The clock rules of invariant 2.
struct ClockTests {
    private static let second: Int64 = 1_000_000_000
    private static let head = TestClock.start

    struct Opening: Sendable {
        var secondsAfterHead: Int64
        var isSynchronised: Bool
        var leaps: Bool
    }

    @Test(arguments: [
        Opening(secondsAfterHead: 0, isSynchronised: false, leaps: false),
        Opening(secondsAfterHead: -600, isSynchronised: true, leaps: false),
        Opening(secondsAfterHead: -601, isSynchronised: true, leaps: true),
        Opening(secondsAfterHead: 86_400, isSynchronised: false, leaps: false),
        Opening(secondsAfterHead: 86_401, isSynchronised: false, leaps: true),
        Opening(secondsAfterHead: 86_401, isSynchronised: true, leaps: false),
        Opening(secondsAfterHead: 400 * 86_400, isSynchronised: true, leaps: false),
    ])
    func `at start the wall clock is held against the head`(_ opening: Opening) throws {
        var clockGuard = ClockGuard()
        let now = try #require(Self.head.adding(seconds: opening.secondsAfterHead))
        clockGuard.start(wallClock: now, uptime: 5, head: Self.head, isSynchronised: opening.isSynchronised)
        #expect((clockGuard.leap != nil) == opening.leaps)
        #expect(clockGuard.error?.code == (opening.leaps ? .clockLeap : nil))
    }

    struct Step: Sendable {
        /// By which each clock goes on, in seconds.
        var wall: Int64
        var uptime: Int64
    }

    @Test(arguments: [
        ([Step(wall: 3_600, uptime: 3_600)], false),
        ([Step(wall: 600, uptime: 0)], false),
        ([Step(wall: 601, uptime: 0)], true),
        ([Step(wall: -600, uptime: 0)], false),
        ([Step(wall: -601, uptime: 0)], true),
        ([Step(wall: 0, uptime: 601)], true),
        // Two steps that are one leap together.
        ([Step(wall: 301, uptime: 1), Step(wall: 301, uptime: 0)], true),
        ([Step(wall: 301, uptime: 1), Step(wall: -301, uptime: 0)], false),
        // A week between them: the first is forgiven.
        ([Step(wall: 500, uptime: 0), Step(wall: 604_800, uptime: 604_800), Step(wall: 500, uptime: 0)], false),
        ([Step(wall: 500, uptime: 0), Step(wall: 60, uptime: 60), Step(wall: 500, uptime: 0)], true),
    ])
    func `while it runs the wall clock is held against the uptime`(_ steps: [Step], _ leaps: Bool) throws {
        var clockGuard = ClockGuard()
        var (wall, uptime) = (Self.head, Int64(1_000))
        clockGuard.start(wallClock: wall, uptime: uptime, head: Self.head, isSynchronised: true)
        for step in steps {
            wall = try #require(wall.adding(seconds: step.wall))
            uptime += step.uptime * Self.second
            clockGuard.check(wallClock: wall, uptime: uptime)
        }
        #expect((clockGuard.leap != nil) == leaps)
        clockGuard.accept(wallClock: wall, uptime: uptime)
        #expect(clockGuard.leap == nil)
        clockGuard.check(wallClock: wall, uptime: uptime)
        #expect(clockGuard.leap == nil)
    }

    @Test(arguments: [Instant.distantPast, .epoch, .distantFuture])
    func `no reading is too strange to be judged`(_ wall: Instant) {
        for head in [Instant.distantPast, .epoch, .distantFuture] {
            var clockGuard = ClockGuard()
            clockGuard.start(wallClock: wall, uptime: .max, head: head, isSynchronised: false)
            clockGuard.accept(wallClock: head, uptime: .min)
            clockGuard.check(wallClock: wall, uptime: .max)
        }
    }

    @Test func `a leap stops writes until it is accepted, which is recorded; reads go on`() async throws {
        let test = try TestLedger()
        try await test.create("sk-first-secret-000")
        test.clock.leap(seconds: 3_600)
        await #expect { try await test.create("sk-second-secret-00") } throws: { ($0 as? LedgerError)?.code == .clockLeap }
        #expect(test.ledger.unreadiness?.contains("3600 seconds") == true)
        #expect(try test.ledger.verdict(Token(secret: "sk-first-secret-000")).code == .valid)
        try await test.ledger.acceptClock()
        #expect(test.ledger.unreadiness == nil)
        try await test.create("sk-second-secret-00")
        #expect(try test.ledger.events(from: 3, limit: 1).map(\.event.type) == [.clockAccepted])
        // Nothing to accept: nothing to record.
        try await test.ledger.acceptClock()
        #expect(test.ledger.head.position == 4)
    }

    @Test func `a clock that is behind at start stops writes until serve accepts it, and recorded time stands still`() async throws {
        let test = try TestLedger()
        let created = try await test.create("sk-first-secret-000")
        test.ledger.close()
        test.clock.leap(seconds: -3_600)
        do {
            let again = try TestLedger(reopening: test)
            await #expect { try await again.create("sk-second-secret-00") } throws: { ($0 as? LedgerError)?.code == .clockLeap }
            again.ledger.close()
        }
        let accepting = try TestLedger(reopening: test, .init(acceptsClock: true))
        #expect(accepting.ledger.head.position == 3)
        let second = try await accepting.create("sk-second-secret-00")
        #expect(second.state.createdAt == created.state.createdAt)
        #expect(try accepting.ledger.verdict(Token(secret: "sk-second-secret-00")).code == .valid)
    }

    @Test func `the moment of asking is never before the head, nor recorded time before its own`() async throws {
        let test = try TestLedger()
        var last = test.ledger.head
        for step in [5, -300, 2, -200, 30] as [Int64] {
            test.clock.leap(seconds: step)
            let view = try await test.create("sk-secret-number-\(last.position)")
            #expect(view.moment >= view.state.createdAt && view.status == .active)
            #expect(test.ledger.moment >= test.ledger.head.recordedAt)
            #expect(test.ledger.head.recordedAt >= last.recordedAt)
            #expect(try test.ledger.verdict(view.current.token).code == .valid)
            last = test.ledger.head
        }
    }

    @Test func `a clock at the beginning of time makes no ledger`() throws {
        let folder = try TemporaryFolder()
        let clock = TestClock()
        clock.leap(seconds: -TestClock.start.nanoseconds / Self.second)
        #expect(throws: LedgerError.self) { try Ledger.create(folder.path, environment: clock.environment) }
        clock.leap(seconds: 1)
        try Ledger.create(folder.path, environment: clock.environment)
    }

    @Test func `a recorded time finds the last position at or before it`() async throws {
        let test = try TestLedger()
        for number in 0..<20 {
            if number % 3 == 0 { test.clock.advance(seconds: 1) }
            try await test.create("sk-secret-number-\(number)")
        }
        let events = try test.ledger.events(from: 1, limit: 100)
        for moment in events.map(\.recordedAt) {
            for offset in [-1, 0, 1] as [Int64] {
                let asked = try #require(moment.adding(nanoseconds: offset))
                let expected = events.last { $0.recordedAt <= asked }?.position ?? .none
                #expect(try test.ledger.position(at: asked) == expected)
            }
        }
    }
}
