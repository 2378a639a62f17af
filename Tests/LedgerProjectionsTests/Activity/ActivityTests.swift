import FoundationEssentials
import LedgerDomain
import LedgerSchema
import LedgerTestSupport
import Testing

@testable import LedgerProjections

/// Reports against a second reckoning, charge by charge.
@Suite struct ActivityTests {
    private let folder: TemporaryFolder
    private let views: ViewStore

    init() throws {
        folder = try TemporaryFolder()
        views = try ViewStore(
            folder.path, log: LogID(time: .epoch, random: (1, 2)), ViewStore.Options(mapSizeBytes: 1 << 28),
            names: ModelNames { _, _ in nil })
    }

    /// Zones, and a stretch of time in which each does something odd.
    static let zones: [(String, from: String, to: String)] = [
        ("UTC", "2026-02-25", "2026-03-03"), ("Asia/Kathmandu", "2026-02-25", "2026-03-03"),
        ("Europe/Berlin", "2026-03-26", "2026-04-01"), ("Europe/Berlin", "2026-10-22", "2026-10-28"),
        ("America/New_York", "2026-03-05", "2026-03-11"), ("Australia/Lord_Howe", "2024-04-04", "2024-04-10"),
        ("Antarctica/Troll", "2024-03-28", "2024-04-03"), ("Pacific/Apia", "2011-12-27", "2012-01-02"),
        ("Pacific/Kiritimati", "1994-12-28", "1995-01-03"), ("Pacific/Chatham", "2024-04-04", "2024-04-10"),
    ]

    private func zone(_ name: String) throws -> ActivityZone {
        if name == "UTC" { return .utc }
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)")))
        return .named(try TimeZoneRules(name: name, tzif: bytes))
    }

    private func seconds(_ from: String, _ to: String) throws -> Range<Int64> {
        let first = try #require(CivilDate(from)).daysSince1970
        let last = try #require(CivilDate(to)).daysSince1970
        return Int64(first - 1) * 86_400..<Int64(last + 2) * 86_400
    }

    private func report(_ query: ActivityQuery, _ history: RandomCharges, _ segments: [SpendSegment]) throws -> ActivityReport {
        let position = history.charges.last?.position ?? .none
        return try views.read { reader, transaction in
            let reporter = ActivityReporter(query, reader.tables, segments: segments, directory: history.directory, position: position)
            return try reporter.report(in: &transaction)
        }
    }

    private func expectSame(
        _ query: ActivityQuery, _ history: RandomCharges, _ segments: [SpendSegment], location: SourceLocation = #_sourceLocation
    ) throws {
        let report = try report(query, history, segments)
        let wanted = try NaiveActivity(history.charges, query, history.directory)
        let found = NaiveActivity(report, query)
        #expect(found.days.keys.sorted() == wanted.days.keys.sorted(), sourceLocation: location)
        for (date, day) in wanted.days { #expect(found.days[date] == day, "\(date)", sourceLocation: location) }
        #expect(found.totals == wanted.totals, sourceLocation: location)
        #expect(found.labels == wanted.labels, sourceLocation: location)
        #expect(found.entities == wanted.entities, sourceLocation: location)
        #expect(report.days.map(\.date) == report.days.map(\.date).sorted(by: >), sourceLocation: location)
    }

    @Test(arguments: zones)
    func `every day of every zone has every charge that occurred on it`(name: String, from: String, to: String) throws {
        var history = RandomCharges(seed: 1)
        try history.add(300, seconds: seconds(from, to))
        let segments = try [history.segment(history.charges.prefix(120)), history.segment(history.charges.dropFirst(120))]
        // In the tail, half in the views, all in the views.
        for folded in 0...2 {
            if folded > 0 { try views.fold([segments[folded - 1]]) }
            let tail = Array(segments.dropFirst(folded))
            for entity in ActivityQuery.Entity.allCases {
                var query = ActivityQuery(entity, from: CivilDate(from), to: CivilDate(to))
                query.zone = try zone(name)
                try expectSame(query, history, tail)
                query.byDay = false
                query.dimensions.append(.entityModels)
                try expectSame(query, history, tail)
                query = ActivityQuery(entity)
                query.zone = try zone(name)
                try expectSame(query, history, tail)
                query.includesUnassigned = false
                try expectSame(query, history, tail)
            }
        }
    }
}
