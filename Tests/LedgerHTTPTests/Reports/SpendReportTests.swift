import JSONText
import Testing

/// LiteLLM's routes of spend: single charges, and sums over all keys.
struct SpendReportTests {
    private static let days = "start_date=2024-05-09&end_date=2024-05-10"

    /// Four charges on two days and a correction.
    private static func fill(_ server: LedgerServer) async throws -> (a: LedgerServer.Key, b: LedgerServer.Key) {
        let a = try await server.makeKey(["key_alias": "a", "user_id": "u", "team_id": "t"])
        let b = try await server.makeKey(["key_alias": "b"])
        let usage: JSONObject = [
            "model": "m1", "model_group": "g1", "provider": "p1", "prompt_tokens": 5, "completion_tokens": 1, "duration_ms": 40,
        ]
        try await server.charge([
            .charge("1", a.token, "0.25", at: "2024-05-09T23:59:59Z", usage),
            .charge(
                "2", a.token, "0.5", at: "2024-05-10T00:00:00Z",
                ["model": "m2", "model_group": "g1", "provider": "p2", "tags": ["x", "y"]]),
            .charge("3", b.token, "1", at: "2024-05-10T08:00:00.5Z", ["status": "failure", "end_user": "e"]),
            .charge("4", b.token, "0.000000000001", at: "2024-05-10T08:00:01Z", ["tags": ["y"]]),
        ])
        try await server.done(
            "/v1/spend/adjust",
            ["request_id": "fix", "token": .string(a.token), "spend": "-0.125", "occurred_at": "2024-05-10T09:00:00Z", "reason": "twice"])
        return (a, b)
    }

    private func ids(_ server: LedgerServer, _ query: String, _ location: SourceLocation = #_sourceLocation) async throws -> [String]? {
        let answer = try await server.report("/spend/logs/v2?\(query)", location)
        return answer["data"]?.array?.compactMap { $0["request_id"]?.string }
    }

    @Test func `charges are found, sorted and cut into pages`() async throws {
        try await LedgerServer.run { server in
            let (a, b) = try await Self.fill(server)
            let wanted: [(query: String, ids: [String])] = [
                (Self.days, ["fix", "4", "3", "2", "1"]), ("\(Self.days)&sort_order=asc", ["1", "2", "3", "4", "fix"]),
                ("start_date=2024-05-10%2000:00:00&end_date=2024-05-10%2008:00:00", ["3", "2"]),
                ("start_date=2024-05-10T08:00:01Z&end_date=2024-05-10T08:00:01Z", ["4"]),
                ("\(Self.days)&api_key=\(a.token)", ["fix", "2", "1"]), ("\(Self.days)&api_key=\(a.secret)", ["fix", "2", "1"]),
                ("\(Self.days)&user_id=u", ["fix", "2", "1"]), ("\(Self.days)&team_id=t", ["fix", "2", "1"]),
                ("\(Self.days)&key_alias=b", ["4", "3"]), ("\(Self.days)&model=m1", ["1"]), ("\(Self.days)&model_group=g1", ["2", "1"]),
                ("\(Self.days)&end_user=e", ["3"]), ("\(Self.days)&status_filter=failure", ["3"]),
                ("\(Self.days)&min_spend=0.25&max_spend=0.5", ["2", "1"]), ("\(Self.days)&max_spend=0", ["fix"]),
                ("\(Self.days)&sort_by=spend", ["3", "2", "1", "4", "fix"]), ("\(Self.days)&sort_by=total_tokens&page_size=1", ["1"]),
                ("request_id=3", ["3"]), ("search=3", ["3"]), ("\(Self.days)&session_id=s", []), ("request_id=33", []),
                ("\(Self.days)&page_size=2", ["fix", "4"]), ("\(Self.days)&page_size=2&page=2", ["3", "2"]),
                ("\(Self.days)&page_size=2&page=3", ["1"]), ("\(Self.days)&page_size=2&page=4", []),
                ("\(Self.days)&page_size=1000&page=9223372036854775807", []),
            ]
            for (query, ids) in wanted { #expect(try await self.ids(server, query) == ids, "\(query)") }
            let behind = try await server.report("/spend/logs/ui?\(Self.days)&page_size=2&page=4")
            #expect(behind["total"]?.integer == 5 && behind["total_pages"]?.integer == 3 && behind["page"]?.integer == 4)

            let row = try #require(try await server.report("/spend/logs/v2?request_id=1")["data"]?[0])
            #expect(row["api_key"]?.string == a.token && row["spend"]?.decimalText == "0.25" && row["total_tokens"]?.integer == 6)
            #expect(row["startTime"] == "2024-05-09T23:59:59.000+00:00" && row["endTime"] == "2024-05-09T23:59:59.040+00:00")
            #expect(row["metadata"]?["key_id"]?.string == a.keyID && row["metadata"]?["user_api_key_alias"] == "a")
            let small = try #require(try await server.report("/spend/logs?request_id=4").json[0])
            #expect(
                small["spend"]?.decimalText == "0.000000000001" && small["request_tags"] == ["y"] && small["api_key"]?.string == b.token)
        }
    }

