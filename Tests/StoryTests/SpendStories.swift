import JSONText
import Testing

/// Charges, their retries and their neighbours, through HTTP.
struct SpendStories {
    private typealias Ledger = StoryLedger

    @Test func `a retry counts once, with a time or without, and after a restart`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            for charge in [
                Ledger.charge("timed", key.token, "0.5", ["occurred_at": StoryLedger.now, "model": "gpt-5"]),
                Ledger.charge("untimed", key.token, "0.25", ["model": "gpt-5", "tags": ["a", "b"]]),
            ] {
                let first = try ledger.spend(charge)[0]
                #expect(first["result"]?.string == "recorded")
                let again = try ledger.spend(charge)[0]
                #expect(again["result"]?.string == "duplicate" && again["position"] == first["position"])
                try ledger.restart()
                let later = try ledger.spend(charge)[0]
                #expect(later["result"]?.string == "duplicate" && later["position"] == first["position"])
            }
            #expect(try ledger.spent(key.token) == ["0.75", "0.75"])
            // Within one request too.
            let time: JSONObject = ["occurred_at": StoryLedger.now]
            let twice = Ledger.charge("twice", key.token, 1, time)
            #expect(try ledger.spend([twice, twice, twice]).map { $0["result"]?.string } == ["recorded", "duplicate", "duplicate"])
            #expect(try ledger.spent(key.token) == ["1.75", "1.75"])
        }
    }

    @Test func `another charge under the same id is a conflict, 409 when alone`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let time: JSONObject = ["occurred_at": StoryLedger.now]
            let first = try ledger.spend(Ledger.charge("r", key.token, 1, time))[0]
            let other = Ledger.charge("r", key.token, 2, time)
            let alone = try ledger.post("/v1/spend", other)
            #expect(alone.status == 409 && alone["code"]?.string == "conflict")
            #expect(alone[header: "content-type"] == "application/problem+json")
            #expect(alone["results"]?[0]?["position"] == first["position"])
            let batch = try ledger.spend([other, Ledger.charge("s", key.token, 4, time)])
            #expect(batch.map { $0["result"]?.string } == ["conflict", "recorded"])
            #expect(batch[0]["error"]?["code"]?.string == "conflict" && batch[0]["position"] == first["position"])
            #expect(try ledger.post("/v1/spend", [other, other]).status == 409)
            #expect(try ledger.spent(key.token) == ["5.0", "5.0"])
            let metrics = try ledger.get("/metrics").body
            for (result, count) in [("recorded", 2), ("duplicate", 0), ("conflict", 4), ("rejected", 0)] {
                #expect(metrics.contains("keyledger_charges_total{result=\"\(result)\"} \(count)\n"), "\(result)")
            }
        }
    }

    @Test func `one bad charge spoils no other, and says why`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let time = #""occurred_at": \#(Ledger.now.serialized())"#
            func charge(_ id: String, _ spend: String) -> String {
                #"{"request_id": "\#(id)", "token": "\#(key.token)", "spend": \#(spend), \#(time)}"#
            }
            let bodies = [
                "application/json": "[\(charge("a", "1")), \(charge("b", "NaN")), 7, \(charge("c", "-1")), \(charge("d", "1"))]",
                "application/x-ndjson": [charge("e", "1"), "{", charge("f", "1e400"), charge("g", "true"), charge("h", "1")].joined(
                    separator: "\n"),
            ]
            for (type, body) in bodies {
                let answer = try ledger.ask("POST", "/v1/spend", raw: body, headers: [("Content-Type", type)])
                #expect(answer.status == 200)
                let results = answer["results"]?.array ?? []
                #expect(
                    results.map { $0["result"]?.string } == ["recorded", "rejected", "rejected", "rejected", "recorded"], "\(answer.body)")
                for result in results where result["result"]?.string == "rejected" {
                    #expect(result["error"]?["code"]?.string != nil && result["error"]?["message"]?.string != nil)
                    #expect(result["position"]?.isNull == true)
                }
                #expect(answer["position"]?.integer.map { UInt64($0) } == answer.position)
            }
            #expect(try ledger.spent(key.token) == ["4.0", "4.0"])
            let none = try ledger.ask("POST", "/v1/spend", raw: "[\(charge("x", "NaN")), 7]")
            #expect(none.status == 422 && none["code"]?.string == "nothing_recorded" && none["results"]?.array?.count == 2)
            let alone = try ledger.ask("POST", "/v1/spend", raw: charge("x", "-1"))
            #expect(alone.status == 422 && alone["code"]?.string == "negative_spend")
        }
    }

    @Test func `charges of a token that no key has are kept, and are the key's if it gets one`() throws {
        try StoryLedger.run { ledger in
            let secret = "sk-not-yet-a-key-0123456789"
            let result = try ledger.spend(["request_id": "r", "key": .string(secret), "spend": "0.5"])[0]
            #expect(result["result"]?.string == "recorded")
            let position = try #require(result["position"]?.integer)
            #expect(try ledger.spend(["request_id": "r", "key": .string(secret), "spend": "0.5"])[0]["result"]?.string == "duplicate")
            let event = try #require(try ledger.events().first { $0["position"]?.integer == position })
            #expect(event["type"]?.string == "SpendRecorded")
            let key = try ledger.makeKey(["key": .string(secret)])
            #expect(try ledger.info(key.token)["total_spend"]?.decimalText == "0.5")
            try ledger.spend(Ledger.charge("s", key.token, "0.25"))
            #expect(try ledger.spent(key.token) == ["0.25", "0.75"])
        }
    }

    @Test func `blocked, expired and ended secrets are charged like others`() throws {
        try StoryLedger.run { ledger in
            let blocked = try ledger.makeKey()
            try ledger.change("/key/block", ["key": .string(blocked.token)])
            let expired = try ledger.makeKey(["duration": "1s"])
            try ledger.wait("the end") { try ledger.code(expired.secret) == "EXPIRED" }
            let rotated = try ledger.makeKey()
            _ = try ledger.rotate(rotated.secret)
            for key in [blocked, expired, rotated] {
                #expect(try ledger.spend(Ledger.charge(key.keyID, key.token, 1))[0]["result"]?.string == "recorded")
                #expect(try ledger.spent(key.keyID) == ["1.0", "1.0"])
            }
        }
    }

    @Test func `a time far ahead is rejected, one long ago is taken`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let ahead = try ledger.post("/v1/spend", Ledger.charge("a", key.token, 1, ["occurred_at": "2200-01-01T00:00:00Z"]))
            #expect(ahead.status == 422 && ahead["results"]?[0]?["result"]?.string == "rejected")
            try ledger.spend(Ledger.charge("b", key.token, 1, ["occurred_at": 0]))
            #expect(try ledger.info(key.token)["total_spend"]?.decimalText == "1.0")
        }
    }

    @Test func `a producer that counts needs no times, and no number counts twice`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            func send(_ numbers: [Int64], epoch: Int64? = nil) throws -> [String?] {
                let charges = numbers.map { number -> JSONValue in
                    var charge: JSONObject = [
                        "producer": "edge", "producer_seq": JSONValue(number), "token": .string(key.token), "spend": "0.001",
                    ]
                    if let epoch { charge["producer_epoch"] = JSONValue(epoch) }
                    return .object(charge)
                }
                return (try ledger.post("/v1/spend", .array(charges))["results"]?.array ?? []).map { $0["result"]?.string }
            }
            #expect(try send([1, 2, 3]) == ["recorded", "recorded", "recorded"])
            #expect(try send([3, 4, 6, 6, 5]) == ["duplicate", "recorded", "recorded", "duplicate", "recorded"])
            #expect(try send([5_000]) == ["rejected"])
            try ledger.restart()
            #expect(try send([6, 7]) == ["duplicate", "recorded"])
            #expect(try send([1, 2], epoch: 1) == ["recorded", "recorded"])
            #expect(try send([8]) == ["rejected"])
            #expect(try ledger.spent(key.token) == ["0.009", "0.009"])
        }
    }

    @Test func `a rejected charge uses its number up, and what is missing can be given up`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            func send(_ number: Int64, _ more: JSONObject = [:]) throws -> String? {
                var charge: JSONObject = ["producer": "edge", "producer_seq": JSONValue(number), "token": .string(key.token), "spend": 1]
                for member in more { charge[member.name] = member.value }
                return try ledger.post("/v1/spend", .object(charge))["results"]?[0]?["result"]?.string
            }
            #expect(try send(1, ["status": "well"]) == "rejected" && send(1) == "duplicate")
            #expect(try send(2, ["spend": -1]) == "rejected" && send(2) == "duplicate")
            #expect(try send(3, ["producer_epoch": "x"]) == "rejected" && send(3) == "recorded")
            #expect(try send(2_000) == "rejected")
            #expect(try send(2_000, ["skip": true]) == "recorded")
            #expect(try send(4) == "duplicate" && send(2_001) == "recorded")
            #expect(try ledger.spent(key.token) == ["3.0", "3.0"])
        }
    }

    @Test func `a gateway records under its own name, and nobody else may`() throws {
        try StoryLedger.run { ledger in
            let gateway = try ledger.makeKey(["role": "gateway"])
            let key = try ledger.makeKey()
            try ledger.spend(Ledger.charge("a", key.token, 1), as: .key(gateway.secret))
            #expect(try ledger.post("/v1/spend", Ledger.charge("b", key.token, 1), as: .key(key.secret)).status == 403)
            try ledger.change("/key/block", ["key": .string(gateway.token)])
            #expect(try ledger.post("/v1/spend", Ledger.charge("c", key.token, 1), as: .key(gateway.secret)).status == 401)
            #expect(try ledger.spent(key.token) == ["1.0", "1.0"])
        }
    }

    @Test func `spend given in generate and update is where counting goes on`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["spend": 2, "max_budget": 10])
            #expect(try ledger.spent(key.token) == ["2.0", "0.0"])
            try ledger.spend(Ledger.charge("a", key.token, 1))
            #expect(try ledger.spent(key.token) == ["3.0", "1.0"])
            try ledger.change("/key/update", ["key": .string(key.token), "spend": .number("0.5")])
            #expect(try ledger.spent(key.token) == ["0.5", "1.0"])
            try ledger.spend(Ledger.charge("b", key.token, 1))
            #expect(try ledger.spent(key.token) == ["1.5", "2.0"])
            #expect(try ledger.verify(key.secret)["remaining_budget"]?.string == "8.5")
        }
    }
}
