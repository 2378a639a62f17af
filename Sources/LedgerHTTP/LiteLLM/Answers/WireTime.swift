import Ledger

/// How an answer writes moments.
struct WireTime: Sendable {
    var zone: Instant.ZoneText

    /// Response models write `Z`, rows `+00:00`.
    static let model = WireTime(zone: .z)
    static let row = WireTime(zone: .offset)

    /// To the millisecond, in six digits, or none where they are all zero, as Python writes a row's timestamp.
    func milliseconds(_ instant: Instant) -> String {
        let cut = instant.nanoseconds - instant.nanoseconds.flooredRemainder(by: 1_000_000)
        return microseconds(Instant(nanoseconds: cut))
    }

    /// To the microsecond, without digits where they are all zero.
    func microseconds(_ instant: Instant) -> String {
        let isWhole = instant.nanosecondOfDay % Instant.nanosecondsPerSecond < 1_000
        return instant.rfc3339(fraction: isWhole ? .seconds : .microseconds, zone: zone)
    }
}

extension Int64 {
    fileprivate func flooredRemainder(by divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
