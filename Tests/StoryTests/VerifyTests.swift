import JSONText
import Testing

/// `POST /v1/keys/verify`, which gateways ask.
struct VerifyTests {
    @Test func `a good key's answer names all that a gateway needs`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey([
                "key_alias": "a", "team_id": "t", "user_id": "ada", "organization_id": "o", "models": ["gpt-4o"], "rpm_limit": 60,
                "tpm_limit": 1_000, "max_parallel_requests": 3, "max_budget": .number("0.048"), "metadata": ["x": .number("1.0")],
                "duration": "1h",
            ])
            let head = try #require(try ledger.get("/livez").position)
            let answer = try ledger.verify(key.secret)
            let end = try #require(answer["valid_until"]?.string.flatMap(Moment.init))
            let expires = try #require(key.json["expires"]?.string.flatMap(Moment.init))
            #expect(end.nanoseconds / 1_000 == expires.nanoseconds / 1_000)
            let wanted: JSONValue = [
                "valid": true, "code": "VALID", "key_id": .string(key.keyID), "token": .string(key.token), "alias": "a", "team_id": "t",
                "user_id": "ada", "organization_id": "o", "models": ["gpt-4o"], "rpm_limit": 60, "tpm_limit": 1_000,
                "max_parallel_requests": 3, "max_budget": "0.048", "remaining_budget": "0.048", "metadata": ["x": .number("1.0")],
                "valid_until": answer["valid_until"] ?? .null, "position": JSONValue(head),
            ]
            #expect(answer == wanted)
            // By token, which a gateway may keep, the same.
            #expect(try ledger.post("/v1/keys/verify", ["token": .string(key.token)]).json == answer)
        }
    }

    /// Whoever asks often is answered from memory: what changes the caller or the key counts from the next request on all the same.
    @Test func `a gateway and a key that were asked about often are refused at once when they change`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "before", "team_id": "t", "metadata": ["x": 1]])
            let caller = try ledger.makeKey(["role": "gateway"])
            func ask() throws -> [Answer] {
                try (0..<4).map { _ in try ledger.post("/v1/keys/verify", ["key": .string(key.secret)], as: .key(caller.secret)) }
            }
            func own() throws -> [Answer] { try (0..<4).map { _ in try ledger.gateway(key.secret) } }
            #expect(try Set(ask().map(\.body)).count == 1)
            #expect(try own().allSatisfy { $0.status == 200 && $0[header: "x-keyledger-alias"] == "before" })
            try ledger.change("/key/update", ["key": .string(key.token), "key_alias": "after", "metadata": ["y": 2]])
            let head = try #require(try ledger.get("/livez").position)
            for answer in try ask() {
                #expect(answer["alias"] == "after" && answer["metadata"] == ["y": 2] && answer["position"] == JSONValue(head))
            }
            for answer in try own() { #expect(answer[header: "x-keyledger-alias"] == "after" && answer.position == head) }
            try ledger.change("/key/block", ["key": .string(key.token)])
            #expect(try ask().allSatisfy { $0["code"] == "BLOCKED" && $0["valid"] == false })
            #expect(try own().allSatisfy { $0.status == 403 })
            try ledger.change("/key/update", ["key": .string(caller.token), "role": "subscriber"])
            #expect(try ask().allSatisfy { $0.status == 403 })
            try ledger.change("/key/update", ["key": .string(caller.token), "role": "gateway"])
            #expect(try ask().allSatisfy { $0.status == 200 })
            try ledger.change("/key/block", ["key": .string(caller.token)])
            #expect(try ask().allSatisfy { $0.status == 401 })
            try ledger.change("/key/unblock", ["key": .string(caller.token)])
            #expect(try ask().allSatisfy { $0.status == 200 })
            try ledger.change("/key/delete", ["keys": [.string(caller.token)]])
            #expect(try ask().allSatisfy { $0.status == 401 })
        }
    }

    /// All members are always there; a secret that names no key has them null, or empty.
    @Test(arguments: [("sk-nobody-has-this-secret", "NOT_FOUND"), ("sk-short", "MALFORMED"), ("not a key", "MALFORMED"), ("", "MALFORMED")])
    func `a secret of no key`(_ secret: String, _ code: String) throws {
        try StoryLedger.run { ledger in
            let answer = try ledger.verify(secret)
            let known = try ledger.verify(try ledger.makeKey().secret)
            #expect(answer["valid"]?.bool == false && answer["code"]?.string == code)
            #expect(answer.object?.names == known.object?.names)
            for name in ["key_id", "token", "alias", "team_id", "user_id", "max_budget", "remaining_budget", "valid_until"] {
                #expect(answer[name]?.isNull == true, "\(name)")
            }
            #expect(answer["models"] == [] && answer["metadata"] == [:])
            #expect(answer["position"]?.integer == 1)
        }
    }

    @Test func `each ended key is told apart, by secret and by token`() throws {
        try StoryLedger.run { ledger in
            let first = try ledger.makeKey(["key_alias": "a", "duration": "1s"])
            let second = try ledger.rotate(first.secret, grace: "1s")
            let revoked = try ledger.makeKey()
            let after = try ledger.rotate(revoked.secret, grace: "1h")
            try ledger.change("/v1/credentials/\(revoked.token)/revoke", [:])
            let blocked = try ledger.makeKey(["blocked": true, "max_budget": 0])
            let over = try ledger.makeKey(["max_budget": 0, "models": ["m"]])
            let deleted = try ledger.makeKey(["blocked": true])
            try ledger.change("/key/delete", ["keys": [.string(deleted.token)]])
            let model = try ledger.makeKey(["models": ["m"]])
            try ledger.wait("grace's end and expiry") {
                try ledger.code(first.secret) == "GRACE_ENDED" && ledger.code(second.secret) == "EXPIRED"
            }
            let wanted = [
                (first, "GRACE_ENDED"), (second, "EXPIRED"), (revoked, "REVOKED"), (after, "VALID"), (blocked, "BLOCKED"),
                (over, "BUDGET_EXCEEDED"), (deleted, "DELETED"), (model, "VALID"),
            ]
            for (key, code) in wanted {
                let answer = try ledger.verify(key.secret)
                #expect(answer["code"]?.string == code && answer["valid"]?.bool == (code == "VALID"))
                #expect(answer["key_id"]?.string == key.keyID && answer["token"]?.string == key.token)
                #expect(try ledger.post("/v1/keys/verify", ["token": .string(key.token)]).json == answer)
            }
            #expect(try ledger.code(model.secret, model: "other") == "MODEL_NOT_ALLOWED")
            #expect(try ledger.code(model.secret, model: "m") == "VALID")
            #expect(try ledger.code(over.secret, model: "other") == "BUDGET_EXCEEDED", "the key's own state comes first")
        }
    }

    @Test func `valid_until is the next moment at which time alone changes the answer`() throws {
        try StoryLedger.run { ledger in
            func end(_ key: MadeKey) throws -> Moment? { try ledger.verify(key.secret)["valid_until"]?.string.flatMap(Moment.init) }
            #expect(try end(try ledger.makeKey()) == nil)
            let key = try ledger.makeKey(["duration": "2h"])
            let expiry = try #require(try end(key))
            let next = try ledger.rotate(key.secret, grace: "1h")
            #expect(try #require(try end(key)).nanoseconds < expiry.nanoseconds, "the grace ends first")
            #expect(try end(next) == expiry)
            let last = try ledger.rotate(key.secret, grace: "1d")
            #expect(try end(next) == expiry, "the key's expiry ends every grace")
            try ledger.change("/key/block", ["key": .string(last.secret)])
            #expect(try end(last) == nil, "no clock unblocks")
            // A budget that is spent is whole again when its window ends.
            let over = try ledger.makeKey(["max_budget": 0, "budget_duration": "1d"])
            let reset = try #require(try ledger.info(over.secret)["budget_reset_at"]?.string.flatMap(Moment.init))
            #expect(try end(over) == reset && reset.nanoseconds % 86_400_000_000_000 == 0)
        }
    }

    @Test(arguments: [
        ("{}", "key_missing"), (#"{"key": 5}"#, "key_missing"), (#"{"key": "sk-0123456789abcdef", "token": "x"}"#, "key_missing"),
        (#"{"token": "x"}"#, "invalid_token"), ("[]", nil), ("{", nil),
    ])
    func `what cannot be judged is a problem with a code`(_ body: String, _ code: String?) throws {
        try StoryLedger.run { ledger in
            let answer = try ledger.ask("POST", "/v1/keys/verify", raw: body)
            #expect(answer.status == 400 || (code == nil && answer.status == 422), "\(answer.body)")
            #expect(answer[header: "content-type"] == "application/problem+json")
            #expect(answer["request_id"]?.string == answer[header: "x-request-id"])
            if let code { #expect(answer["code"]?.string == code) } else { #expect(answer["code"]?.string != nil) }
        }
    }
}
