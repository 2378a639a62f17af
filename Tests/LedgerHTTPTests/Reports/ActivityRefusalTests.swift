import Hummingbird
import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

/// What reports refuse, and with which words.
struct ActivityRefusalTests {
    private static let missing: JSONValue = ["detail": ["error": "Please provide start_date and end_date"]]
    private static let badDate: JSONValue = ["detail": ["error": "start_date and end_date must be valid YYYY-MM-DD dates"]]
    private static let day = "start_date=2024-05-10&end_date=2024-05-10"

    static let refused: [(path: String, status: Int, body: JSONValue)] = [
        ("/user/daily/activity", 400, missing), ("/user/daily/activity?start_date=2024-05-10", 400, missing),
        ("/tag/daily/activity/export?end_date=2024-05-10", 400, missing), ("/agent/daily/activity?start_date=&end_date=", 400, missing),
        ("/user/daily/activity?start_date=2024-5-1&end_date=2024-05-10", 400, badDate),
        ("/user/daily/activity?start_date=2024-02-30&end_date=2024-05-10", 400, badDate),
        ("/user/daily/activity?start_date=2024-05-10&end_date=2024-05-10T00:00:00Z", 400, badDate),
        (
            "/team/daily/activity/aggregated?start_date=2024-05-11&end_date=2024-05-10", 400,
            ["detail": ["error": "end_date must be on or after start_date"]]
        ),
        (
            "/team/daily/activity/aggregated?start_date=2024-01-01&end_date=2025-02-06", 400,
            ["detail": ["error": "Date range must be at most 400 days"]]
        ), ("/team/daily/activity?\(day)&page_size=0", 400, ["detail": "page and page_size must be >= 1, got page=1, page_size=0"]),
        ("/tag/daily/activity?\(day)&page=-1", 400, ["detail": "page and page_size must be >= 1, got page=-1, page_size=10"]),
        ("/user/daily/activity?\(day)&page=0", 422, issue("greater_than_equal", "page", "Input should be greater than or equal to 1")),
        (
            "/user/daily/activity?\(day)&page_size=1001", 422,
            issue("less_than_equal", "page_size", "Input should be less than or equal to 1000")
        ),
        (
            "/user/daily/activity?timezone=UTC", 422,
            issue("int_parsing", "timezone", "Input should be a valid integer, unable to parse string as an integer")
        ),
        (
            "/team/daily/activity/aggregated?\(day)&api_key_limit=1001", 422,
            issue("less_than_equal", "api_key_limit", "Input should be less than or equal to 1000")
        ),
        (
            "/agent/daily/activity/aggregated/keys?\(day)&limit=101", 422,
            issue("less_than_equal", "limit", "Input should be less than or equal to 100")
        ),
        (
            "/user/daily/activity/aggregated/users?\(day)&offset=-1", 422,
            issue("greater_than_equal", "offset", "Input should be greater than or equal to 0")
        ), ("/tag/daily/activity/aggregated/search?\(day)", 422, issue("missing", "search", "Field required")),
        (
            "/tag/daily/activity/aggregated/search?\(day)&search=", 422,
            issue("string_too_short", "search", "String should have at least 1 character")
        ), ("/tag/daily/activity/aggregated/model_top_keys?\(day)", 422, issue("missing", "model_group", "Field required")),
        (
            "/user/daily/activity/export?\(day)&export_type=hourly", 422,
            issue(
                "enum", "export_type", "Input should be 'daily', 'daily_with_keys', 'daily_with_models' or 'daily_with_users'")
        ),
        (
            "/user/daily/activity/export?\(day)&format=xml", 422,
            issue("literal_error", "format", "Input should be 'csv' or 'json'")
        ),
    ]

    private static func issue(_ type: JSONValue, _ name: JSONValue, _ message: JSONValue) -> JSONValue {
        ["detail": [["type": type, "loc": ["query", name], "msg": message]]]
    }

    @Test func `wrong input is told in LiteLLM's words`() async throws {
        try await LedgerServer.run { server in
            for (path, status, body) in Self.refused {
                let answer = try await server.get(path)
                #expect(answer.status == status && answer.json == body, "\(path): \(answer.status) \(answer.text)")
            }
        }
    }

    @Test(arguments: [
        "tz=Nowhere/None", "tz=../../../etc/passwd", "tz=/etc/localtime", "tz=Europe/", "tz=Europe/Berlin%00", "timezone=7",
        "timezone=1095",
        "timezone=-9223372036854775808", "attribution=both", "group_by=model", "as_of=yesterday", "as_of=-1",
    ])
    func `what cannot be meant is a 400`(query: String) async throws {
        try await LedgerServer.run { server in
            for path in ["/user/daily/activity", "/team/daily/activity/aggregated", "/tag/daily/activity/export"] {
                let answer = try await server.get("\(path)?\(Self.day)&\(query)")
                #expect(answer.status == 400 && answer["detail"]?["error"]?.string?.isEmpty == false, "\(answer.text)")
            }
        }
    }

    @Test func `a system without zone rules refuses named zones alone`() async throws {
        let noRules = TimeZoneDatabase(folder: "/nowhere/zoneinfo")
        try await LedgerServer.run(routes: { router, ledger in
            let authenticator = Authenticator(ledger: ledger, masterToken: Token(secret: LedgerServer.masterSecret))
            ActivityRoutes(ledger: ledger, authenticator: authenticator, database: noRules).add(to: router)
        }) { server in
            let refused = try await server.get("/user/daily/activity?\(Self.day)&tz=Europe/Berlin")
            #expect(refused.status == 400)
            #expect(refused["detail"]?["error"]?.string?.contains("tzdata") == true, "\(refused.text)")
            for query in ["tz=UTC", "tz=", "timezone=-120"] {
                #expect(try await server.get("/user/daily/activity?\(Self.day)&\(query)").status == 200, "\(query)")
            }
        }
    }

    @Test func `users may ask for any range`() async throws {
        try await LedgerServer.run { server in
            let key = try await server.makeKey()
            try await server.charge([.charge("1", key.token, "0.5", at: "2024-05-10T12:00:00Z")])
            let range = "start_date=0001-01-01&end_date=9999-12-31"
            for suffix in ["", "/aggregated", "/aggregated/keys"] {
                let answer = try await server.report("/user/daily/activity\(suffix)?\(range)")
                #expect(answer.text.contains("0.5"), "\(suffix)")
            }
            let exported = try await server.report("/user/daily/activity/export?\(range)")
            #expect(exported.text.contains("2024-05-10,Unassigned,"))
            #expect(try await server.report("/team/daily/activity?\(range)")["results"] == [])
        }
    }
}
