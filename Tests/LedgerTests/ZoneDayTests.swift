import FoundationEssentials
import Ledger
import LedgerTestSupport
import RandomTestSupport
import Testing

/// Days of time zones, as read from the system's tzdata, against Python's zoneinfo (`tools/make-zone-days`).
@Suite struct ZoneDayTests {
    /// The table beside the tests, or the one that the environment names.
    static let lines: [String] = {
        let own = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/zone-days.txt")
        let file = ProcessInfo.processInfo.environment["KEYLEDGER_ZONE_DAYS"].map { URL(filePath: $0) } ?? own
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }()

    @Test func `every day of every zone lies where Python puts it`() throws {
        #expect(Self.lines.count >= 40)
        for line in Self.lines {
            let expected = try #require(ExpectedYear(line))
            let rules = try TimeZoneDatabase.system.rules(named: expected.zone)
            let days = expected.firstDay...expected.lastDay
            guard let found = try? rules.stretches(of: days) else {
                #expect(expected.isOffQuarters, "\(line)")
                continue
            }
            #expect(found == expected.stretches, "\(expected.zone) \(expected.year)")
        }
    }

    @Test(arguments: ["../../etc/passwd", "/etc/passwd", "Europe/../../../etc/passwd", "", "Europe/", "Europe//Berlin", ".", "Mars/Phobos"])
    func `what is no name of a zone is refused`(name: String) {
        let error = #expect(throws: TimeZoneError.self) { try TimeZoneDatabase.system.rules(named: name) }
        #expect(error?.code == .unknownZone)
    }

    @Test(arguments: ["leapseconds", "right/Europe/Berlin", "Europe"])
    func `a file that is none of rules is no zone`(name: String) {
        #expect(throws: TimeZoneError.self) { try TimeZoneDatabase.system.rules(named: name) }
    }

    @Test func `a system without tzdata says so`() {
        let database = TimeZoneDatabase(folder: "/nonexistent/zoneinfo")
        let error = #expect(throws: TimeZoneError.self) { try database.rules(named: "Europe/Berlin") }
        #expect(error?.code == .noDatabase)
        #expect(error?.message.contains("tzdata") == true)
    }

    @Test func `a cut or damaged file is refused and never trusted beyond its end`() throws {
        let whole = [UInt8](try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/America/New_York")))
        for length in 0..<whole.count {
            #expect(throws: TimeZoneError.self) { try TimeZoneRules(name: "cut", tzif: Array(whole.prefix(length))) }
        }
        var random = SplitMix64(seed: 5)
        for _ in 0..<5_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let rules = try? TimeZoneRules(name: "damaged", tzif: bytes) else { continue }
            _ = try? rules.stretches(of: 20_000...20_400)
        }
    }

    @Test func `a zone of whole minutes has days of its own`() throws {
        let rules = TimeZoneRules(name: "UTC+05:45", offset: 20_700)
        #expect(try rules.stretches(of: 0...1) == [.init(day: 0, quarters: -23..<73), .init(day: 1, quarters: 73..<169)])
        #expect(throws: TimeZoneError.self) { try TimeZoneRules(name: "UTC+00:01", offset: 60).stretches(of: 0...0) }
    }
}

/// A line of the table.
private struct ExpectedYear {
    let zone: String
    let year: Int
    let firstDay: Int
    var lastDay: Int
    var stretches: [LocalDayStretch] = []
    /// Clocks went back over midnight at one minute past it.
    let isOffQuarters: Bool

    init?(_ line: String) {
        let parts = line.split(separator: " ")
        guard parts.count > 3, let year = Int(parts[1]), let start = Int(parts[2]), let date = CivilDate(year: year, month: 1, day: 1)
        else {
            return nil
        }
        (zone, self.year) = (String(parts[0]), year)
        firstDay = date.daysSince1970
        lastDay = firstDay - 1
        isOffQuarters = line.contains("(")
        var at = start
        for run in parts.dropFirst(3) {
            let text = run.split(separator: "*")
            for _ in 0..<(text.count > 1 ? Int(text[1]) ?? 0 : 1) {
                lastDay += 1
                // `a(gap)b`: what lies between belongs to the next day.
                let lengths = text[0].split { $0 == "(" || $0 == ")" }.compactMap { Int($0) }
                var place = at
                for (index, length) in lengths.enumerated() {
                    if index.isMultiple(of: 2), length > 0 { stretches.append(.init(day: lastDay, quarters: place..<place + length)) }
                    place += length
                }
                at += lengths.first ?? 0
            }
        }
    }
}
