import CClock
import Glibc
import LedgerSchema

extension LedgerEnvironment {
    /// The system's clocks and generator.
    public static let system = LedgerEnvironment(
        now: { Instant(nanoseconds: clock(CLOCK_REALTIME)) },
        uptimeNanoseconds: { clock(CLOCK_BOOTTIME) },
        isClockSynchronised: { keyledger_clock_is_synchronised() != 0 },
        randomBytes: { count in
            unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while filled < count {
                    let part = min(256, count - filled)
                    guard unsafe getentropy(buffer.baseAddress?.advanced(by: filled), part) == 0 else {
                        fatalError("the system gives no randomness: errno \(errno)")
                    }
                    filled += part
                }
            }
        })

    private static func clock(_ id: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(id, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
