import JSONText
import Testing

/// Corrections, and spend that starts anew.
struct SpendResetStories {
    private typealias Ledger = StoryLedger

    @Test func `reset_spend has LiteLLM's shape and errors`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["max_budget": 10, "budget_duration": "1d", "key_alias": "a"])
            try ledger.spend(Ledger.charge("a", key.token, "0.048"))
            let path = "/key/\(key.secret)/reset_spend"
            let answer = try ledger.post(path, ["reset_to": .number("0.01")])
            #expect(answer.status == 200)
            #expect(answer["key_hash"]?.string == key.token && answer["spend"]?.decimalText == "0.01")
            #expect(answer["previous_spend"]?.decimalText == "0.048" && answer["max_budget"]?.decimalText == "10.0")
            #expect(answer["budget_reset_at"]?.string?.hasSuffix("T00:00:00+00:00") == true)
            #expect(try ledger.spent(key.token) == ["0.01", "0.048"])
            for (body, status, detail) in [
                (#"{"reset_to": -1}"#, 400, "reset_to must be >= 0"),
                (#"{"reset_to": 5.0}"#, 400, "reset_to (5.0) must be <= current spend (0.01)"),
                (#"{"reset_to": 1e400}"#, 400, nil), (#"{"reset_to": NaN}"#, 400, nil), ("{}", 422, nil),
                (#"{"reset_to": true}"#, 422, nil),
                (#"{"reset_to": "0"}"#, 422, nil), ("[]", 400, nil), ("", 422, nil),
            ] {
                let refused = try ledger.ask("POST", path, raw: body)
                #expect(refused.status == status, "\(body): \(refused.body)")
                if let detail { #expect(refused["detail"]?["error"]?.string == detail) }
            }
            let unknown = try ledger.post("/key/sk-does-not-exist-0123/reset_spend", ["reset_to": 0])
            #expect(unknown.status == 404 && unknown["detail"]?["error"]?.string == "Key sk-...0123 not found.")
            #expect(try ledger.spent(key.token) == ["0.01", "0.048"])
        }
    }

    @Test func `a reset of all keys is one event`() throws {
        try StoryLedger.run { ledger in
            let keys = try (0..<3).map { try ledger.makeKey(["max_budget": 1, "key_alias": .string("k\($0)")]) }
            for key in keys { try ledger.spend(Ledger.charge(key.keyID, key.token, 2)) }
            #expect(try ledger.code(keys[0].secret) == "BUDGET_EXCEEDED")
            let head = try #require(try ledger.get("/livez").position)
            let answer = try ledger.ask("POST", "/global/spend/reset")
            #expect(answer.body == #"{"message":"Spend for all API Keys and Teams reset successfully","status":"success"}"#)
            #expect(answer.position == head + 1)
            for key in keys {
                #expect(try ledger.spent(key.token) == ["0.0", "2.0"])
                #expect(try ledger.code(key.secret) == "VALID")
            }
            // A key that is made later is not meant.
            let later = try ledger.makeKey(["spend": 3])
            #expect(try ledger.spent(later.token) == ["3.0", "0.0"])
        }
    }

    @Test func `an administrator's correction takes back, with its reason`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["max_budget": 1])
            try ledger.spend(Ledger.charge("a", key.token, 2, ["model": "gpt-5"]))
            let correction = Ledger.charge("fix", key.token, "-1.5", ["reason": "counted twice", "occurred_at": StoryLedger.now])
            let answer = try ledger.post("/v1/spend/adjust", correction)
            #expect(answer.status == 200 && answer["results"]?[0]?["result"]?.string == "recorded", "\(answer.body)")
            #expect(try ledger.spent(key.token) == ["0.5", "0.5"])
            #expect(try ledger.code(key.secret) == "VALID")
            let event = try #require(try ledger.events().last)
            #expect(event["type"]?.string == "SpendAdjusted" && event["note"]?["reason"]?.string == "counted twice")
            #expect(try ledger.post("/v1/spend/adjust", correction)["results"]?[0]?["result"]?.string == "duplicate")
            for reasonless in [Ledger.charge("b", key.token, -1), Ledger.charge("b", key.token, -1, ["reason": ""])] {
                let refused = try ledger.post("/v1/spend/adjust", reasonless)
                #expect(refused.status == 422 && refused["code"]?.string == "reason_missing")
            }
            let byHeader = try ledger.post(
                "/v1/spend/adjust", Ledger.charge("c", key.token, "0.25"), headers: [("X-KeyLedger-Reason", "forgotten")])
            #expect(byHeader.status == 200)
            #expect(try ledger.post("/v1/spend/adjust", [correction]).status == 400)
            #expect(try ledger.post("/v1/spend", Ledger.charge("d", key.token, "-1.5")).status == 422)
            #expect(try ledger.spent(key.token) == ["0.75", "0.75"])
        }
    }

    @Test func `windows start anew by themselves`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["max_budget": 1, "budget_duration": "3s"])
            try ledger.wait("a fresh window") {
                try ledger.spend(Ledger.charge("a\(Int.random(in: 0 ... .max))", key.token, 1))
                return try ledger.code(key.secret) == "BUDGET_EXCEEDED"
            }
            try ledger.wait("the next window") { try ledger.code(key.secret) == "VALID" }
            #expect(try ledger.info(key.token)["spend"]?.decimalText == "0.0")
        }
    }
}
