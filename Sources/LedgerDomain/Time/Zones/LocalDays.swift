import LedgerSchema

/// A stretch of UTC that lies on one day of a zone, in quarters of an hour since 1970-01-01T00:00:00Z.
///
/// A day is one stretch nearly always: 92 or 100 quarters where summer time begins or ends, none where a zone skipped a day, and two where
/// clocks went back over midnight.
public struct LocalDayStretch: Hashable, Sendable {
    /// The local date, in days since 1970-01-01.
    public var day: Int
    public var quarters: Range<Int>

    public init(day: Int, quarters: Range<Int>) {
        self.day = day
        self.quarters = quarters
    }
}

extension TimeZoneRules {
    private static let secondsPerQuarter: Int64 = 900
    private static let secondsPerDay: Int64 = 86_400

    /// A zone that never changes its offset.
    public init(name: String, offset: Int) {
        self.name = name
        (firstOffset, transitions, recurring) = (offset, [], nil)
    }

    /// Where the days of a range lie in UTC, in order.
    ///
    /// - Parameter days: local dates in days since 1970-01-01.
    /// - Throws: `TimeZoneError` with code `offQuarters` if one begins or ends within a quarter of an hour. Since 2012 no zone's does.
    public func stretches(of days: ClosedRange<Int>) throws(TimeZoneError) -> [LocalDayStretch] {
        try pieces(of: days).map { (piece) throws(TimeZoneError) in
            LocalDayStretch(day: piece.day, quarters: try Self.quarters(piece.seconds, name))
        }
    }

    /// Where the days of a range lie in UTC, in order, each quarter on the day on which it begins: of days that ``stretches(of:)`` can tell
    /// the same.
    ///
    /// - Parameter days: local dates in days since 1970-01-01.
    package func stretchesByBeginning(of days: ClosedRange<Int>) -> [LocalDayStretch] {
        pieces(of: days).map { piece in
            LocalDayStretch(
                day: piece.day,
                quarters: Self.firstQuarter(from: piece.seconds.lowerBound)..<Self.firstQuarter(from: piece.seconds.upperBound))
        }.filter { !$0.quarters.isEmpty }
    }

    private static func firstQuarter(from second: Int64) -> Int { -Int((-second).flooredQuotient(by: secondsPerQuarter)) }

    /// The stretches of UTC in seconds, those of one day joined.
    private func pieces(of days: ClosedRange<Int>) -> [(day: Int, seconds: Range<Int64>)] {
        // No zone is more than 26 hours from UTC.
        let end = Int64(days.upperBound + 3) * Self.secondsPerDay
        var start = Int64(days.lowerBound - 2) * Self.secondsPerDay
        var pieces: [(day: Int, seconds: Range<Int64>)] = []
        while start < end {
            let offset = Int64(offset(at: start))
            let day = (start + offset).flooredQuotient(by: Self.secondsPerDay)
            let midnight = (day + 1) * Self.secondsPerDay - offset
            let next = min(midnight, nextTransition(after: start) ?? midnight)
            if days.contains(Int(day)) {
                if let last = pieces.last, last.day == Int(day), last.seconds.upperBound == start {
                    pieces[pieces.count - 1].seconds = last.seconds.lowerBound..<next
                } else {
                    pieces.append((Int(day), start..<next))
                }
            }
            start = next
        }
        return pieces
    }

    private static func quarters(_ seconds: Range<Int64>, _ name: String) throws(TimeZoneError) -> Range<Int> {
        guard seconds.lowerBound.isMultiple(of: secondsPerQuarter), seconds.upperBound.isMultiple(of: secondsPerQuarter) else {
            throw TimeZoneError(
                .offQuarters,
                "days of the time zone \(name) do not begin on a quarter of an hour there; ask for these days in another zone")
        }
        return Int(seconds.lowerBound / secondsPerQuarter)..<Int(seconds.upperBound / secondsPerQuarter)
    }
}