    @Test func `what cannot be meant is refused`() async throws {
        try await LedgerServer.run { server in
            for query in ["", "?start_date=2024-05-10", "?start_date=soon&end_date=2024-05-10", "?\(Self.days)&status_filter=odd"] {
                #expect(try await server.get("/spend/logs/v2\(query)").status == 400, "\(query)")
            }
            for query in ["sort_by=token", "sort_order=up", "start_date=2024-05-10%2025:00:00&end_date=2024-05-10"] {
                #expect(try await server.get("/spend/logs/ui?\(Self.days)&\(query)").status == 400, "\(query)")
            }
            for query in ["page=0", "page_size=0", "page_size=1001", "page=x", "min_spend=much"] {
                #expect(try await server.get("/spend/logs/v2?\(Self.days)&\(query)").status == 422, "\(query)")
            }
            for path in ["/global/spend/tags", "/global/spend/provider", "/global/activity", "/global/activity/model"] {
                let answer = try await server.get(path)
                #expect(answer.status == 400 && answer.text.contains("Please provide start_date and end_date"), "\(answer.text)")
            }
            for path in ["/global/spend/logs", "/global/spend/keys", "/global/spend/teams", "/spend/tags"] {
                #expect(try await server.get("\(path)?start_date=2024-02-30&end_date=2024-03-01").status == 400, "\(path)")
            }
            for query in ["limit=0", "limit=x"] {
                #expect(try await server.get("/global/spend/keys?\(query)").status == 422)
                #expect(try await server.get("/global/spend/models?\(query)").status == 422)
                #expect(try await server.get("/spend/keys?\(query)").status == 422)
            }
            #expect(try await server.get("/global/spend/end_users").status == 405)
        }
    }

