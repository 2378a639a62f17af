import FoundationEssentials
import Hummingbird
import JSONText
import Testing

@testable import LedgerHTTP

/// Days of zones, and pages of days.
struct ActivityDayTests {
    /// A zone's day: its first second, and the one behind its last.
    struct Day: Sendable, CustomTestStringConvertible {
        var query: String
        var date: String
        var first: String
        var behind: String

        var testDescription: String { "\(query) \(date)" }
    }

    static let days = [
        Day(query: "", date: "2024-05-10", first: "2024-05-10T00:00:00Z", behind: "2024-05-11T00:00:00Z"),
        Day(query: "timezone=0", date: "2024-02-29", first: "2024-02-29T00:00:00Z", behind: "2024-03-01T00:00:00Z"),
        Day(query: "timezone=480", date: "2024-05-10", first: "2024-05-10T08:00:00Z", behind: "2024-05-11T08:00:00Z"),
        Day(query: "timezone=-330", date: "2024-05-10", first: "2024-05-09T18:30:00Z", behind: "2024-05-10T18:30:00Z"),
        Day(query: "timezone=-345", date: "2024-01-01", first: "2023-12-31T18:15:00Z", behind: "2024-01-01T18:15:00Z"),
        Day(query: "timezone=1080", date: "2024-05-10", first: "2024-05-10T18:00:00Z", behind: "2024-05-11T18:00:00Z"),
        // `tz` comes before `timezone`, and the flag widens nothing.
        Day(query: "tz=UTC&timezone=480", date: "2024-05-10", first: "2024-05-10T00:00:00Z", behind: "2024-05-11T00:00:00Z"),
        Day(
            query: "timezone=480&include_current_utc_day=true", date: "2024-05-10", first: "2024-05-10T08:00:00Z",
            behind: "2024-05-11T08:00:00Z"),
    ]

    static let namedDays = [
        // 23 and 25 hours.
        Day(query: "tz=Europe/Berlin", date: "2024-03-31", first: "2024-03-30T23:00:00Z", behind: "2024-03-31T22:00:00Z"),
        Day(query: "tz=Europe/Berlin", date: "2024-10-27", first: "2024-10-26T22:00:00Z", behind: "2024-10-27T23:00:00Z"),
        // Clocks go half an hour.
        Day(query: "tz=Australia/Lord_Howe", date: "2024-04-07", first: "2024-04-06T13:00:00Z", behind: "2024-04-07T13:30:00Z"),
        Day(query: "tz=Asia/Kolkata", date: "2024-05-10", first: "2024-05-09T18:30:00Z", behind: "2024-05-10T18:30:00Z"),
        Day(query: "tz=Asia/Kathmandu", date: "2024-05-10", first: "2024-05-09T18:15:00Z", behind: "2024-05-10T18:15:00Z"),
        Day(query: "tz=America/St_Johns", date: "2024-05-10", first: "2024-05-10T02:30:00Z", behind: "2024-05-11T02:30:00Z"),
        Day(query: "tz=Pacific/Kiritimati", date: "2024-05-10", first: "2024-05-09T10:00:00Z", behind: "2024-05-10T10:00:00Z"),
    ]

    private static let hasRules = FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Berlin")

    @Test(arguments: days) func `a day of minutes west has the charges from its first second to its last`(day: Day) async throws {
        try await expectExact(day)
    }

    @Test(.enabled(if: hasRules, "this system has no time zone rules"), arguments: namedDays)
    func `a day of a named zone has the charges from its first second to its last`(day: Day) async throws {
        try await expectExact(day)
    }

