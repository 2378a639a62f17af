import JSONText
import Testing

/// Each family of daily activity and each of its routes, over one charge that belongs to everything and one that belongs to nothing.
struct ActivityFamilyTests {
    struct Family: Sendable, CustomTestStringConvertible {
        var name: String
        var parameter: String
        var entity: String
        var excludes = true

        var path: String { "/\(name)/daily/activity" }
        var testDescription: String { name }

        /// Charges of no user are counted, those of no team and so on are not.
        var countsAll: Bool { name == "user" }
    }

    static let families = [
        Family(name: "user", parameter: "user_id", entity: "u", excludes: false), Family(name: "team", parameter: "team_ids", entity: "t"),
        Family(name: "tag", parameter: "tags", entity: "g", excludes: false),
        Family(name: "organization", parameter: "organization_ids", entity: "o"),
        Family(name: "customer", parameter: "end_user_ids", entity: "e"), Family(name: "end_user", parameter: "end_user_ids", entity: "e"),
        Family(name: "agent", parameter: "agent_ids", entity: "a"),
    ]
    static let day = "start_date=2024-05-10&end_date=2024-05-10"

    /// The key of the charge that belongs to everything, then the other's.
    static func fill(_ server: LedgerServer) async throws -> (owned: LedgerServer.Key, plain: LedgerServer.Key) {
        let owned = try await server.makeKey([
            "key_alias": "Owned", "user_id": "u", "team_id": "t", "organization_id": "o", "agent_id": "a",
        ])
        let plain = try await server.makeKey(["key_alias": "plain"])
        let usage: JSONObject = [
            "model": "openai/gpt-4o", "model_group": "gpt", "provider": "openai", "endpoint": "/chat/completions", "mcp_tool": "m",
            "prompt_tokens": 7, "completion_tokens": 2, "cache_read_input_tokens": 3, "duration_ms": 12, "end_user": "e", "tags": ["g"],
        ]
        try await server.charge([
            .charge("1", owned.token, "0.25", at: "2024-05-10T12:00:00Z", usage),
            .charge("2", plain.token, "0.5", at: "2024-05-10T12:00:00Z", ["status": "failure"]),
        ])
        return (owned, plain)
    }

