extension Instant {
    /// How many digits of a second are written. What is finer is cut off, not rounded: a written moment is never in the future.
    public enum Fraction: Int, Sendable {
        /// No point and no digits.
        case seconds = 0
        /// Three digits.
        case milliseconds = 3
        /// Six digits.
        case microseconds = 6
        /// Nine digits.
        case nanoseconds = 9
    }

    /// How UTC is written.
    public enum ZoneText: String, Sendable {
        /// `Z`.
        case z = "Z"
        /// `+00:00`.
        case offset = "+00:00"
    }

    /// The moment as RFC 3339 writes it, for example `2026-11-21T00:19:09.662000Z`.
    public func rfc3339(fraction: Fraction = .microseconds, zone: ZoneText = .z) -> String {
        var writer = TimestampWriter()
        let nanosecond = nanosecondOfDay
        let second = Int(nanosecond / Self.nanosecondsPerSecond)
        writer.date(date)
        writer.byte("T")
        writer.number(second / 3_600, digits: 2)
        writer.byte(":")
        writer.number(second / 60 % 60, digits: 2)
        writer.byte(":")
        writer.number(second % 60, digits: 2)
        if fraction != .seconds {
            writer.byte(".")
            writer.leadingDigits(fraction.rawValue, ofNine: Int(nanosecond % Self.nanosecondsPerSecond))
        }
        return writer.text + zone.rawValue
    }

    /// The moment that an RFC 3339 text names; nil for any other text and for moments that cannot be told.
    ///
    /// `T` and `Z` may be lower case, any offset up to ±23:59 is taken, digits finer than a nanosecond are cut off. A leap second (`:60`),
    /// hour 24, a missing zone and a space in place of the `T` are refused.
    public init?(rfc3339 text: some StringProtocol) {
        self.init(reading: TimestampReader(text.utf8))
    }

    /// As `init(rfc3339:)` of the text that these bytes are.
    public init?(rfc3339 bytes: ArraySlice<UInt8>) {
        self.init(reading: TimestampReader(bytes))
    }

    private init?<Bytes>(reading reader: TimestampReader<Bytes>) {
        var reader = reader
        guard let date = reader.date(), reader.take("T") || reader.take("t"), let second = reader.secondOfDay(),
            let nanosecond = reader.fraction(), let offset = reader.zoneOffsetSeconds(), reader.isAtEnd
        else { return nil }
        self.init(date: date, nanosecondOfDay: Int64(second - offset) * Self.nanosecondsPerSecond + Int64(nanosecond))
    }
}
