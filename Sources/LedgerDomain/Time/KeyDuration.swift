public import LedgerSchema

/// How long a key or a grace lasts: `30s`, `5m`, `1h`, `2d`, `1w`, `1mo`, with any number before the unit.
///
/// Seconds to weeks have fixed lengths. A month ends on the same day of the next month at the same time of day, or on that month's last
/// day if it is shorter. `0s` ends at once. Unlike LiteLLM, text behind the unit is an error and not passed over.
public struct KeyDuration: Hashable, Sendable {
    private let parts: DurationText
    private let text: String

    /// The duration that a text names.
    /// - Throws: `DurationError`: `invalidFormat` (`soon`, `-1`, `1h30m`), `unknownUnit` (`30`, `5y`), `outOfRange`.
    public init(_ text: some StringProtocol) throws(DurationError) {
        parts = try DurationText(text)
        _ = try parts.seconds()
        self.text = String(text)
    }

    /// The moment at which a duration that begins at `start` is over.
    /// - Throws: `DurationError` with code `outOfRange` if that lies beyond 2262.
    public func end(from start: Instant) throws(DurationError) -> Instant {
        let end: Instant? =
            if let seconds = try parts.seconds() { start.adding(seconds: seconds) } else { start.adding(months: Int(parts.count)) }
        guard let end, end < .distantFuture else { throw DurationError(.outOfRange) }
        return end
    }
}

extension KeyDuration: CustomStringConvertible {
    /// The text that it was made from.
    public var description: String { text }
}
