import FoundationEssentials
import LMDB
import Ledger
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// Report zones of a ledger that is opened, killed, rebuilt, compared and checked.
struct ReportZoneTests {
    private static let zone = "Asia/Kathmandu"
    private let secret = "sk-secret-of-a-key"

    private func options(_ zones: [String]?, _ database: TimeZoneDatabase = .system) -> Ledger.Options {
        var options = TestLedger.options
        (options.reportZones, options.timeZones) = (zones, database)
        options.foldIntervalNanoseconds = 1_000_000
        return options
    }

    private func record(_ test: TestLedger, _ ids: Range<Int>) async throws {
        let now = test.clock.environment.now()
        try await test.record(
            ids.map { number in
                var charge = NewCharge.charge("r\(number)", secret, Int64(number), at: now.adding(seconds: -Int64(number) * 7_000))
                charge.tags = ["tag \(number % 3)"]
                charge.endUser = "customer \(number % 2)"
                charge.teamID = number % 5 == 0 ? "another team" : nil
                return charge
            })
    }

    private func isFolded(_ ledger: Ledger) async throws {
        while try ledger.statistics().viewsPosition != ledger.head.position { await Task.yield() }
    }

    private func isFilled(_ ledger: Ledger, _ count: Int = 1) async throws {
        while try ledger.reportZones().count(where: \.isComplete) != count {
            try #require(ledger.reportZoneFailure == nil)
            await Task.yield()
        }
    }

    private func report(_ ledger: Ledger, _ entity: ActivityQuery.Entity, _ rules: TimeZoneRules) throws -> [ActivityReport.Day] {
        var query = ActivityQuery(entity)
        query.zone = .named(rules)
        return try ledger.activity(query).days
    }

    /// Under a name that no table has, days are summed from quarters.
    private func expectSame(_ ledger: Ledger, _ database: TimeZoneDatabase = .system, location: SourceLocation = #_sourceLocation) throws {
        let summed = try TimeZoneRules(
            name: "summed", tzif: [UInt8](Data(contentsOf: URL(filePath: "\(database.folder)/\(Self.zone)"))))
        for entity in ActivityQuery.Entity.allCases {
            let days = try report(ledger, entity, database.rules(named: Self.zone))
            #expect(try days == report(ledger, entity, summed), sourceLocation: location)
        }
    }

    private func filled(_ zones: [String]? = [zone]) async throws -> TestLedger {
        let test = try TestLedger(seed: 5, options(zones))
        _ = try await test.create(secret, .alias("ci"))
        try await record(test, 0..<60)
        return test
    }

    @Test func `a zone is filled beside the ledger's work, survives a kill, and goes when it is no longer named`() async throws {
        let test = try await filled(nil)
        try await isFolded(test.ledger)
        test.ledger.close(folding: false)
        let zoned = try TestLedger(reopening: test, options([Self.zone, "UTC", Self.zone, "Etc/UTC", "Australia/Lord_Howe"]))
        try await record(zoned, 60..<90)
        try await isFilled(zoned.ledger, 2)
        #expect(try zoned.ledger.reportZones().map(\.name) == [Self.zone, "Australia/Lord_Howe"])
        try expectSame(zoned.ledger)
        try await isFolded(zoned.ledger)
        try await record(zoned, 90..<120)
        zoned.ledger.close(folding: false)
        let again = try TestLedger(reopening: zoned, options([Self.zone]))
        #expect(try again.ledger.reportZones() == [ReportZoneState(name: Self.zone, isComplete: true)], "what was folded is kept")
        try expectSame(again.ledger)
        #expect(try await again.ledger.reconcile().isClean)
        again.ledger.close()
        // A command folds what another process has recorded, and knows the zone from the folder.
        let command = try TestLedger(reopening: again, options(nil))
        try await record(command, 120..<130)
        try await isFolded(command.ledger)
        try await isFilled(command.ledger)
        try expectSame(command.ledger)
        command.ledger.close()
        let none = try TestLedger(reopening: command, options([]))
        #expect(try none.ledger.reportZones().isEmpty)
        try expectSame(none.ledger)
        #expect(try await none.ledger.reconcile().isClean)
    }

