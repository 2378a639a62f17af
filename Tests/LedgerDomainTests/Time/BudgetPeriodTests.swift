import LedgerDomain
import LedgerSchema
import Testing

@Suite struct BudgetPeriodTests {
    /// Period, moment of setting, start and end of the window that holds it. The first two ends are recorded from LiteLLM.
    static let alignments: [(String, String, String, String)] = [
        ("1d", "2026-11-21T00:19:09.662Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"),
        ("7d", "2026-11-21T00:19:32.023Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"),
        ("daily", "2026-11-21T23:59:59.999Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"),
        ("1w", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
        ("weekly", "2026-11-22T23:59:59Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"),
        ("30d", "2026-11-21T00:19:09Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("1mo", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("monthly", "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ("30s", "2026-11-21T00:19:09.837Z", "2026-11-21T00:19:00Z", "2026-11-21T00:19:30Z"),
        ("5m", "2026-11-21T00:19:09.842Z", "2026-11-21T00:15:00Z", "2026-11-21T00:20:00Z"),
        ("1h", "2026-11-21T00:19:09.848Z", "2026-11-21T00:00:00Z", "2026-11-21T01:00:00Z"),
        ("hourly", "2026-11-21T23:00:00Z", "2026-11-21T23:00:00Z", "2026-11-22T00:00:00Z"),
        ("2h", "2026-11-21T01:19:09.853Z", "2026-11-21T00:00:00Z", "2026-11-21T02:00:00Z"),
        ("24h", "2026-11-21T13:00:00Z", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"),
        ("5h", "2026-11-21T21:00:00Z", "2026-11-21T20:00:00Z", "2026-11-22T01:00:00Z"),
        ("48h", "2026-11-21T13:00:00Z", "2026-11-21T00:00:00Z", "2026-11-23T00:00:00Z"),
        ("2d", "2026-11-21T13:00:00Z", "2026-11-21T00:00:00Z", "2026-11-23T00:00:00Z"),
        ("2w", "2026-11-21T13:00:00Z", "2026-11-21T00:00:00Z", "2026-12-05T00:00:00Z"),
        ("60d", "2026-11-21T13:00:00Z", "2026-11-21T00:00:00Z", "2027-01-20T00:00:00Z"),
    ]

    @Test(arguments: alignments)
    func `windows are aligned as LiteLLM aligns its resets`(text: String, set: String, start: String, end: String) throws {
        let moment = try #require(Instant(rfc3339: set))
        let budget = try BudgetPeriod(text).resolved(at: moment)
        let window = budget.window(at: moment)
        #expect(window.start.rfc3339(fraction: .seconds) == start)
        #expect(window.end.rfc3339(fraction: .seconds) == end)
        #expect(budget.text == text)
        #expect(budget.zone == "UTC")
        #expect(budget.window(at: window.end).start == window.end)
        #expect(budget.window(at: budget.anchor).start == budget.anchor)
    }

    static let refused: [(String, DurationError.Code)] = [
        ("never", .invalidFormat), ("", .invalidFormat), ("-1d", .invalidFormat), ("1d ", .invalidFormat), ("1h30m", .invalidFormat),
        ("Daily", .invalidFormat),
        ("30", .unknownUnit), ("1y", .unknownUnit), ("2mo", .outOfRange), ("0mo", .outOfRange), ("0s", .outOfRange), ("0d", .outOfRange),
        ("9223372036854775807w", .outOfRange), ("9223372036854775807h", .outOfRange),
    ]

    @Test(arguments: refused)
    func `text that is no budget period is refused with the reason`(text: String, code: DurationError.Code) {
        let error = #expect(throws: DurationError.self) { try BudgetPeriod(text) }
        #expect(error?.code == code)
    }

    @Test(arguments: ["100000d", "9223372036854775807s", "9223372036854775807d", "200000000h"])
    func `a period whose first window ends after 2262 is refused`(text: String) throws {
        let moment = try #require(Instant(rfc3339: "2026-11-21T00:19:09Z"))
        let error = #expect(throws: DurationError.self) { try BudgetPeriod(text).resolved(at: moment) }
        #expect(error?.code == .outOfRange)
    }
}