    @Test func `sums over all keys agree with the charges`() async throws {
        try await LedgerServer.run { server in
            let (a, b) = try await Self.fill(server)
            func rows(_ path: String) async throws -> [String] {
                try await server.report(path).json.array?.map { $0.serialized() } ?? []
            }
            #expect(try await server.report("/global/spend").json.serialized() == #"{"spend":1.625000000001,"max_budget":0.0}"#)
            #expect(
                try await rows("/global/spend/logs?\(Self.days)") == [
                    #"{"date":"2024-05-09","spend":0.25}"#, #"{"date":"2024-05-10","spend":1.375000000001}"#,
                ])
            #expect(try await rows("/global/spend/logs?\(Self.days)&api_key=\(a.secret)").last == #"{"date":"2024-05-10","spend":0.375}"#)
            let keys = try await server.report("/global/spend/keys?\(Self.days)").json.array ?? []
            #expect(keys.map { $0["api_key"]?.string } == [b.token, a.token])
            #expect(keys.map { $0["key_name"]?.string } == [b, a].map { "sk-...\($0.secret.suffix(4))" })
            #expect(try await rows("/global/spend/keys?\(Self.days)&limit=1").count == 1)
            #expect(
                try await server.report("/global/spend/teams?\(Self.days)").json.serialized()
                    == #"{"daily_spend":[{"date":"2024-05-09","t":0.25},{"date":"2024-05-10","Unassigned":1.000000000001,"t":0.375}],"#
                    + #""teams":["Unassigned","t"],"total_spend_per_team":[{"team_id":"Unassigned","total_spend":1.000000000001},"#
                    + #"{"team_id":"t","total_spend":0.625}]}"#)
            #expect(
                try await rows("/global/spend/models?\(Self.days)") == [
                    #"{"model":"unknown-model","total_spend":1.000000000001}"#, #"{"model":"m2","total_spend":0.5}"#,
                    #"{"model":"m1","total_spend":0.25}"#, #"{"model":"adjustment","total_spend":-0.125}"#,
                ])
            #expect(
                try await rows("/global/spend/provider?\(Self.days)").map { $0.contains("p2") }.firstIndex(of: true) == 1)
            let tags = [
                #"{"individual_request_tag":"y","log_count":2,"total_spend":0.500000000001}"#,
                #"{"individual_request_tag":"x","log_count":1,"total_spend":0.5}"#,
            ]
            #expect(try await rows("/global/spend/tags?\(Self.days)") == tags)
            #expect(try await rows("/spend/tags") == tags)
            #expect(try await rows("/global/spend/tags?\(Self.days)&tags=x,z") == [tags[1]])
            #expect(
                try await server.done("/global/spend/end_users", ["startTime": "2024-05-09", "endTime": "2024-05-10"]).serialized()
                    == #"[{"end_user":"e","total_count":1,"total_spend":1.0}]"#)
            #expect(
                try await server.report("/global/activity?\(Self.days)").json.serialized()
                    == #"{"daily_data":[{"date":"May 09","api_requests":1,"total_tokens":6},{"date":"May 10","api_requests":3,"#
                    + #""total_tokens":0}],"sum_api_requests":4,"sum_total_tokens":6}"#)
            let models = try await rows("/global/activity/model?\(Self.days)")
            #expect(models.first?.hasPrefix(#"{"model":"g1","daily_data":[{"model_group":"g1","date":"May 09","#) == true)
            let users = try await server.report("/spend/users").json.array ?? []
            #expect(users.map { [$0["user_id"], $0["spend"], $0["key_aliases"]] } == [["u", .number("0.625"), ["a"]]])
            #expect(try await server.report("/spend/users?user_id=nobody").json == [])
            #expect(try await server.report("/spend/keys?limit=1").json.array?.count == 1)
        }
    }

    @Test func `a summary tells each day by key, user and model`() async throws {
        try await LedgerServer.run { server in
            let (a, b) = try await Self.fill(server)
            let days = try await server.report("/spend/logs?\(Self.days)").json.array ?? []
            #expect(days.map { $0["startTime"] } == ["2024-05-09", "2024-05-10"])
            let last = try #require(days.last)
            #expect(last["spend"]?.decimalText == "1.375000000001")
            #expect(last[a.token]?.decimalText == "0.375" && last[b.token]?.decimalText == "1.000000000001")
            #expect(last["users"] == ["Unassigned": .number("1.000000000001"), "u": .number("0.375")])
            #expect(last["models"]?["adjustment"]?.decimalText == "-0.125")
            let own = try await server.report("/spend/logs?\(Self.days)&user_id=u").json.array ?? []
            #expect(own.map { $0["spend"]?.decimalText } == ["0.25", "0.375"])
            let list = try await server.report("/spend/logs?\(Self.days)&summarize=false").json.array ?? []
            #expect(list.map { $0["request_id"] } == ["fix", "4", "3", "2", "1"])
        }
    }

    @Test func `a team that is named like the date's member leaves the date alone`() async throws {
        try await LedgerServer.run { server in
            let key = try await server.makeKey(["team_id": "date"])
            try await server.charge([.charge("1", key.token, "0.5", at: "2024-05-10T12:00:00Z")])
            let answer = try await server.report("/global/spend/teams?\(Self.days)")
            #expect(answer["daily_spend"] == [["date": "2024-05-10"]])
            #expect(answer["total_spend_per_team"] == [["team_id": "date", "total_spend": .number("0.5")]])
        }
    }

    @Test func `a file has a row for each day and what it is asked by`() async throws {
        try await LedgerServer.run { server in
            let (a, b) = try await Self.fill(server)
            let path = "/user/daily/activity/export?\(Self.days)"
            func rows(_ kind: String) async throws -> [[String?]] {
                let answer = try await server.report("\(path)&export_type=\(kind)&format=json")
                return answer.json.array?.map { row in
                    ["date", "entity_id", "api_key", "key_alias", "user_id", "model"].map { row[$0]?.string } + [row["spend"]?.decimalText]
                } ?? []
            }
            let (first, second) = ("2024-05-09", "2024-05-10")
            #expect(
                try await rows("daily") == [
                    [first, "u", nil, nil, nil, nil, "0.25"], [second, "Unassigned", nil, nil, nil, nil, "1.000000000001"],
                    [second, "u", nil, nil, nil, nil, "0.375"],
                ])
            #expect(
                try await rows("daily_with_keys") == [
                    [first, "u", a.token, "a", "u", nil, "0.25"], [second, "Unassigned", b.token, "b", nil, nil, "1.000000000001"],
                    [second, "u", a.token, "a", "u", nil, "0.375"],
                ])
            #expect(
                try await rows("daily_with_models") == [
                    [first, "u", nil, nil, nil, "m1", "0.25"], [second, "Unassigned", nil, nil, nil, "unknown-model", "1.000000000001"],
                    [second, "u", nil, nil, nil, "adjustment", "-0.125"], [second, "u", nil, nil, nil, "m2", "0.5"],
                ])
            #expect(try await rows("daily_with_users").map { $0[4] } == ["u", nil, "u"])
            let file = try await server.report("\(path)&export_type=daily_with_models")
            #expect(file.headers["content-type"] == "text/csv; charset=utf-8" && file.headers["cache-control"] == "no-store")
            #expect(
                file.headers["content-disposition"] == "attachment; filename=\"user-usage-2024-05-09-2024-05-10-daily_with_models.csv\"")
            // A negative amount is a number and stays one.
            #expect(file.text.contains("2024-05-10,u,,,,,,adjustment,-0.125,0.0,0,0,0,0,0,0,0\r\n"))
            #expect(try #require(CSV.rows(Array(file.text.utf8))).count == 5)
        }
    }
}