    @Test func `a reader in another process uses the days of a zone, with what it reads of the log`() async throws {
        let test = try await filled()
        try await isFilled(test.ledger)
        try await isFolded(test.ledger)
        test.ledger.close()
        try tamperWithZoneDays(test.path) { $0 &+= 1 }
        var reading = options(nil)
        reading.access = .readOnly
        let reader = try Ledger.open(test.path, reading, environment: test.clock.environment)
        defer { reader.close() }
        #expect(try reader.reportZones() == [ReportZoneState(name: Self.zone, isComplete: true)])
        let rules = try TimeZoneDatabase.system.rules(named: Self.zone)
        let summed = try report(reader, .user, TimeZoneRules(name: "+05:45", offset: 20_700))
        #expect(try report(reader, .user, rules) != summed, "the damaged row shows that the table is read")
    }

    @Test func `a damaged row of a zone is named by reconcile and by a check, and a rebuild mends it`() async throws {
        let test = try await filled()
        try await isFilled(test.ledger)
        try await isFolded(test.ledger)
        test.ledger.close()
        #expect(try Ledger.check(test.path).failure == nil)
        try tamperWithZoneDays(test.path) { $0 ^= 4 }
        let checked = try #require(try Ledger.check(test.path).views)
        #expect(checked.failure?.contains("report zones") == true && checked.differences.map(\.table) == ["zoneDays"])
        #expect(checked.differences.first?.row.hasPrefix("Asia/Kathmandu, ") == true)
        let again = try TestLedger(reopening: test, options([Self.zone]))
        let report = try await again.ledger.reconcile()
        #expect(!report.isClean && report.differenceCount == 1 && report.differences == checked.differences)
        #expect(try await again.ledger.rebuildViews().isSwapped)
        #expect(try again.ledger.reportZones() == [ReportZoneState(name: Self.zone, isComplete: true)], "nothing is slow after a rebuild")
        try await record(again, 60..<80)
        try await isFolded(again.ledger)
        try expectSame(again.ledger)
        #expect(try await again.ledger.reconcile().isClean)
        again.ledger.close()
        #expect(try Ledger.check(test.path).failure == nil)
        // The same of a stopped ledger.
        try tamperWithZoneDays(test.path, generation: 2) { $0 ^= 4 }
        #expect(try Ledger.rebuildViews(test.path).isSwapped)
        #expect(try Ledger.check(test.path).failure == nil)
    }

    @Test func `other rules of tzdata make the days anew, and answers are those of the new rules at once`() async throws {
        let test = try await filled()
        try await isFilled(test.ledger)
        test.ledger.close()
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/Asia", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "/usr/share/zoneinfo/Asia/Tokyo", toPath: "\(folder.path)/\(Self.zone)")
        let changed = TimeZoneDatabase(folder: folder.path)
        // Without a restart, a request reads the new rules and finds no table of theirs.
        let old = try TestLedger(reopening: test, options([Self.zone]))
        try expectSame(old.ledger, changed)
        old.ledger.close()
        let new = try TestLedger(reopening: old, options([Self.zone], changed))
        try expectSame(new.ledger, changed)
        try await isFilled(new.ledger)
        try expectSame(new.ledger, changed)
        #expect(try await new.ledger.reconcile().isClean)
    }

    @Test func `zones that cannot be are refused before anything is opened`() throws {
        let test = try TestLedger(seed: 6, options([]))
        test.ledger.close()
        for (zones, database) in [
            (["Mars/Base"], TimeZoneDatabase.system), (["Europe/Berlin"], TimeZoneDatabase(folder: "/nowhere/zoneinfo")),
            ((1...12).flatMap { ["Etc/GMT-\($0)", "Etc/GMT+\($0)"] }, .system),
        ] {
            #expect { try Ledger.open(test.path, options(zones, database)) } throws: {
                ($0 as? LedgerError)?.code == .invalidCommand && "\($0)".contains("Report zones")
            }
        }
        let again = try TestLedger(reopening: test, options(["UTC"], TimeZoneDatabase(folder: "/nowhere/zoneinfo")))
        #expect(try again.ledger.reportZones().isEmpty)
    }

    /// Changes the spend of the first row of a zone's days.
    private func tamperWithZoneDays(_ folder: String, generation: Int = 1, _ change: (inout UInt8) -> Void) throws {
        let environment = try Environment.open("\(folder)/views.\(generation)", tables: ["zoneDays"])
        defer { environment.close() }
        try environment.tamper { transaction in
            var row = try #require(try transaction.first(environment.table("zoneDays")))
            change(&row.value[15])
            try transaction.put(environment.table("zoneDays"), row.key, row.value)
        }
    }
}
