import JSONText
import Testing

/// Defects of LiteLLM 1.109.1 around charges that were seen by running it. The number is the row's in the list of them.
struct ChargeDefects {
    /// There nobody can tell: charges, logs and daily rows all carry the new secret's hash.
    @Test func `row 8 whose calls still use the old secret is told`() throws {
        try StoryLedger.run { ledger in
            let a = try ledger.makeKey(["key_alias": "a"])
            let b = try ledger.rotate(a.secret, grace: "1h")
            try ledger.charge(a.secret, "0.1", id: "by the old one")
            try ledger.charge(b.secret, "0.2", id: "by the new one")
            let keys = try ledger.breakdown("api_keys")
            #expect(Set(keys.names) == [a.token, b.token])
            #expect(keys[a.token]?["metrics"]?["spend"]?.decimalText == "0.1")
            #expect(keys[b.token]?["metrics"]?["spend"]?.decimalText == "0.2")
            #expect(keys.names.map { keys[$0]?["metadata"]?["key_alias"]?.string } == ["a", "a"])
            #expect(try ledger.logs(a.token).map { $0["request_id"]?.string } == ["by the old one"])
            #expect(try ledger.logs(b.token).map { $0["request_id"]?.string } == ["by the new one"])
            // One key all the same: one spend, and one row where rotations are joined.
            #expect(try [a, b].map { try ledger.info($0.token)["total_spend"]?.decimalText } == ["0.3", "0.3"])
            let joined = try ledger.breakdown("api_keys", "group_by=key_id")
            #expect(joined.names == [a.keyID] && joined[a.keyID]?["metrics"]?["spend"]?.decimalText == "0.3")
        }
    }

    /// There the key's spend stayed 0, because the secret was renamed before the batch writer ran; daily activity and logs had all of it.
    @Test func `row 9 charges outlive a rename and a rotation right after them`() throws {
        try StoryLedger.run { ledger in
            let a = try ledger.makeKey(["key_alias": "a"])
            for number in 1...5 { try ledger.charge(a.secret, "0.048", id: "call \(number)") }
            try ledger.change("/key/update", ["key": .string(a.secret), "key_alias": "b"])
            let b = try ledger.rotate(a.secret)
            let wanted = StoryLedger.Sums(
                spend: "0.24", total: "0.24", daily: "0.24", charges: Array(repeating: "0.048", count: 5))
            #expect(try ledger.sums(b.token, tokens: [a.token, b.token]) == wanted)
        }
    }

