import FoundationEssentials
import Logging
import RandomTestSupport
import Synchronization
import Testing

@testable import LedgerTelemetry

/// Keeps the lines that a handler writes.
final class LineCollector: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var sink: LogSink { { line in self.lines.withLock { $0.append(line) } } }
}

struct LogHandlerTests {
    private struct Line: Decodable {
        let time: String
        let level: String
        let message: String
        let source: String
        let label: String
        let metadata: [String: String]?
    }

    private let collector = LineCollector()
    private let time: @Sendable () -> Int64 = { 1_795_243_323_123_456 }

    private func jsonLogger(_ level: Logger.Level = .trace) -> Logger {
        Logger(label: "test") { JSONLogHandler(label: $0, level: level, sink: collector.sink, now: time) }
    }

    private func consoleLogger(color: Bool = false) -> Logger {
        Logger(label: "test") { _ in ConsoleLogHandler(level: .trace, usesColor: color, sink: collector.sink, now: time) }
    }

    @Test func `a JSON line has its fields in one order`() {
        var logger = jsonLogger()
        logger[metadataKey: "request_id"] = "r1"
        logger.notice("started", metadata: ["port": "4100", "nested": ["list": [.string("a"), .stringConvertible(2)]]], source: "server")
        #expect(
            collector.all == [
                #"{"time":"2026-11-21T06:42:03.123456Z","level":"notice","message":"started","source":"server","label":"test","#
                    + #""metadata":{"nested":{"list":["a","2"]},"port":"4100","request_id":"r1"}}"# + "\n"
            ])
    }

    @Test func `metadata of the event wins over the logger's and that over the provider's`() throws {
        var handler = JSONLogHandler(label: "test", sink: collector.sink, now: time)
        handler.metadataProvider = Logger.MetadataProvider { ["a": "provider", "b": "provider", "c": "provider"] }
        handler.metadata = ["a": "logger", "b": "logger"]
        Logger(label: "test") { _ in handler }.info("m", metadata: ["a": "event"])
        let line = try #require(collector.all.first)
        #expect(try JSONDecoder().decode(Line.self, from: Data(line.utf8)).metadata == ["a": "event", "b": "logger", "c": "provider"])
    }

    @Test func `levels below the handler's are not written`() {
        let logger = jsonLogger(.warning)
        logger.info("no")
        logger.error("yes")
        #expect(collector.all.count == 1)
    }

    @Test(arguments: UInt64(1)...20) func `whatever is logged is one line of JSON that says the same`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<20 {
            let text = random.text(count: 40)
            jsonLogger().info("\(text)", metadata: ["value": "\(text)"])
            let line = try #require(collector.all.last)
            #expect(line.unicodeScalars.filter { JSONText.isUnprintable($0) }.elementsEqual(["\n"]))
            let decoded = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            #expect(decoded.message.unicodeScalars.elementsEqual(text.unicodeScalars))
            #expect(decoded.metadata?["value"]?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
        }
    }

    @Test func `an error of an event becomes metadata`() {
        struct Broken: Error {}
        let handler = JSONLogHandler(label: "test", sink: collector.sink, now: time)
        handler.log(
            event: LogEvent(
                level: .error, message: "m", error: Broken(), metadata: nil, source: "s", file: #fileID, function: #function, line: #line))
        #expect(collector.all.first?.contains(#""metadata":{"error":"Broken()"}"#) == true)
    }

    @Test func `no secret reaches a line, in whichever place it is logged`() {
        let secret = "sk-C656Jnq78cSTxsxOIUf50A"
        struct Leaky: Error, CustomStringConvertible { let description: String }
        for logger in [jsonLogger(), consoleLogger(), consoleLogger(color: true)] {
            var logger = logger
            logger[metadataKey: "note"] = "used \(secret)"
            logger.info(
                "GET /key/info?key=\(secret)",
                metadata: [
                    "path": "/key/\(secret)/regenerate", "list": [.string(secret)],
                    "map": ["inner": .stringConvertible(Leaky(description: secret))],
                    "Authorization": "plain-old-password", "\(secret)": "key of a field",
                ])
        }
        #expect(collector.all.count == 3)
        for line in collector.all {
            #expect(!line.contains("C656Jnq78cSTxsxOIUf50A"))
            #expect(!line.contains("plain-old-password"))
            #expect(line.contains("GET /key/info?key=sk-...f50A"))
        }
    }

    @Test func `a console line shows time, level, message and pairs`() {
        consoleLogger().warning("queue full", metadata: ["depth": "1024", "hint": "slow disk", "empty": ""])
        #expect(collector.all == ["2026-11-21T06:42:03.123456Z warning queue full depth=1024 empty=\"\" hint=\"slow disk\"\n"])
    }

    @Test func `colour is on the level alone and off by default`() {
        consoleLogger(color: true).error("x")
        #expect(collector.all == ["2026-11-21T06:42:03.123456Z \u{1B}[31merror  \u{1B}[0m x\n"])
    }

    @Test func `a logged value cannot steer the terminal or begin a new line`() {
        consoleLogger().info("a\u{1B}[2Jb\nfake", metadata: ["k\n": "v\u{9B}31m\r\u{202E}"])
        #expect(
            collector.all == [
                "2026-11-21T06:42:03.123456Z info    a\\u001b[2Jb\\u000afake k\\u000a=\"v\\u009b31m\\r\\u202e\"\n"
            ])
    }

    @Test(
        arguments: [(true, nil, true), (true, "", true), (true, "1", false), (true, "0", false), (false, nil, false), (false, "", false)]
            as [(Bool, String?, Bool)])
    func `NO_COLOR and a pipe turn colour off`(isTerminal: Bool, noColor: String?, expected: Bool) {
        #expect(StandardError.usesColor(isTerminal: isTerminal, noColor: noColor) == expected)
    }

    @Test func `lines go to standard error whole`() async throws {
        let result = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) {
            await withTaskGroup { group in
                for task in 0..<8 {
                    group.addTask { for _ in 0..<50 { StandardError.write(String(repeating: "\(task)", count: 300) + "\n") } }
                }
            }
        }
        let lines = String(decoding: result.standardErrorContent, as: UTF8.self).split(separator: "\n").filter { $0.count == 300 }
        #expect(lines.count == 400)
        #expect(lines.allSatisfy { Set($0).count == 1 })
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"), (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (951_868_799_999_999, "2000-02-29T23:59:59.999999Z"), (951_868_800_000_000, "2000-03-01T00:00:00.000000Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"), (1_735_689_599_000_001, "2024-12-31T23:59:59.000001Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"), (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
        ] as [(Int64, String)]) func `times are RFC 3339 in UTC`(microseconds: Int64, text: String)
    {
        #expect(LogTimestamp.text(microseconds: microseconds) == text)
    }

    @Test func `every day of four centuries follows the one before`() throws {
        var previous = LogTimestamp.text(microseconds: -86_400_000_000)
        for day in Int64(0)..<146_097 {
            let text = LogTimestamp.text(microseconds: day * 86_400_000_000)
            if !(text > previous) { Issue.record("\(text) after \(previous)") }
            previous = text
        }
        #expect(previous.hasPrefix("2369-12-31"))
    }

    @Test func `the wall clock is the wall clock`() {
        let before = Date().timeIntervalSince1970 * 1_000_000
        #expect(abs(Double(LogTimestamp.now()) - before) < 60_000_000)
    }
}
