import FoundationEssentials
import LMDB
import LedgerDomain
import LedgerSchema
import LedgerTestSupport
import RandomTestSupport
import Testing

@testable import LedgerProjections

/// Days of report zones, which stand in tables of their own, against the same days summed from quarters.
struct ReportZoneTests {
    /// Zones, and a stretch of time in which each does something odd.
    static let places: [(zone: String, from: String, to: String)] = [
        ("Asia/Kathmandu", "2026-02-25", "2026-03-03"), ("Europe/Berlin", "2026-03-26", "2026-04-01"),
        ("Europe/Berlin", "2026-10-22", "2026-10-28"), ("Australia/Lord_Howe", "2024-04-04", "2024-04-10"),
        ("Australia/Lord_Howe", "2024-10-03", "2024-10-09"), ("America/St_Johns", "2006-10-26", "2006-11-01"),
        ("America/St_Johns", "2026-03-05", "2026-03-11"), ("Pacific/Apia", "2011-12-27", "2012-01-02"),
        ("Pacific/Kiritimati", "1994-12-28", "1995-01-03"), ("Antarctica/Troll", "2024-03-28", "2024-04-03"),
        ("Africa/Monrovia", "1972-01-04", "1972-01-10"), ("America/Scoresbysund", "2024-03-28", "2024-04-03"),
    ]

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(_ zones: [TimeZoneRules]?, known: [TimeZoneRules] = [], _ access: Environment.Options.Access = .readWrite) throws
        -> ViewStore
    {
        let zones = ReportZones(wanted: zones) { name in known.first { $0.name == name } }
        return try ViewStore(
            folder.path, log: LogID(time: .epoch, random: (1, 2)), ViewStore.Options(access: access, mapSizeBytes: 1 << 28, zones: zones),
            names: ModelNames { _, _ in nil })
    }

    static func rules(_ zone: String, named name: String? = nil) throws -> TimeZoneRules {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(zone)")))
        return try TimeZoneRules(name: name ?? zone, tzif: bytes)
    }

    private func seconds(_ from: String, _ to: String) throws -> Range<Int64> {
        let first = try #require(CivilDate(from)).daysSince1970
        let last = try #require(CivilDate(to)).daysSince1970
        return Int64(first - 1) * 86_400..<Int64(last + 2) * 86_400
    }

    private func isComplete(_ rules: TimeZoneRules, _ views: ViewStore) throws -> Bool {
        try views.read { reader, transaction in try reader.tables.days(of: rules, in: &transaction) != nil }
    }

    /// Every kind of question about some days.
    private static func queries(_ history: RandomCharges, _ from: String, _ to: String, _ random: inout SplitMix64) -> [ActivityQuery] {
        ActivityQuery.Entity.allCases.flatMap { entity in
            var query = ActivityQuery(entity, from: CivilDate(from), to: CivilDate(to))
            var list = [query]
            query.byDay = false
            query.dimensions.append(.entityModels)
            list.append(query)
            query = ActivityQuery(entity)
            query.page = ActivityQuery.Page(number: Int.random(in: 1...3, using: &random), rows: Int.random(in: 1...12, using: &random))
            query.keys = .top(2)
            list.append(query)
            query = ActivityQuery(entity, from: CivilDate(from))
            query.attribution = .asOf
            query.includesUnassigned = false
            query.model = "gpt"
            list.append(query)
            query = ActivityQuery(entity)
            query.token = history.directory.credentials[history.references[0]]?.token
            query.joinsRotations = Bool.random(using: &random)
            list.append(query)
            query.token = history.unknown[0]
            query.page = ActivityQuery.Page(number: 1, rows: 2)
            list.append(query)
            return list
        }
    }

