import JSONText
import Testing

/// Budgets as gateways see them.
struct BudgetStories {
    /// LiteLLM raises a budget for a while with two fields of `/key/update`. They once were kept and shown, and counted for nothing.
    @Test(arguments: [
        ("5", "\"2100-01-01T00:00:00Z\""), ("\" 5.0 \"", "\"2100-01-01 00:00\""), ("5", "4102444800"),
        ("0.5e1", "\"2100-01-01T02:30:00+02:30\""),
    ]) func `a temporary budget counts in every form that it may be sent in`(_ increase: String, _ expiry: String) throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["max_budget": 10, "spend": 10])
            #expect(try ledger.code(key.secret) == "BUDGET_EXCEEDED")
            let body = #"{"key": "\#(key.token)", "temp_budget_increase": \#(increase), "temp_budget_expiry": \#(expiry)}"#
            let answer = try ledger.ask("POST", "/key/update", raw: body)
            #expect(answer.status == 200, "\(answer.body)")
            let verdict = try ledger.verify(key.secret)
            #expect(verdict["code"]?.string == "VALID" && verdict["remaining_budget"]?.string == "5")
            #expect(verdict["valid_until"]?.string?.hasPrefix("2100-01-01T00:00:00") == true)
            let metadata = try ledger.info(key.token)["metadata"]
            #expect(metadata?["temp_budget_increase"]?.decimalText == "5.0")
            #expect(metadata?["temp_budget_expiry"]?.string?.hasPrefix("2100-01-01T0") == true)
            try ledger.change("/key/update", ["key": .string(key.token), "temp_budget_increase": nil, "temp_budget_expiry": nil])
            #expect(try ledger.code(key.secret) == "BUDGET_EXCEEDED")
        }
    }

    @Test(arguments: [
        (#"{"temp_budget_increase": -5, "temp_budget_expiry": "2100-01-01T00:00:00Z"}"#, 400),
        (#"{"temp_budget_increase": 5}"#, 422), (#"{"temp_budget_expiry": "2100-01-01"}"#, 422),
        (#"{"temp_budget_increase": 5, "temp_budget_expiry": "soon"}"#, 422),
        (#"{"budget_limits": [{"max_budget": 3}]}"#, 422), (#"{"budget_limits": [{"max_budget": 3, "budget_duration": null}]}"#, 422),
        (#"{"budget_limits": [{"max_budget": 3, "budget_duration": ""}]}"#, 400),
        (#"{"budget_limits": [{"budget_duration": "1d"}]}"#, 422),
    ]) func `half a budget is refused and changes nothing`(_ fields: String, _ status: Int) throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["max_budget": 1])
            let answer = try ledger.ask("POST", "/key/update", raw: #"{"key": "\#(key.token)", "# + fields.dropFirst())
            #expect(answer.status == status, "\(answer.body)")
            #expect(answer.body.contains("budget"))
            #expect(try ledger.info(key.token)["revision"]?.integer == 1)
        }
    }
}