    /// There the deleted key's spend was 0: its row had gone to the archive before the batch writer ran.
    @Test func `row 10 charges outlive a deletion right after them`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a", "team_id": "t"])
            for number in 1...5 { try ledger.charge(key.secret, "0.05", id: "call \(number)") }
            try ledger.change("/key/delete", ["keys": [.string(key.secret)]])
            let wanted = StoryLedger.Sums(
                spend: "0.25", total: "0.25", daily: "0.25", charges: Array(repeating: "0.05", count: 5))
            #expect(try ledger.sums(key.token, tokens: [key.token]) == wanted)
            // Also a charge that arrives after the deletion: the money was spent.
            try ledger.charge(key.secret, "0.05", id: "late")
            #expect(try ledger.sums(key.token, tokens: [key.token]).total == "0.3")
            let row = try ledger.breakdown("api_keys")[key.token]
            #expect(row?["metadata"]?["key_alias"]?.string == "a" && row?["metadata"]?["team_id"]?.string == "t")
            #expect(row?["metadata"]?["key_exists"]?.bool == false)
        }
    }

    /// There none of five answered calls was left after `kill -9`.
    @Test func `row 11 kill -9 loses no acknowledged charge and a retry doubles none`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a"])
            for number in 1...5 { try ledger.charge(key.secret, "0.05", id: "call \(number)") }
            try ledger.kill()
            let wanted = StoryLedger.Sums(
                spend: "0.25", total: "0.25", daily: "0.25", charges: Array(repeating: "0.05", count: 5))
            #expect(try ledger.sums(key.token, tokens: [key.token]) == wanted)
            for number in 1...5 {
                let again = try ledger.chargeResult(key.secret, "0.05", id: "call \(number)")
                #expect(again["result"]?.string == "duplicate")
            }
            #expect(try ledger.sums(key.token, tokens: [key.token]) == wanted)
        }
    }

    /// There both were shown under the first group's name.
    @Test func `row 12 two model groups over one model are two groups`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a"])
            try ledger.charge(key.secret, "0.1", id: "1", ["model": "openai/gpt-4o", "model_group": "fast"])
            try ledger.charge(key.secret, "0.2", id: "2", ["model": "openai/gpt-4o", "model_group": "careful"])
            let groups = try ledger.breakdown("model_groups")
            #expect(groups.names.sorted() == ["careful", "fast"])
            #expect(groups["fast"]?["metrics"]?["spend"]?.decimalText == "0.1")
            #expect(groups["careful"]?["api_key_breakdown"]?[key.token]?["metrics"]?["spend"]?.decimalText == "0.2")
            let models = try ledger.breakdown("models")
            #expect(models.names == ["openai/gpt-4o"] && models["openai/gpt-4o"]?["metrics"]?["spend"]?.decimalText == "0.3")
        }
    }

    /// There a budget's refusal spoke of a spend of 0.04799999999999801.
    @Test func `row 14 six times 0_008 is 0_048 and 0_1 and 0_2 is 0_3`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a", "max_budget": .number("0.048")])
            for number in 1...5 { try ledger.charge(key.secret, "0.008", id: "call \(number)") }
            #expect(try ledger.verify(key.secret)["remaining_budget"]?.string == "0.008")
            #expect(try ledger.code(key.secret) == "VALID")
            // The sixth as a JSON number: it is read from its text.
            let body = #"{"request_id": "call 6", "key": "\#(key.secret)", "spend": 0.008}"#
            #expect(try ledger.ask("POST", "/v1/spend", raw: body).status == 200)
            let verdict = try ledger.verify(key.secret)
            #expect(verdict["code"]?.string == "BUDGET_EXCEEDED" && verdict["remaining_budget"]?.string == "0")
            let wanted = StoryLedger.Sums(
                spend: "0.048", total: "0.048", daily: "0.048", charges: Array(repeating: "0.008", count: 6))
            #expect(try ledger.sums(key.token, tokens: [key.token]) == wanted)
            let other = try ledger.makeKey(["key_alias": "b"])
            try ledger.charge(other.secret, "0.1", id: "first")
            try ledger.charge(other.secret, "0.2", id: "second")
            #expect(try ledger.info(other.token)["spend"]?.decimalText == "0.3")
        }
    }

    /// There both keys of a mixed deletion were reported as deleted, whatever they had spent.
    @Test func `row 16 a mixed deletion keeps what the known key has spent and makes nothing of the unknown one`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a"])
            let unknown = String(repeating: "0", count: 64)
            try ledger.charge(key.secret, "0.3", id: "1")
            let answer = try ledger.change("/key/delete", ["keys": [.string(key.token), .string(unknown)]])
            #expect(answer["deleted_keys"] == [.string(key.token)])
            #expect(answer["failed_keys"]?.array?.map { $0["key"]?.string } == [unknown])
            let keys = try ledger.breakdown("api_keys")
            #expect(keys.names == [key.token] && keys[key.token]?["metadata"]?["key_alias"]?.string == "a")
            #expect(try ledger.info(key.token)["total_spend"]?.decimalText == "0.3")
            #expect(try ledger.get("/key/info?key=\(unknown)").status == 404)
        }
    }

    /// There the list of keys by spend had null for a deleted key's alias.
    @Test func `row 19 a deleted key keeps its alias in every list`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a", "team_id": "t"])
            try ledger.charge(key.secret, "0.3", id: "1", ["model": "m"])
            try ledger.change("/key/delete", ["keys": [.string(key.secret)]])
            let rows = try #require(try ledger.get("/global/spend/keys").json.array)
            let row = try #require(rows.first { $0["api_key"]?.string == key.token }, "\(rows)")
            #expect(row["key_alias"]?.string == "a" && row["key_name"]?.string == "sk-...\(key.secret.suffix(4))")
            #expect(row["total_spend"]?.decimalText == "0.3")
            for dimension in ["models", "model_groups", "providers", "entities"] {
                for entry in try ledger.breakdown(dimension).values {
                    let shown = entry["api_key_breakdown"]?[key.token]
                    #expect(shown?["metadata"]?["key_alias"]?.string == "a" && shown?["metadata"]?["key_exists"]?.bool == false)
                }
            }
        }
    }

    /// There the hash was the identity: the usage of a deleted key went over to the key that was made anew from its value.
    @Test func `row 20 a key of the same alias, made after a deletion, begins at nothing`() throws {
        try StoryLedger.run { ledger in
            let old = try ledger.makeKey(["key": "sk-chosen-0123456789abc", "key_alias": "a", "team_id": "old"])
            try ledger.charge(old.secret, "0.3", id: "1")
            try ledger.change("/key/delete", ["keys": [.string(old.secret)]])
            let refused = try ledger.post("/key/generate", ["key": .string(old.secret), "key_alias": "b"])
            #expect(refused.summary == "400 bad_request_error")
            let new = try ledger.makeKey(["key_alias": "a", "team_id": "new"])
            #expect(new.keyID != old.keyID)
            #expect(try ledger.info(new.token)["total_spend"]?.decimalText == "0.0")
            try ledger.charge(new.secret, "0.1", id: "2")
            let keys = try ledger.breakdown("api_keys")
            #expect(keys[old.token]?["metadata"]?["team_id"]?.string == "old")
            #expect(keys[old.token]?["metrics"]?["spend"]?.decimalText == "0.3")
            #expect(keys[new.token]?["metadata"]?["team_id"]?.string == "new")
            #expect(keys[new.token]?["metrics"]?["spend"]?.decimalText == "0.1")
            #expect(try ledger.breakdown("api_keys", "group_by=key_id").names.sorted() == [old.keyID, new.keyID].sorted())
        }
    }
}

extension JSONObject {
    fileprivate var values: [JSONValue] { names.compactMap { self[$0] } }
}
