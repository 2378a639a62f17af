import JSONText
import Testing

/// What users of LiteLLM met when they rotated keys, by the number of their issue.
struct RotationStories {
    /// LiteLLM #24680: lookups of an old key were kept in a cache as pairs and read as triples, so that the second use of a key in its grace
    /// was refused, or ended in a 500. Here a state is folded once, and the hundredth answer is the first.
    @Test func `24680 an old key in grace is good each time it is used`() throws {
        try StoryLedger.run { ledger in
            let first = try ledger.makeKey(["key_alias": "a"])
            let second = try ledger.rotate(first.secret, grace: "1h")
            for _ in 1...10 {
                #expect(try ledger.gateway(first.secret)[header: "x-keyledger-code"] == "DEPRECATED")
                let own = try ledger.get("/key/info", as: .key(first.secret))
                #expect(own.status == 200 && own["key"]?.string == second.token)
                #expect(try ledger.code(second.secret) == "VALID")
            }
        }
    }

    /// LiteLLM #27193: `grace_period` was accepted and ignored (v1.82.3): the old key died with the rotation, and so did the callers that
    /// had not yet been given the new one. Here the end of the old key is a field of the event.
    @Test(arguments: ["1h", "90m", "2d", "1w"]) func `27193 grace_period is kept`(_ grace: String) throws {
        try StoryLedger.run { ledger in
            let first = try ledger.makeKey(["key_alias": "a"])
            let second = try ledger.rotate(first.secret, grace: grace)
            let old = try ledger.verify(first.secret)
            #expect(old["valid"]?.bool == true && old["code"]?.string == "DEPRECATED")
            #expect(try ledger.code(second.secret) == "VALID")
            let event = try #require(try ledger.events().last { $0["type"]?.string == "KeyRegenerated" })
            let seconds = ["1h": 3_600, "90m": 5_400, "2d": 172_800, "1w": 604_800][grace] ?? 0
            let made = try #require(event["recorded_at"]?.string.flatMap(Moment.init))
            let ends = try #require(event["data"]?["revoke_at"]?.string.flatMap(Moment.init))
            #expect(ends.nanoseconds - made.nanoseconds == seconds * 1_000_000_000)
            #expect(old["valid_until"]?.string.flatMap(Moment.init) == ends)
        }
    }

    @Test func `27193 a configured grace holds where the request names none, and the request's own wins`() throws {
        try StoryLedger.run(environment: ["LITELLM_KEY_ROTATION_GRACE_PERIOD": "1h"]) { ledger in
            let first = try ledger.makeKey(["key_alias": "a"])
            let second = try ledger.rotate(first.secret)
            #expect(try ledger.code(first.secret) == "DEPRECATED")
            _ = try ledger.rotate(second.secret, grace: "0s")
            #expect(try ledger.code(second.secret) == "REVOKED")
            #expect(try ledger.code(first.secret) == "DEPRECATED", "its own end")
        }
    }

    /// A grace that cannot be read only made a warning in LiteLLM's log, and the old key died at once. Here nothing happens.
    @Test(arguments: ["soon", "1h30m", "-1", "5", "99999999999999999999d"])
    func `27193 a grace that cannot be read changes nothing`(_ grace: String) throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a"])
            let before = try ledger.get("/livez").position
            let answer = try ledger.post("/key/regenerate", ["key": .string(key.secret), "grace_period": .string(grace)])
            #expect(answer.summary == "400 bad_request_error" && answer.error["param"]?.string == "grace_period")
            #expect(try ledger.code(key.secret) == "VALID")
            #expect(try ledger.get("/livez").position == before)
        }
    }

    /// LiteLLM #31079: a regeneration began the key's per-model budget windows anew, so that a key that had spent its day's budget could be
    /// rotated into a new one. Budgets belong to the key, not to its secret.
    @Test(arguments: [nil, "1h"] as [String?]) func `31079 a regeneration keeps spend, budget and window`(_ grace: String?) throws {
        try StoryLedger.run { ledger in
            let first = try ledger.makeKey([
                "key_alias": "a", "max_budget": 5, "budget_duration": "1d", "budget_limits": [["budget_duration": "7d", "max_budget": 20]],
                "model_max_budget": ["gpt-4o": ["budget_limit": 3, "time_period": "1d"]],
            ])
            try ledger.change("/key/update", ["key": .string(first.secret), "spend": .number("2.25")])
            let before = try ledger.info(first.secret)
            let second = try ledger.rotate(first.secret, grace: grace)
            let after = try ledger.info(second.secret)
            for name in ["spend", "total_spend", "max_budget", "budget_duration", "budget_reset_at", "budget_limits", "model_max_budget"] {
                #expect(after[name] == before[name], "\(name)")
            }
            #expect(after["spend"]?.decimalText == "2.25")
            #expect(after["budget_reset_at"]?.string != nil)
            #expect(try ledger.verify(second.secret)["remaining_budget"]?.string == "2.75")
            // Spent by the one secret, spent for the other.
            try ledger.change("/key/update", ["key": .string(second.secret), "spend": 5])
            #expect(try ledger.code(second.secret) == "BUDGET_EXCEEDED")
            #expect(try ledger.code(first.secret) == (grace == nil ? "REVOKED" : "BUDGET_EXCEEDED"))
            let third = try ledger.rotate(second.secret, grace: grace)
            #expect(try ledger.code(third.secret) == "BUDGET_EXCEEDED")
        }
    }
}
