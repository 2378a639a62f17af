import LedgerSchema
import Testing

@Suite struct CivilDateTests {
    @Test func `days follow each other without gap from year 0 to 9999`() throws {
        let first = try #require(CivilDate(year: 0, month: 1, day: 1))
        let last = try #require(CivilDate(year: 9999, month: 12, day: 31))
        #expect(first.daysSince1970 == -719_528)
        #expect(last.daysSince1970 == 2_932_896)
        var expected = first
        for days in first.daysSince1970...last.daysSince1970 {
            let date = CivilDate(daysSince1970: days)
            if date != expected || date.daysSince1970 != days { Issue.record("\(days) gives \(date), not \(expected)") }
            expected = try followingDay(of: date) ?? date
        }
        #expect(expected == last)
    }

    private func followingDay(of date: CivilDate) throws -> CivilDate? {
        if let next = CivilDate(year: date.year, month: date.month, day: date.day + 1) { return next }
        return CivilDate(year: date.year, month: date.month + 1, day: 1) ?? CivilDate(year: date.year + 1, month: 1, day: 1)
    }

    @Test(arguments: [("2026-11-21", 6), ("2026-11-23", 1), ("1970-01-01", 4), ("1969-12-28", 7), ("2000-02-29", 2)])
    func `days are read, written and have a weekday`(text: String, weekday: Int) throws {
        let date = try #require(CivilDate(text))
        #expect(date.description == text)
        #expect(date.weekday == weekday)
    }

    @Test(arguments: ["", "2026-11-31", "2026-2-01", "2026-11-21T00:00:00Z", "20261121", "1900-02-29", "-001-01-01", "10000-01-01"])
    func `anything else is no day`(text: String) {
        #expect(CivilDate(text) == nil)
    }

    @Test func `days are ordered`() throws {
        let dates = try ["2025-12-31", "2026-01-01", "2026-01-02", "2026-02-01"].map { try #require(CivilDate($0)) }
        #expect(dates.shuffled().sorted() == dates)
    }
}
