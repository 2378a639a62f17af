public import LedgerSchema

/// Watches the wall clock (invariant 2): recorded time never goes back, and a leap stops writes until an operator accepts it.
///
/// A pure state machine: readings come in, the verdict goes out.
public struct ClockGuard: Sendable {
    public static let toleranceNanoseconds: Int64 = 10 * 60 * 1_000_000_000
    public static let aheadToleranceNanoseconds: Int64 = 24 * 3_600 * 1_000_000_000

    /// Steps that are no leap are forgiven at this rate: of a second each 1,000 seconds. Both clocks follow NTP's slewing alike, so that
    /// only steps ever show; small ones that follow each other are a leap once they come to more than the tolerance.
    static let forgivenPart: Int128 = 1_000

    private struct Reading {
        var uptime: Int64
        /// Wall clock minus uptime.
        var difference: Int128

        init(_ wallClock: Instant, _ uptime: Int64) {
            self.uptime = uptime
            difference = Int128(wallClock.nanoseconds) - Int128(uptime)
        }
    }

    /// The clocks as they were last believed.
    private var believed: Reading?
    /// Why nothing is written.
    public private(set) var leap: String?

    public init() {}

    /// Looks at the clocks when the ledger is opened.
    public mutating func start(wallClock: Instant, uptime: Int64, head: Instant, isSynchronised: Bool) {
        believed = Reading(wallClock, uptime)
        guard head > .distantPast else { return }
        let difference = Int128(wallClock.nanoseconds) - Int128(head.nanoseconds)
        if difference < -Int128(Self.toleranceNanoseconds) {
            leap = "the clock says \(wallClock), more than 10 minutes before the last event (\(head))"
        } else if difference > Int128(Self.aheadToleranceNanoseconds), !isSynchronised {
            leap =
                "the clock says \(wallClock), more than 24 hours after the last event (\(head)), and the system's clock is not synchronised"
        }
    }

    /// Looks at the clocks before a batch is recorded.
    public mutating func check(wallClock: Instant, uptime: Int64) {
        guard leap == nil, let before = believed else { return }
        var now = Reading(wallClock, uptime)
        let drift = now.difference - before.difference
        if drift.magnitude > Self.toleranceNanoseconds.magnitude {
            leap = "the clock was moved by \(drift / 1_000_000_000) seconds and says \(wallClock)"
            return
        }
        let forgiven = max(0, Int128(uptime) - Int128(before.uptime)) / Self.forgivenPart
        // What is too little to forgive gathers until it is more.
        guard forgiven > 0 else { return }
        now.difference = before.difference + min(max(drift, -forgiven), forgiven)
        believed = now
    }

    /// An operator believes the wall clock.
    public mutating func accept(wallClock: Instant, uptime: Int64) {
        leap = nil
        believed = Reading(wallClock, uptime)
    }

    /// What the operator reads.
    public var error: LedgerError? {
        leap.map {
            LedgerError(
                .clockLeap,
                "Nothing is written: \($0). Set the clock right, or accept it with `keyledger serve --accept-clock` or POST /v1/clock/accept.",
                retryAfterSeconds: 60)
        }
    }
}