    private func expectExact(_ day: Day) async throws {
        try await LedgerServer.run { server in
            let key = try await server.makeKey(["team_id": "t"])
            let moments = [(day.first, -1, "1"), (day.first, 0, "0.1"), (day.behind, -1, "0.01"), (day.behind, 0, "2")]
            try await server.charge(
                moments.enumerated().map { number, moment in
                    let seconds = try Date(moment.0, strategy: .iso8601).timeIntervalSince1970 + Double(moment.1)
                    return .charge("\(number)", key.token, moment.2, ["occurred_at": JSONValue(Int64(seconds))])
                })
            let range = "start_date=\(day.date)&end_date=\(day.date)&\(day.query)"
            let page = try await server.report("/user/daily/activity?\(range)")
            #expect(page["results"]?.array?.map { $0["date"]?.string } == [day.date])
            #expect(page["results"]?[0]?.spend == "0.11")
            #expect(page["metadata"]?["total_spend"]?.decimalText == "0.11")
            let whole = try await server.report("/team/daily/activity/aggregated?\(range)")
            #expect(whole["results"]?[0]?["breakdown"]?["entities"]?["t"]?.spend == "0.11")
            #expect(try await server.report("/user/daily/activity/aggregated/keys?\(range)")["api_keys"]?[0]?.spend == "0.11")
            #expect(try await server.report("/team/daily/activity/export?\(range)").text.contains("\(day.date),t,,,,,,,0.11,"))
            // The other two are on the days beside it, and nothing is counted twice.
            let all = try await server.report("/user/daily/activity?start_date=2020-01-01&end_date=2030-01-01&\(day.query)")
            #expect(all["results"]?.array?.map(\.spend) == ["2.0", "0.11", "1.0"])
        }
    }

    // MARK: Pages

    private static let range = "start_date=2024-05-01&end_date=2024-05-31"

    /// Three keys on each of five days; each day's spend is its number.
    private static func fiveDays(_ server: LedgerServer) async throws {
        let charges = (1...5).flatMap { day in
            (1...3).map { key -> JSONObject in
                .charge(
                    "\(day) \(key)", String(repeating: "\(key)", count: 64), key == 1 ? "\(day)" : "0", at: "2024-05-0\(day)T12:00:00Z")
            }
        }
        try await server.charge(charges)
    }

    @Test(arguments: [
        (1, [[5], [4], [3], [2], [1]]), (3, [[5], [4], [3], [2], [1]]), (4, [[5, 4], [3, 2], [1]]), (6, [[5, 4], [3, 2], [1]]),
        (7, [[5, 4, 3], [2, 1]]), (15, [[5, 4, 3, 2, 1]]), (1_000, [[5, 4, 3, 2, 1]]),
    ])
    func `a page has whole days and the totals of all`(size: Int, pages: [[Int]]) async throws {
        try await LedgerServer.run { server in
            try await Self.fiveDays(server)
            for (index, days) in pages.enumerated() {
                let answer = try await server.report("/user/daily/activity?\(Self.range)&page_size=\(size)&page=\(index + 1)")
                #expect(answer["results"]?.array?.map { $0["date"]?.string } == days.map { "2024-05-0\($0)" })
                for (day, row) in zip(days, answer["results"]?.array ?? []) {
                    #expect(row.spend == "\(day).0" && row["breakdown"]?["api_keys"]?.names.count == 3)
                }
                let metadata = try #require(answer["metadata"])
                #expect(metadata["total_spend"]?.decimalText == "15.0" && metadata["total_api_requests"]?.integer == 15)
                #expect(metadata["page"]?.integer == Int64(index + 1) && metadata["total_pages"]?.integer == Int64(pages.count))
                #expect(metadata["has_more"]?.bool == (index + 1 < pages.count))
            }
            for page in ["\(pages.count + 1)", "9223372036854775807"] {
                let behind = try await server.report("/user/daily/activity?\(Self.range)&page_size=\(size)&page=\(page)")
                #expect(behind["results"] == [] && behind["metadata"]?["has_more"]?.bool == false)
                #expect(behind["metadata"]?["total_spend"]?.decimalText == "15.0")
                #expect(behind["metadata"]?["total_pages"]?.integer == Int64(pages.count))
            }
        }
    }

