import FoundationEssentials
import LedgerSchema
import RandomTestSupport
import Testing

@Suite struct InstantTests {
    static let seed: UInt64 = 7

    /// Each text, the nanoseconds that it names, and how six digits and `Z` write them.
    static let readable: [(String, Int64, String)] = [
        ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000000Z"),
        ("2026-11-21T00:19:09.662000Z", 1_795_220_349_662_000_000, "2026-11-21T00:19:09.662000Z"),
        ("2026-11-21T00:19:30.212000+00:00", 1_795_220_370_212_000_000, "2026-11-21T00:19:30.212000Z"),
        ("2026-11-21t00:19:30z", 1_795_220_370_000_000_000, "2026-11-21T00:19:30.000000Z"),
        ("2026-11-21T01:49:30+01:30", 1_795_220_370_000_000_000, "2026-11-21T00:19:30.000000Z"),
        ("2026-11-20T16:19:30.1-08:00", 1_795_220_370_100_000_000, "2026-11-21T00:19:30.100000Z"),
        ("2026-11-21T00:19:30.123456789999Z", 1_795_220_370_123_456_789, "2026-11-21T00:19:30.123456Z"),
        ("2026-11-21T00:19:30-00:00", 1_795_220_370_000_000_000, "2026-11-21T00:19:30.000000Z"),
        ("1969-12-31T23:59:59.999999999Z", -1, "1969-12-31T23:59:59.999999Z"),
        ("2000-02-29T23:59:59Z", 951_868_799_000_000_000, "2000-02-29T23:59:59.000000Z"),
        ("2262-04-11T23:47:16.854775807Z", .max, "2262-04-11T23:47:16.854775Z"),
        ("2262-04-12T23:46:16.854775807+23:59", .max, "2262-04-11T23:47:16.854775Z"),
        ("1677-09-21T00:12:43.145224192Z", .min, "1677-09-21T00:12:43.145224Z"),
    ]

    @Test(arguments: readable)
    func `RFC 3339 texts are read and written`(text: String, nanoseconds: Int64, written: String) throws {
        let instant = try #require(Instant(rfc3339: text))
        #expect(instant.nanoseconds == nanoseconds)
        #expect(instant.rfc3339() == written)
        #expect(Instant(rfc3339: instant.description) == instant)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T00:19:30", "2026-11-21 00:19:30Z", "2026-11-21T00:19Z", "2026-11-21T24:00:00Z",
        "2026-11-21T00:60:00Z",
        "2026-12-31T23:59:60Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-11-21T00:19:30.Z", "2026-11-21T00:19:30,5Z", "2026-11-21T00:19:30+0100", "2026-11-21T00:19:30+01",
        "2026-11-21T00:19:30+24:00",
        "2026-11-21T00:19:30+01:60", "2026-11-21T00:19:30ZZ", " 2026-11-21T00:19:30Z", "+2026-11-21T00:19:30Z", "26-11-21T00:19:30Z",
        "2026-1-21T00:19:30Z", "２026-11-21T00:19:30Z", "2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43.145224191Z",
        "9999-12-31T00:00:00Z",
    ])
    func `anything else is refused`(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test func `every fraction and zone can be written, and digits are cut off, not rounded`() throws {
        let instant = try #require(Instant(rfc3339: "2026-11-21T00:19:09.999999999Z"))
        #expect(instant.rfc3339(fraction: .seconds) == "2026-11-21T00:19:09Z")
        #expect(instant.rfc3339(fraction: .milliseconds) == "2026-11-21T00:19:09.999Z")
        #expect(instant.rfc3339(fraction: .microseconds, zone: .offset) == "2026-11-21T00:19:09.999999+00:00")
        #expect(instant.rfc3339(fraction: .nanoseconds) == "2026-11-21T00:19:09.999999999Z")
    }

    @Test func `the calendar agrees with Foundation's`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var generator = SplitMix64(seed: Self.seed)
        for _ in 0..<5_000 {
            let instant = Instant(nanoseconds: Int64.random(in: .min ... .max, using: &generator))
            let second = Int(instant.daysSince1970) * 86_400 + Int(instant.nanosecondOfDay / 1_000_000_000)
            let theirs = calendar.dateComponents([.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(second)))
            let ours = instant.date
            let weekday = try #require(theirs.weekday)
            let agrees =
                ours.year == theirs.year && ours.month == theirs.month && ours.day == theirs.day && ours.weekday == (weekday + 5) % 7 + 1
            if !agrees { Issue.record("seed \(Self.seed): \(instant) against \(theirs)") }
            let text = Date(timeIntervalSince1970: Double(second)).formatted(.iso8601)
            if instant.rfc3339(fraction: .seconds) != text { Issue.record("seed \(Self.seed): \(instant) against \(text)") }
            if Instant(rfc3339: instant.description) != instant { Issue.record("seed \(Self.seed): \(instant) is not read back") }
            let parts = Instant(date: ours, nanosecondOfDay: instant.nanosecondOfDay)
            if parts != instant { Issue.record("seed \(Self.seed): \(instant) is not put together again") }
        }
    }

    @Test func `arithmetic stops where moments cannot be told`() throws {
        #expect(Instant.epoch.adding(nanoseconds: 5) == Instant(nanoseconds: 5))
        #expect(Instant.distantFuture.adding(nanoseconds: 1) == nil)
        #expect(Instant.distantPast.adding(nanoseconds: -1) == nil)
        #expect(Instant.epoch.adding(seconds: 9_223_372_037) == nil)
        #expect(Instant.epoch.adding(seconds: .max) == nil)
        #expect(Instant.epoch.adding(months: 293 * 12) == nil)
        #expect(Instant.epoch.adding(months: .max) == nil)
        #expect(Instant.epoch.adding(months: .min) == nil)
        let endOfMonth = try #require(Instant(rfc3339: "2027-12-31T12:30:00.5Z"))
        #expect(endOfMonth.adding(months: 2)?.rfc3339(fraction: .milliseconds) == "2028-02-29T12:30:00.500Z")
        #expect(endOfMonth.adding(months: -10)?.rfc3339(fraction: .milliseconds) == "2027-02-28T12:30:00.500Z")
        #expect(endOfMonth.adding(months: 1)?.rfc3339(fraction: .milliseconds) == "2028-01-31T12:30:00.500Z")
        #expect(endOfMonth.startOfDay.description == "2027-12-31T00:00:00.000000000Z")
        #expect(Instant(nanoseconds: -1).startOfDay.daysSince1970 == -1)
        #expect(Instant.distantPast.startOfDay == .distantPast)
        #expect(Instant(daysSince1970: .max) == nil)
    }
}
