import JSONText
import Testing

/// What LiteLLM 1.109.1 gets wrong with money, one test for each. See also LiteLLM #9820, #33872 and others on lost and doubled spend.
struct SpendDefects {
    @Test(arguments: [("0.008", 6, "0.048"), ("0.1", 3, "0.3"), ("1e-12", 7, "0.000000000007"), ("0.30000000000000004", 2, "0.6")])
    func `14 a sum of decimal amounts is that sum, to the last digit`(amount: String, count: Int, sum: String) throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["max_budget": 1])
            for number in 0..<count {
                try ledger.spend(StoryLedger.charge("r\(number)", key.token, .number(amount)))
            }
            #expect(try ledger.spent(key.token) == [sum, sum])
            let listed = try ledger.get("/key/list?return_full_object=true")["keys"]?[0]
            #expect(listed?["spend"]?.decimalText == sum && listed?["total_spend"]?.decimalText == sum)
            try ledger.restart()
            #expect(try ledger.spent(key.token) == [sum, sum])
        }
    }

    @Test func `14 the tenth and two tenths make three`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["max_budget": .number("0.3")])
            try ledger.spend([
                StoryLedger.charge("a", key.token, .number("0.1"), ["occurred_at": StoryLedger.now]),
                StoryLedger.charge("b", key.token, "0.2", ["occurred_at": StoryLedger.now]),
            ])
            #expect(try ledger.spent(key.token) == ["0.3", "0.3"])
            let verdict = try ledger.verify(key.secret)
            #expect(verdict["code"]?.string == "BUDGET_EXCEEDED" && verdict["remaining_budget"]?.string == "0")
        }
    }

    @Test func `a key says when it was last used`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            #expect(try ledger.info(key.token)["last_active"]?.isNull == true)
            try ledger.spend(StoryLedger.charge("a", key.token, 1, ["occurred_at": "2026-01-02T03:04:05.25Z"]))
            try ledger.spend(StoryLedger.charge("b", key.token, 1, ["occurred_at": "2026-01-01T00:00:00Z"]))
            #expect(try ledger.info(key.token)["last_active"]?.string == "2026-01-02T03:04:05.250000+00:00")
            let listed = try ledger.get("/key/list?return_full_object=true&sort_by=last_active")["keys"]?[0]
            #expect(listed?["last_active"]?.string == "2026-01-02T03:04:05.250000Z")
            #expect(try ledger.get("/metrics").body.contains("\nkeyledger_unfolded_charges "))
        }
    }

    @Test func `9 charges before and after a rename are all the key's`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "before"])
            for number in 0..<5 { try ledger.spend(StoryLedger.charge("r\(number)", key.token, .number("0.048"))) }
            try ledger.change("/key/update", ["key": .string(key.token), "key_alias": "after"])
            #expect(try ledger.spent(key.token) == ["0.24", "0.24"])
            // A backlog that comes late, for a call before the rename.
            try ledger.spend(StoryLedger.charge("late", key.token, .number("0.01"), ["occurred_at": "2026-01-01T00:00:00Z"]))
            #expect(try ledger.spent(key.token) == ["0.25", "0.25"])
        }
    }

    @Test func `10 charges of a key that is deleted right after them are not lost, nor those that come later`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            for number in 0..<5 { try ledger.spend(StoryLedger.charge("r\(number)", key.token, .number("0.05"))) }
            try ledger.change("/key/delete", ["keys": [.string(key.token)]])
            #expect(try ledger.spent(key.token) == ["0.25", "0.25"])
            let late = try ledger.spend(StoryLedger.charge("late", key.token, 1))
            #expect(late[0]["result"]?.string == "recorded")
            #expect(try ledger.spent(key.token) == ["1.25", "1.25"])
            #expect(try ledger.info(key.token)["status"]?.string == "deleted")
        }
    }

    @Test func `11 what was answered survives a kill`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            for number in 0..<5 { try ledger.spend(StoryLedger.charge("r\(number)", key.token, .number("0.048"))) }
            try ledger.kill()
            #expect(try ledger.spent(key.token) == ["0.24", "0.24"])
            // The client cannot know, and sends the last one again.
            let again = try ledger.spend(StoryLedger.charge("r4", key.token, .number("0.048")))
            #expect(again[0]["result"]?.string == "duplicate")
            #expect(try ledger.spent(key.token) == ["0.24", "0.24"])
        }
    }

    @Test func `20 a stranger under the same alias does not get the spend of the one before`() throws {
        try StoryLedger.run { ledger in
            let first = try ledger.makeKey(["key_alias": "ci"])
            try ledger.spend(StoryLedger.charge("a", first.token, 1))
            try ledger.change("/key/delete", ["keys": [.string(first.token)]])
            let second = try ledger.makeKey(["key_alias": "ci"])
            try ledger.spend(StoryLedger.charge("b", second.token, 2))
            #expect(try ledger.spent(first.keyID) == ["1.0", "1.0"] && ledger.spent(second.keyID) == ["2.0", "2.0"])
        }
    }

    @Test func `a regeneration touches neither spend nor total, and every secret's charges are the key's`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["max_budget": 10, "budget_duration": "30d"])
            try ledger.spend(StoryLedger.charge("a", key.token, 1))
            let next = try ledger.rotate(key.secret, grace: "1h")
            #expect(try ledger.spent(key.keyID) == ["1.0", "1.0"])
            try ledger.spend(StoryLedger.charge("b", key.token, 2))
            try ledger.spend(StoryLedger.charge("c", next.token, 4))
            for name in [key.token, next.token, key.keyID] { #expect(try ledger.spent(name) == ["7.0", "7.0"]) }
        }
    }

    @Test func `the budget holds at once, on every way of asking`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["max_budget": .number("0.01"), "budget_duration": "1d"])
            #expect(try ledger.verify(key.secret)["remaining_budget"]?.string == "0.01")
            try ledger.spend(StoryLedger.charge("a", key.token, .number("0.009")))
            #expect(try ledger.verify(key.secret)["remaining_budget"]?.string == "0.001")
            #expect(try ledger.gateway(key.secret).status == 200)
            try ledger.spend(StoryLedger.charge("b", key.token, .number("0.001")))
            #expect(try ledger.verify(key.secret)["code"]?.string == "BUDGET_EXCEEDED")
            let refused = try ledger.gateway(key.secret)
            #expect(refused.status == 403 && refused[header: "x-keyledger-code"] == "BUDGET_EXCEEDED")
            // Charges of a key over its budget are still taken: the money was spent.
            try ledger.spend(StoryLedger.charge("c", key.token, 1))
            #expect(try ledger.spent(key.token) == ["1.01", "1.01"])
            try ledger.change("/key/\(key.token)/reset_spend", ["reset_to": 0])
            #expect(try ledger.spent(key.token) == ["0.0", "1.01"])
            #expect(try ledger.code(key.secret) == "VALID")
        }
    }
}