    @Test func `pages of other families have ten rows and no upper bound`() async throws {
        try await LedgerServer.run { server in
            let key = try await server.makeKey(["team_id": "t"])
            try await server.charge((1...9).map { .charge("\($0)", key.token, "1", at: "2024-05-0\($0)T12:00:00Z") })
            try await server.charge([
                .charge("10", key.token, "1", at: "2024-05-10T12:00:00Z"), .charge("11", key.token, "1", at: "2024-05-11T12:00:00Z"),
            ])
            let first = try await server.report("/team/daily/activity?\(Self.range)")
            #expect(first["results"]?.array?.count == 10 && first["metadata"]?["total_pages"]?.integer == 2)
            let all = try await server.report("/team/daily/activity?\(Self.range)&page_size=9223372036854775807")
            #expect(all["results"]?.array?.count == 11 && all["metadata"]?["has_more"]?.bool == false)
            let none = try await server.report("/team/daily/activity?start_date=2023-01-01&end_date=2023-01-31")
            #expect(none["results"] == [] && none["metadata"]?["total_pages"]?.integer == 0)
            #expect(none["metadata"]?["total_spend"]?.decimalText == "0.0")
        }
    }

    // MARK: Long answers

    @Test func `a long answer is streamed and says the same as short ones`() async throws {
        try await LedgerServer.run { server in
            let usage: JSONObject = ["provider": "p", "endpoint": "/x", "prompt_tokens": 3]
            for day in 10..<20 {
                try await server.charge(
                    (0..<120).map { key in
                        let token = String(repeating: "0", count: 61) + String(key + 100)
                        return .charge(
                            "\(day) \(key)", token, "0.000001\(key)", at: "2024-05-\(day)T12:00:00Z",
                            usage.merging(["model": .string("m\(key)"), "model_group": .string("g\(key % 7)")]))
                    })
            }
            let long = try await server.report("/user/daily/activity?\(Self.range)&page_size=1000")
            #expect(long.headers["transfer-encoding"] == "chunked" && long.headers["content-length"] == nil)
            #expect(long.headers["content-type"] == "application/json" && long.position != nil)
            let days = try #require(long["results"]?.array)
            #expect(days.count == 9, "a page is full when its rows are a thousand")
            for day in days {
                let date = try #require(day["date"]?.string)
                let short = try await server.report("/user/daily/activity?start_date=\(date)&end_date=\(date)")
                #expect(short.headers["content-length"] != nil)
                #expect(short["results"] == .array([day]), "\(date)")
            }
            // No answer without a body: HEAD of the same.
            let head = try await server.server.exchange(
                "HEAD /user/daily/activity?\(Self.range)&page_size=1000 HTTP/1.1\r\nHost: a\r\n"
                    + "Authorization: Bearer \(LedgerServer.masterSecret)\r\n\r\n", toHead: true)
            #expect(head.status == 200)
        }
    }

    @Test(arguments: [[], [""], ["a"], ["", "a", "", "b", ""], ["a", "b", "c"]])
    func `parts are separated alike whether they are sent at once or not`(parts: [String]) async throws {
        @Sendable func body() -> PartedBody {
            PartedBody(start: [UInt8(ascii: "[")], separator: [UInt8(ascii: ",")], count: parts.count, end: [UInt8(ascii: "]")]) {
                Array(parts[$0].utf8)
            }
        }
        try await TestServer.run(routes: { router in
            router.get("/short") { _, _ in body().response(contentType: "text/plain", isLong: false) }
            router.get("/long") { _, _ in body().response(contentType: "text/plain", isLong: true) }
        }) { server in
            let wanted = "[" + parts.filter { !$0.isEmpty }.joined(separator: ",") + "]"
            for path in ["/short", "/long"] {
                let answer = try await server.exchange("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(answer.body == wanted && answer["content-type"] == "text/plain")
            }
        }
    }
}

extension JSONObject {
    fileprivate func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        for member in other { merged[member.name] = member.value }
        return merged
    }
}