    @Test(arguments: families) func `a day is told by each dimension`(family: Family) async throws {
        try await LedgerServer.run { server in
            let (owned, plain) = try await Self.fill(server)
            let answer = try await server.report("\(family.path)?\(Self.day)")
            let day = try #require(answer["results"]?[0])
            #expect(day["date"]?.string == "2024-05-10")
            #expect(day.spend == (family.countsAll ? "0.75" : "0.25"))
            let breakdown = try #require(day["breakdown"])
            let names = breakdown.object.map { object in object.names.map { "\($0): \(object[$0]?.names ?? [])" } }
            let tokens = family.countsAll ? [owned.token, plain.token].sorted() : [owned.token]
            func both(_ name: String, _ other: String) -> [String] { family.countsAll ? [name, other].sorted() : [name] }
            #expect(
                names == [
                    "mcp_servers: [\"m\"]", "models: \(both("openai/gpt-4o", "unknown-model"))",
                    "model_groups: \(both("gpt", "unknown-model-group"))", "providers: \(both("openai", "unknown"))",
                    "endpoints: [\"/chat/completions\"]", "api_keys: \(tokens)", "entities: \(both(family.entity, "Unassigned"))",
                    "guardrails: []",
                ])
            let entity = try #require(breakdown["entities"]?[family.entity])
            #expect(entity.spend == "0.25" && entity["api_key_breakdown"]?.names == [owned.token])
            let metrics = try #require(breakdown["models"]?["openai/gpt-4o"]?["metrics"])
            let wanted: [String: Int64] = [
                "prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9, "cache_read_input_tokens": 3, "total_response_time_ms": 12,
            ]
            for (name, number) in wanted { #expect(metrics[name]?.integer == number, "\(name)") }
            let metadata = try #require(breakdown["api_keys"]?[owned.token]?["metadata"])
            #expect(
                metadata == ["key_alias": "Owned", "team_id": "t", "user_id": "u", "user_email": nil, "key_exists": true])
            #expect(answer["metadata"]?["total_failed_requests"]?.integer == (family.countsAll ? 1 : 0))
        }
    }

    @Test(arguments: families) func `a family is asked for some entities and not for others`(family: Family) async throws {
        try await LedgerServer.run { server in
            _ = try await Self.fill(server)
            func total(_ query: String) async throws -> String? {
                try await server.report("\(family.path)?\(Self.day)&\(query)")["metadata"]?["total_spend"]?.decimalText
            }
            #expect(try await total("\(family.parameter)=\(family.entity)") == "0.25")
            #expect(try await total("\(family.parameter)=other") == "0.0")
            #expect(try await total("\(family.parameter)=") == (family.countsAll ? "0.75" : "0.25"))
            if family.countsAll {
                #expect(try await total("user_id=Unassigned") == "0.5")
                #expect(try await total("user_id=u,x") == "0.0", "a user's name may have a comma")
            } else {
                #expect(try await total("\(family.parameter)=x,\(family.entity)") == "0.25")
                #expect(try await total("\(family.parameter)=,") == "0.0", "commas alone name nobody")
                #expect(try await total("\(family.parameter)=Unassigned") == "0.0")
            }
            if family.excludes {
                #expect(try await total("exclude_\(family.parameter)=\(family.entity)") == "0.0")
                #expect(try await total("exclude_\(family.parameter)=x") == "0.25")
            }
            #expect(try await total("model=gpt") == "0.25")
            #expect(try await total("model=openai/gpt-4o") == "0.25")
            #expect(try await total("model=gpt-4o") == "0.0")
        }
    }

    @Test(arguments: families) func `the whole range is told by key`(family: Family) async throws {
        try await LedgerServer.run { server in
            let (owned, plain) = try await Self.fill(server)
            let path = "\(family.path)/aggregated"
            let whole = try await server.report("\(path)?\(Self.day)&api_key_limit=1")
            #expect(whole["metadata"]?["api_key_limit"]?.integer == 1)
            #expect(whole["metadata"]?["total_api_keys"]?.integer == (family.countsAll ? 2 : 1))
            let keyCounts: JSONValue = family.countsAll ? nil : .object([family.entity: 1])
            #expect(whole["metadata"]?["entity_total_api_keys"] == keyCounts)
            let breakdown = try #require(whole["results"]?[0]?["breakdown"])
            #expect(breakdown["entities"]?.names == (family.countsAll ? [] : [family.entity]))
            // The key that spent most is shown, the sums are of all.
            #expect(breakdown["api_keys"]?.names == (family.countsAll ? [plain.token] : [owned.token]))
            #expect(breakdown["models"]?["openai/gpt-4o"]?.spend == "0.25")

            let keys = try await server.report("\(path)/keys?\(Self.day)&limit=1")
            #expect(keys["api_keys"]?.array?.map { $0["api_key"]?.string } == [family.countsAll ? plain.token : owned.token])
            #expect(keys["api_keys"]?[0]?["metrics"]?.names.count == 9)
            #expect(keys["total_api_keys"]?.integer == (family.countsAll ? 2 : 1) && keys["limit"]?.integer == 1)
            let rest = try await server.report("\(path)/keys?\(Self.day)&offset=1")
            #expect(rest["api_keys"]?.array?.map { $0["api_key"]?.string } == (family.countsAll ? [owned.token] : []))

            for search in ["oWn", owned.token.prefix(20).uppercased(), owned.keyID, "U"] {
                let found = try await server.report("\(path)/search?\(Self.day)&search=\(search)")
                #expect(found["api_keys"]?.array?.map { $0["api_key"]?.string }.contains(owned.token) == true, "\(search)")
                #expect(found["api_keys"]?[0]?["metrics"]?.names.count == 18)
            }
            for (query, isFound) in [
                ("model_group=gpt", true), ("model_group=openai/gpt-4o", false), ("model_group=openai/gpt-4o&by_model_group=false", true),
            ] {
                let found = try await server.report("\(path)/model_top_keys?\(Self.day)&\(query)")
                #expect(found["api_keys"]?.array?.map { $0["api_key"]?.string } == (isFound ? [owned.token] : []), "\(query)")
            }
        }
    }

    @Test func `users stand by spend, and none is the last of those that spent the same`() async throws {
        try await LedgerServer.run { server in
            var charges: [JSONObject] = []
            for (number, user) in ["b", "a", nil, "zz"].enumerated() {
                let key = try await server.makeKey(user.map { ["user_id": .string($0)] } ?? [:])
                charges.append(.charge("\(number)", key.token, number == 3 ? "2" : "1", at: "2024-05-10T12:00:00Z", ["prompt_tokens": 5]))
            }
            try await server.charge(charges)
            let path = "/user/daily/activity/aggregated"
            let users = try await server.report("\(path)/users?\(Self.day)")
            #expect(users["users"]?.array?.map { $0["user_id"] } == ["zz", "a", "b", .null])
            let part = try await server.report("\(path)/users?\(Self.day)&offset=1&limit=2")
            #expect(part["users"]?.array?.map { $0["user_id"] } == ["a", "b"])
            #expect(part["total_users"]?.integer == 4 && part["offset"]?.integer == 1 && part["limit"]?.integer == 2)
            let leaks = try await server.report("\(path)/cache_leakage_keys?\(Self.day)&limit=3")
            let tokens = leaks["api_keys"]?.array?.compactMap { $0["api_key"]?.string } ?? []
            #expect(tokens.count == 3 && tokens == tokens.sorted())
        }
    }
}