    /// What a report says, or why there is none.
    private func report(
        _ query: ActivityQuery, _ rules: TimeZoneRules, _ views: ViewStore, _ history: RandomCharges, _ segments: [SpendSegment],
        past: ActivityReporter.Past?
    ) throws -> String {
        var query = query
        query.zone = .named(rules)
        do {
            return try views.read { reader, transaction in
                let reporter = ActivityReporter(
                    query, reader.tables, segments: segments, directory: history.directory,
                    position: history.charges.last?.position ?? .none,
                    past: past)
                return Self.text(try reporter.report(in: &transaction))
            }
        } catch let error as TimeZoneError {
            return "\(error.code)"
        }
    }

    private static func text(_ report: ActivityReport) -> String {
        var text = "\(report.pageCount) \(report.position) \(report.totals)\n"
        for key in report.keys { text += "\(key)\n" }
        for entity in report.entities { text += "\(entity)\n" }
        for day in report.days {
            text += "\(day.date) \(day.metrics) \(day.keys)\n"
            for dimension in ActivityQuery.Dimension.allCases { text += "\(dimension) \(day.breakdowns[dimension] ?? [])\n" }
        }
        return text
    }

    private func expectSame(
        _ zone: String, _ from: String, _ to: String, _ views: ViewStore, _ history: RandomCharges, _ segments: [SpendSegment],
        _ random: inout SplitMix64, location: SourceLocation = #_sourceLocation
    ) throws {
        // Under another name there is no table.
        let (own, summed) = (try Self.rules(zone), try Self.rules(zone, named: "quarters"))
        for query in Self.queries(history, from, to, &random) where Int.random(in: 0..<4, using: &random) == 0 {
            let day = Int32(try #require(CivilDate(to)).daysSince1970 - 1)
            let past = Bool.random(using: &random) ? ActivityReporter.Past(day: day, segments: []) : nil
            let found = try report(query, own, views, history, segments, past: past)
            let wanted = try report(query, summed, views, history, segments, past: past)
            #expect(found == wanted, "\(zone) \(query.entity) \(query.page as Any)", sourceLocation: location)
        }
    }

    private func expectRight(_ views: ViewStore, _ rules: [TimeZoneRules], location: SourceLocation = #_sourceLocation) throws {
        let check = try ZoneCheck.run(ReportZones(wanted: rules)) { body in
            try views.read { reader, transaction in try body(reader.tables, &transaction) }
        }
        #expect(check.differenceCount == 0, "\(check.differences)", sourceLocation: location)
        #expect(try views.recomputedDigest() == views.digest, sourceLocation: location)
    }

    @Test(arguments: places)
    func `days of a report zone are those summed from quarters, with a tail and without`(zone: String, from: String, to: String) throws {
        var (history, random) = (RandomCharges(seed: 11), SplitMix64(seed: 12))
        try history.add(200, seconds: seconds(from, to))
        let rules = try Self.rules(zone)
        let segments = try stride(from: 0, to: 200, by: 100).map { try history.segment(history.charges[$0..<$0 + 100]) }
        let views = try open([rules])
        for folded in 0...segments.count {
            if folded > 0 { try views.fold([segments[folded - 1]]) }
            // Filled from what was folded before, and kept up from then on.
            if folded == 1 { try views.tendZones { true } }
            #expect(try isComplete(rules, views) == (folded > 0))
            try expectSame(zone, from, to, views, history, Array(segments.dropFirst(folded)), &random)
        }
        try expectRight(views, [rules])
        views.close()
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `whatever order folds, slices, restarts and changes of zones come in, complete tables are right`(_ seed: UInt64) throws {
        var (history, random) = (RandomCharges(seed: seed), SplitMix64(seed: seed &+ 100))
        let (zones, from, to) = (["Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"], "2011-12-27", "2012-01-02")
        try history.add(600, seconds: seconds(from, to))
        let all = try zones.map { try Self.rules($0) }
        var segments = try stride(from: 0, to: 600, by: 40).map { try history.segment(history.charges[$0..<$0 + 40]) }[...]
        var wanted = [all[0]]
        var views = try open(wanted)
        var completed = 0
        while let next = segments.first {
            switch Int.random(in: 0..<11, using: &random) {
            case 0...2:
                try views.fold([next])
                segments.removeFirst()
            case 3...8:
                var slices = Int.random(in: 1...12, using: &random)
                try views.tendZones(sliceRows: Int.random(in: 20...1_000, using: &random)) {
                    slices -= 1
                    return slices > 0
                }
            case 9:
                views.close()
                wanted = all.filter { _ in Bool.random(using: &random) }
                if Bool.random(using: &random), let index = wanted.indices.randomElement(using: &random) {
                    // Rules that have changed.
                    wanted[index] = TimeZoneRules(name: wanted[index].name, offset: 13 * 3_600)
                }
                views = try open(wanted)
            default:
                // Somebody folds who knows the zones, or who does not.
                views.close()
                views = try open(nil, known: Bool.random(using: &random) ? wanted : [])
                if Bool.random(using: &random) { try views.tendZones { true } }
                if Bool.random(using: &random) {
                    try views.fold([next])
                    segments.removeFirst()
                }
                views.close()
                views = try open(wanted)
            }
            let complete = try wanted.filter { try isComplete($0, views) }
            completed += complete.count
            #expect(try views.reportZones().filter(\.isComplete).map(\.name).sorted() == complete.map(\.name).sorted())
            try expectRight(views, wanted)
            if let zone = zones.randomElement(using: &random), Int.random(in: 0..<6, using: &random) == 0 {
                try expectSame(zone, from, to, views, history, Array(segments), &random)
            }
        }
        #expect(completed > 0, "the tables were never complete")
        try views.tendZones(sliceRows: 37) { true }
        try expectRight(views, wanted)
        for rules in wanted { #expect(try isComplete(rules, views)) }
        for zone in zones { try expectSame(zone, from, to, views, history, [], &random) }
        views.close()
        let none = try open([])
        try none.tendZones { true }
        let rows = try none.read { reader, transaction in
            try RollupKind.allCases.reduce(0) { try $0 + transaction.count(#require(reader.tables.zones)[$1]) }
        }
        #expect(rows == 0, "rows of zones that have gone are deleted")
        #expect(try none.reportZones().isEmpty)
        none.close()
    }

    @Test func `tables are used only with the rules that made them, and no longer than they are kept up`() throws {
        var history = RandomCharges(seed: 21)
        try history.add(200, seconds: seconds("2026-02-25", "2026-03-03"))
        let segments = try [history.segment(history.charges.prefix(100)), history.segment(history.charges.dropFirst(100))]
        let rules = try Self.rules("Asia/Kathmandu")
        var views = try open([rules])
        #expect(try !isComplete(rules, views), "nobody has filled them")
        try views.fold([segments[0]])
        try views.tendZones { true }
        #expect(try isComplete(rules, views))
        #expect(try !isComplete(TimeZoneRules(name: rules.name, offset: 19_800), views))
        views.close()
        // Another process reads beside it.
        let reader = try open(nil, .readOnly)
        #expect(try isComplete(rules, reader))
        reader.close()
        views = try open(nil)
        try views.tendZones { true }
        #expect(try isComplete(rules, views), "nothing was folded without it")
        try expectRight(views, [rules])
        try views.fold([segments[1]])
        #expect(try !isComplete(rules, views))
        views.close()
        views = try open([rules])
        #expect(try !isComplete(rules, views))
        try views.tendZones { true }
        #expect(try isComplete(rules, views))
        try expectRight(views, [rules])
        views.close()
    }

    @Test func `a folder that was made without tables of zones opens for reading, and gets them from its writer`() throws {
        let old = try open(nil)
        let path = try old.currentEnvironment().folder
        old.close()
        let environment = try Environment.open(path, tables: ViewTables.names + ["left"])
        environment.close()
        try FileManager.default.removeItem(atPath: path)
        // As an earlier version made it.
        let made = try Environment.open(path, tables: ViewTables.names)
        try made.write { (transaction: inout WriteTransaction) throws in
            try ViewState.write(LogID(time: .epoch, random: (1, 2)), ViewTables(made), in: &transaction)
            try ViewState.empty.write(ViewTables(made), in: &transaction)
        }
        made.close()
        let rules = try Self.rules("Asia/Kathmandu")
        let reader = try open(nil, .readOnly)
        #expect(try !isComplete(rules, reader) && reader.reportZones().isEmpty)
        reader.close()
        let writer = try open([rules])
        try writer.tendZones { true }
        #expect(try isComplete(rules, writer))
        writer.close()
    }

    @Test func `each damaged row of a zone's days is found and named`() throws {
        var (history, random) = (RandomCharges(seed: 31), SplitMix64(seed: 32))
        try history.add(300, seconds: seconds("2011-12-27", "2012-01-02"))
        let rules = try Self.rules("Pacific/Apia")
        let views = try open([rules])
        try views.fold([history.segment(history.charges)])
        try views.tendZones { true }
        let environment = try views.currentEnvironment()
        let tables = try #require(ViewTables(environment).zones)
        func check() throws -> ZoneCheck {
            try ZoneCheck.run(ReportZones(wanted: [rules])) { body in
                try views.read { reader, transaction in try body(reader.tables, &transaction) }
            }
        }
        for kind in RollupKind.allCases {
            var rows: [(key: [UInt8], value: [UInt8])] = []
            try environment.read { (transaction: inout ReadTransaction) throws in
                try transaction.scan(tables[kind]) { key, value in
                    rows.append(([UInt8](copying: key), [UInt8](copying: value)))
                    return .continue
                }
            }
            for damage in 0..<3 {
                let row = try #require(damage == 0 ? rows.last : rows.randomElement(using: &random))
                let moved = row.key.dropLast() + [row.key[row.key.count - 1] ^ 1]
                try environment.tamper { transaction in
                    switch damage {
                    case 0: try transaction.delete(tables[kind], row.key)
                    case 1: try transaction.put(tables[kind], row.key, Array(row.value.dropLast()))
                    default: try transaction.put(tables[kind], Array(moved), row.value)
                    }
                }
                let found = try check()
                #expect(
                    found.differenceCount == 1 && found.differences.first?.table == kind.zoneDays, "\(kind) \(damage): \(found.differences)"
                )
                #expect(found.differences.first?.row.hasPrefix("Pacific/Apia, ") == true)
                try environment.tamper { transaction in
                    if damage == 2 { try transaction.delete(tables[kind], Array(moved)) }
                    try transaction.put(tables[kind], row.key, row.value)
                }
            }
        }
        #expect(try check().differenceCount == 0)
        views.close()
    }

    @Test func `days that do not fit a row are summed from quarters, and the fold goes on`() throws {
        let rules = TimeZoneRules(name: "Test/Half", offset: 12 * 3_600)
        let views = try open([rules])
        try views.tendZones { true }
        for number in 0..<2 as Range<Int64> {
            // On two days of UTC, on one of the zone.
            var charge = Charge(
                credential: .unknown(Token(secret: "x")), revision: 0,
                occurredAt: Instant(nanoseconds: (80_000 + number * 10_000) * 1_000_000_000),
                amount: 1)
            charge.tokens.prompt = .max / 4 * 3
            var builder = SpendSegmentBuilder(after: Position(UInt64(number)))
            try builder.add(
                position: Position(UInt64(number) + 1), recordedAt: Instant(nanoseconds: 100_000_000_000_000), charge: charge, keyID: nil)
            try views.fold([builder.sealed()])
            #expect(try isComplete(rules, views) == (number == 0))
        }
        #expect(views.position == Position(2) && views.zoneCount == 0)
        views.close()
        let again = try open([rules])
        try again.tendZones { true }
        #expect(try !isComplete(rules, again) && again.reportZones().isEmpty)
        again.close()
    }
}
