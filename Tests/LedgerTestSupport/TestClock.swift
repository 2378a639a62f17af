public import Ledger
public import LedgerSchema
import RandomTestSupport
import Synchronization

/// Clocks and randomness that a test turns by hand: no test sleeps, and a seed repeats a run.
public final class TestClock: Sendable {
    /// 2026-01-01T00:00:00Z.
    public static let start = Instant(nanoseconds: 1_767_225_600 * 1_000_000_000)

    private struct State {
        var wall = TestClock.start
        var uptime: Int64 = 1_000_000_000
        var isSynchronised = true
        /// How far the uptime goes on each time that it is read.
        var tick: Int64 = 0
        var generator: SplitMix64

        mutating func nextUptime() -> Int64 {
            uptime += tick
            wall = wall.adding(nanoseconds: tick) ?? .distantFuture
            return uptime
        }
    }

    private let state: Mutex<State>

    public init(seed: UInt64 = 1) { state = Mutex(State(generator: SplitMix64(seed: seed))) }

    public var now: Instant { state.withLock { $0.wall } }

    /// Time passes: both clocks go on.
    public func advance(_ nanoseconds: Int64) {
        state.withLock {
            $0.wall = $0.wall.adding(nanoseconds: nanoseconds) ?? .distantFuture
            $0.uptime += nanoseconds
        }
    }

    public func advance(seconds: Int64) { advance(seconds * 1_000_000_000) }

    /// Somebody sets the wall clock.
    public func leap(seconds: Int64) { state.withLock { $0.wall = $0.wall.adding(seconds: seconds) ?? .distantFuture } }

    /// Lets the uptime go on by itself, so that what is limited in time ends without a sleep.
    public func setTick(nanoseconds: Int64) { state.withLock { $0.tick = nanoseconds } }

    public func setSynchronised(_ value: Bool) { state.withLock { $0.isSynchronised = value } }

    public var environment: LedgerEnvironment {
        LedgerEnvironment(
            now: { self.now }, uptimeNanoseconds: { self.state.withLock { $0.nextUptime() } },
            isClockSynchronised: { self.state.withLock { $0.isSynchronised } },
            randomBytes: { count in
                self.state.withLock { state in (0..<count).map { _ in UInt8(truncatingIfNeeded: state.generator.next()) } }
            })
    }
}
