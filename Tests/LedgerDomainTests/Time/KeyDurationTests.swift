import LedgerDomain
import LedgerSchema
import Testing

@Suite struct KeyDurationTests {
    static let ends: [(String, String, String)] = [
        ("30s", "2026-11-21T00:19:09.662Z", "2026-11-21T00:19:39.662Z"), ("5m", "2026-11-21T00:19:09.662Z", "2026-11-21T00:24:09.662Z"),
        ("1h", "2026-11-21T00:19:09.662Z", "2026-11-21T01:19:09.662Z"), ("2d", "2026-11-21T00:19:09.662Z", "2026-11-23T00:19:09.662Z"),
        ("30d", "2026-11-21T00:19:09.662Z", "2026-12-21T00:19:09.662Z"), ("2w", "2026-11-21T00:19:09.662Z", "2026-12-05T00:19:09.662Z"),
        ("1mo", "2026-11-21T00:19:09.662Z", "2026-12-21T00:19:09.662Z"), ("0s", "2026-11-21T00:19:09.662Z", "2026-11-21T00:19:09.662Z"),
        ("1mo", "2027-01-31T23:59:59.000Z", "2027-02-28T23:59:59.000Z"), ("1mo", "2028-01-31T23:59:59.000Z", "2028-02-29T23:59:59.000Z"),
        ("13mo", "2026-12-31T00:00:00.000Z", "2028-01-31T00:00:00.000Z"), ("007d", "2026-12-31T00:00:00.000Z", "2027-01-07T00:00:00.000Z"),
    ]

    @Test(arguments: ends)
    func `a duration ends when its unit says`(text: String, start: String, end: String) throws {
        let duration = try KeyDuration(text)
        #expect(try duration.end(from: #require(Instant(rfc3339: start))).rfc3339(fraction: .milliseconds) == end)
        #expect(duration.description == text)
    }

    static let refused: [(String, DurationError.Code)] = [
        ("", .invalidFormat), ("soon", .invalidFormat), ("-1", .invalidFormat), ("-1h", .invalidFormat), ("1h30m", .invalidFormat),
        ("1.5h", .invalidFormat),
        (" 1h", .invalidFormat), ("1h ", .invalidFormat), ("1 h", .invalidFormat), ("h", .invalidFormat), ("+1h", .invalidFormat),
        ("١h", .invalidFormat),
        ("1h\u{301}", .invalidFormat), ("30", .unknownUnit), ("5y", .unknownUnit), ("1H", .unknownUnit), ("1months", .unknownUnit),
        ("1mos", .unknownUnit),
        ("9223372036854775808s", .outOfRange), ("9223372036854775807w", .outOfRange), ("99999999999999999999999999999d", .outOfRange),
    ]

    @Test(arguments: refused)
    func `text that is no duration is refused with the reason`(text: String, code: DurationError.Code) {
        let error = #expect(throws: DurationError.self) { try KeyDuration(text) }
        #expect(error?.code == code)
    }

    @Test(arguments: ["9223372036s", "1000000d", "12300w", "2833mo", "9223372036854775807mo", "9223372036854775807s"])
    func `a duration that ends after 2262 is an error`(text: String) throws {
        let start = try #require(Instant(rfc3339: "2026-11-21T00:19:09Z"))
        let error = #expect(throws: DurationError.self) { try KeyDuration(text).end(from: start) }
        #expect(error?.code == .outOfRange)
    }
}
