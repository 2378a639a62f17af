import LedgerDomain
import LedgerSchema
import RandomTestSupport
import Testing

@Suite struct BudgetWindowTests {
    static let seed: UInt64 = 2262

    static let periods = [
        "1s", "30s", "7m", "1h", "5h", "36h", "1d", "7d", "3d", "2w", "30d", "1mo", "45d", "daily", "weekly", "monthly", "hourly",
    ]

    private func randomInstant(_ generator: inout SplitMix64) -> Instant {
        let spread = Int64.random(in: -4_000_000_000...4_000_000_000, using: &generator) * Instant.nanosecondsPerSecond
        return Instant(nanoseconds: spread + Int64.random(in: 0..<Instant.nanosecondsPerSecond, using: &generator))
    }

    /// What is wrong with the windows around `instant`; nil if nothing is.
    private func fault(_ budget: BudgetWindow, around instant: Instant) -> String? {
        let window = budget.window(at: instant)
        guard window.start <= instant, instant < window.end else { return "does not hold the moment" }
        guard budget.window(at: window.start) == window else { return "differs at its own start" }
        guard let last = window.end.adding(nanoseconds: -1), budget.window(at: last) == window else { return "differs at its last moment" }
        guard budget.window(at: window.end).start == window.end else { return "is not followed by the next" }
        guard let before = window.start.adding(nanoseconds: -1), budget.window(at: before).end == window.start else {
            return "does not follow the one before"
        }
        return nil
    }

    @Test(arguments: periods)
    func `windows cover all time without gaps`(text: String) throws {
        var generator = SplitMix64(seed: Self.seed)
        for _ in 0..<300 {
            let budget = try BudgetPeriod(text).resolved(at: randomInstant(&generator))
            let instant = randomInstant(&generator)
            if let fault = fault(budget, around: instant) { Issue.record("seed \(Self.seed): window of \(text) at \(instant) \(fault)") }
        }
    }

    @Test(arguments: [1, 2, 5, 12, 7200] as [Int64])
    func `month windows from any anchor cover all time without gaps`(count: Int64) throws {
        var generator = SplitMix64(seed: Self.seed)
        for _ in 0..<500 {
            let anchor = randomInstant(&generator)
            let budget = try #require(BudgetWindow(text: "x", anchor: anchor, unit: .months, count: count))
            let instant = count < 100 ? randomInstant(&generator) : anchor
            let window = budget.window(at: instant)
            #expect(window.start <= instant && instant < window.end)
            guard count < 100 else { continue }
            if let fault = fault(budget, around: instant) { Issue.record("seed \(Self.seed): \(count) months at \(instant) \(fault)") }
        }
    }

    @Test func `a month that is too short ends its window on its last day`() throws {
        let anchor = try #require(Instant(rfc3339: "2027-01-31T10:00:00Z"))
        let budget = try #require(BudgetWindow(text: "1mo", anchor: anchor, unit: .months, count: 1))
        let starts = try ["2027-02-28T09:59:59Z", "2027-02-28T10:00:00Z", "2027-03-31T09:59:59Z", "2027-03-31T10:00:00Z"].map {
            try budget.window(at: #require(Instant(rfc3339: $0))).start.rfc3339(fraction: .seconds)
        }
        #expect(starts == ["2027-01-31T10:00:00Z", "2027-02-28T10:00:00Z", "2027-02-28T10:00:00Z", "2027-03-31T10:00:00Z"])
    }

    @Test(arguments: periods)
    func `later moments never have earlier windows`(text: String) throws {
        var generator = SplitMix64(seed: Self.seed)
        let budget = try BudgetPeriod(text).resolved(at: randomInstant(&generator))
        let starts = (0..<200).map { _ in randomInstant(&generator) }.sorted().map { budget.window(at: $0).start }
        #expect(starts == starts.sorted())
    }

    @Test(arguments: periods)
    func `windows at the ends of time are cut off there`(text: String) throws {
        let budget = try BudgetPeriod(text).resolved(at: .epoch)
        let first = budget.window(at: .distantPast)
        #expect(first.start == .distantPast)
        #expect(first.end > .distantPast)
        let last = budget.window(at: .distantFuture)
        #expect(last.start <= .distantFuture)
        #expect(last.end == .distantFuture)
    }

    @Test func `stored parts that make no sense give no window`() {
        #expect(BudgetWindow(text: "1d", anchor: .epoch, unit: .days, count: 0) == nil)
        #expect(BudgetWindow(text: "1d", anchor: .epoch, unit: .days, count: -1) == nil)
        #expect(BudgetWindow(text: "1d", anchor: .epoch, unit: .months, count: .max) == nil)
        #expect(BudgetWindow(text: "1d", zone: "Europe/Berlin", anchor: .epoch, unit: .days, count: 1) == nil)
    }
}
