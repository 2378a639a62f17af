import JSONText
import Testing

/// Whose charges are said to be whose, whatever became of the keys.
struct ActivityKeyTests {
    private static let allDays = "start_date=2020-01-01&end_date=2099-12-31"
    private static let path = "/user/daily/activity?\(allDays)"

    /// `api_keys` of the only day, or of the whole.
    private func keys(_ server: LedgerServer, _ query: String = "") async throws -> JSONObject {
        let answer = try await server.report("\(Self.path)&\(query)")
        #expect(answer["results"]?.array?.count == 1)
        return try #require(answer["results"]?[0]?["breakdown"]?["api_keys"]?.object)
    }

    private static func updated(_ key: LedgerServer.Key, _ changes: JSONObject) -> JSONValue {
        var body: JSONObject = ["key": .string(key.token)]
        for change in changes { body[change.name] = change.value }
        return .object(body)
    }

    @Test func `a key is shown by its last names, or by those that it had`() async throws {
        try await LedgerServer.run { server in
            let key = try await server.makeKey(["key_alias": "a", "team_id": "t1", "user_id": "u1"])
            try await server.charge([.charge("1", key.token, "0.25")])
            try await server.done("/key/update", Self.updated(key, ["key_alias": "b", "team_id": "t2"]))
            try await server.charge([.charge("2", key.token, "0.5")])
            try await server.done("/key/update", Self.updated(key, ["user_id": "u2"]))
            try await server.charge([.charge("3", key.token, "1")])

            let latest = try #require(try await keys(server)[key.token])
            #expect(latest.spend == "1.75")
            #expect(latest["metadata"] == ["key_alias": "b", "team_id": "t2", "user_id": "u2", "user_email": nil, "key_exists": true])

            let asOf = try #require(try await keys(server, "attribution=as_of")[key.token])
            #expect(asOf.spend == "1.75")
            let periods = asOf["metadata"]?["periods"]?.array ?? []
            #expect(
                periods.map { [$0["key_alias"], $0["team_id"], $0["user_id"]] } == [
                    ["a", "t1", "u1"], ["b", "t2", "u1"], ["b", "t2", "u2"],
                ])
            #expect(periods.map(\.spend) == ["0.25", "0.5", "1.0"])
            // Entities are always those of the moment of the charge.
            for query in ["", "attribution=as_of"] {
                let teams = try await server.report("/team/daily/activity?\(Self.allDays)&\(query)")["results"]?[0]?["breakdown"]?[
                    "entities"]
                #expect(teams?["t1"]?.spend == "0.25" && teams?["t2"]?.spend == "1.5")
            }
            // A list names each key once, whatever is asked.
            let list = try await server.report("/user/daily/activity/aggregated/keys?\(Self.allDays)&attribution=as_of")
            #expect(list["api_keys"]?.array?.map { $0["metadata"]?["key_alias"] } == ["b"])
        }
    }

    @Test func `rotation divides a key by its secrets, unless keys are asked for`() async throws {
        try await LedgerServer.run { server in
            let old = try await server.makeKey(["key_alias": "a"])
            try await server.charge([.charge("1", old.token, "0.25")])
            let new = try await server.rotate(old)
            try await server.charge([.charge("2", new.token, "0.5")])
            let byToken = try await keys(server)
            #expect(byToken.names == [old.token, new.token].sorted())
            #expect(byToken[old.token]?.spend == "0.25" && byToken[new.token]?.spend == "0.5")
            let joined = try await keys(server, "group_by=key_id")
            #expect(joined.names == [old.keyID] && joined[old.keyID]?.spend == "0.75")

            func total(_ query: String) async throws -> String? {
                try await server.report("\(Self.path)&\(query)")["metadata"]?["total_spend"]?.decimalText
            }
            for (key, spend) in [(old, "0.25"), (new, "0.5")] {
                #expect(try await total("api_key=\(key.token)") == spend)
                #expect(try await total("api_key=\(key.secret)") == spend)
                #expect(try await total("api_key=\(key.token)&group_by=key_id") == "0.75")
            }
            #expect(try await total("api_key=\(old.keyID)") == "0.75")
            #expect(try await total("api_key=\(old.token.uppercased())") == "0.25", "hexadecimal in either case")
            #expect(try await total("api_key=\(old.secret.dropLast())") == "0.0", "another text is another secret")
            #expect(try await total("api_key=a") == "0.0", "an alias is no key's secret")
        }
    }

    @Test func `a deleted key keeps its names, and its successor in them has none of its charges`() async throws {
        try await LedgerServer.run { server in
            let first = try await server.makeKey(["key_alias": "ci", "team_id": "t"])
            try await server.charge([.charge("1", first.token, "0.25")])
            try await server.done("/key/delete", ["keys": [.string(first.token)]])
            let second = try await server.makeKey(["key_alias": "ci", "team_id": "t"])
            try await server.charge([.charge("2", second.token, "0.5")])
            try await server.charge([.charge("late", first.token, "1")])
            let found = try await keys(server)
            #expect(found[first.token]?.spend == "1.25" && found[second.token]?.spend == "0.5")
            #expect(found[first.token]?["metadata"]?["key_alias"] == "ci" && found[first.token]?["metadata"]?["key_exists"] == false)
            #expect(found[second.token]?["metadata"]?["key_exists"] == true)
            let spent = try await server.report("/global/spend/keys")
            #expect(spent.json.array?.map { $0["key_alias"] } == ["ci", "ci"])
            #expect(spent.json.array?.map { $0["total_spend"]?.decimalText } == ["1.25", "0.5"])
        }
    }

    @Test func `a report as of a position leaves out what came later`() async throws {
        try await LedgerServer.run { server in
            let key = try await server.makeKey(["key_alias": "a"])
            try await server.charge([.charge("1", key.token, "0.25", at: "2024-05-10T12:00:00Z")])
            let then = try #require(try await server.report(Self.path).position)
            try await server.done("/key/update", Self.updated(key, ["key_alias": "b"]))
            try await server.charge([
                .charge("2", key.token, "0.5", at: "2024-05-10T12:00:00Z"), .charge("3", key.token, "1", at: "2024-05-11T12:00:00Z"),
            ])
            try await server.done("/key/delete", ["keys": [.string(key.token)]])
            let past = try await server.report("\(Self.path)&as_of=\(then)")
            #expect(past["metadata"]?["total_spend"]?.decimalText == "0.25" && past["results"]?.array?.count == 1)
            #expect(past.position == then)
            let row = past["results"]?[0]?["breakdown"]?["api_keys"]?[key.token]
            #expect(row?["metadata"]?["key_alias"] == "a" && row?["metadata"]?["key_exists"] == true)
            for (asOf, spend) in [("0", "0.0"), ("99999999", "1.75"), ("2000-01-01T00:00:00Z", "0.0"), ("2200-01-01T00:00:00Z", "1.75")] {
                let total = try await server.report("\(Self.path)&as_of=\(asOf)")["metadata"]?["total_spend"]?.decimalText
                #expect(total == spend, "\(asOf)")
            }
        }
    }

    @Test func `a token that no key has is shown as it is`() async throws {
        try await LedgerServer.run { server in
            let token = String(repeating: "ab", count: 32)
            try await server.charge([.charge("1", token, "0.5")])
            let row = try #require(try await keys(server)[token])
            #expect(row["metadata"] == ["key_alias": nil, "team_id": nil, "user_id": nil, "user_email": nil, "key_exists": false])
            #expect(try await keys(server, "api_key=\(token)").names == [token])
            #expect(try await keys(server, "group_by=key_id").names == [token])
        }
    }
}
