import JSONText
import Testing

/// An Idempotency-Key makes a repeated request the same request (invariant 9), on every route that changes something.
struct IdempotencyTests {
    /// A change of `TOKEN`, a key with the alias `a`, and another change under the same route.
    struct Change: Sendable, CustomTestStringConvertible {
        let path: String
        let body: String
        let otherBody: String

        init(_ path: String, _ body: String, other: String) { (self.path, self.body, otherBody) = (path, body, other) }

        var testDescription: String { path }
    }

    static let changes = [
        Change("/key/generate", #"{"key_alias": "new", "max_budget": 1}"#, other: #"{"key_alias": "newer"}"#),
        Change("/key/generate", #"{"key": "sk-chosen-0123456789abc", "key_alias": "new"}"#, other: #"{"key": "sk-chosen-0123456789abd"}"#),
        Change("/key/service-account/generate", #"{"team_id": "t"}"#, other: #"{"team_id": "u"}"#),
        Change("/key/update", #"{"key": "TOKEN", "max_budget": 5, "metadata": {"a": 1}}"#, other: #"{"key": "TOKEN", "max_budget": 6}"#),
        Change("/key/update", #"{"key_alias": "a", "spend": 2.5}"#, other: #"{"key_alias": "a", "spend": 2}"#),
        Change(
            "/key/bulk_update", #"{"keys": [{"key": "TOKEN", "max_budget": 5}, {"key": "sk-does-not-exist", "max_budget": 5}]}"#,
            other: #"{"keys": [{"key": "TOKEN", "max_budget": 6}]}"#),
        Change("/key/regenerate", #"{"key": "TOKEN", "grace_period": "1h"}"#, other: #"{"key": "TOKEN"}"#),
        Change("/key/TOKEN/regenerate", #"{"grace_period": "1h", "max_budget": 3}"#, other: "{}"),
        Change("/key/block", #"{"key": "TOKEN"}"#, other: #"{"key": "TOKEN", "scope": "credential"}"#),
        Change("/key/unblock", #"{"key": "TOKEN"}"#, other: #"{"key": "sk-does-not-exist"}"#),
        Change("/key/delete", #"{"keys": ["TOKEN", "sk-does-not-exist"], "key_aliases": ["none"]}"#, other: #"{"key_aliases": ["a"]}"#),
        Change("/key/TOKEN/reset_spend", #"{"reset_to": 0}"#, other: #"{"reset_to": 0.0}"#),
        Change(
            "/v1/spend/adjust", #"{"request_id": "a", "token": "TOKEN", "spend": -1, "reason": "r"}"#,
            other: #"{"request_id": "a", "token": "TOKEN", "spend": -1, "reason": "s"}"#),
        Change("/v1/credentials/TOKEN/revoke", "{}", other: #"{"at": "2100-01-01T00:00:00Z"}"#),
    ]

    @Test(arguments: changes) func `a second try gives the first answer, another request is refused`(_ change: Change) throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a"])
            if change.path == "/key/unblock" { try ledger.change("/key/block", ["key": .string(key.token)]) }
            let id = [("Idempotency-Key", "try-1")]
            func send(_ body: String) throws -> Answer {
                let path = change.path.replacing("TOKEN", with: key.token)
                return try ledger.ask("POST", path, raw: body.replacing("TOKEN", with: key.token), headers: id)
            }
            let first = try send(change.body)
            #expect(first.status == 200, "\(first.body)")
            // What happens in between does not matter.
            _ = try ledger.makeKey()
            let head = try ledger.get("/livez").position
            let second = try send(change.body)
            #expect(second.status == 200 && second.told == first.told)
            #expect((second["replayed"]?.bool == true) == (change.path.contains("generate") || change.path.hasSuffix("adjust")))
            #expect((second.position ?? 0) >= (head ?? .max))
            let other = try send(change.otherBody)
            #expect(other.status == 409, "\(other.body)")
            #expect(other.body.contains("Idempotency-Key"))
            #expect(try ledger.get("/livez").position == head, "nothing was done twice")
        }
    }

    @Test func `the first answer comes again after later changes`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            func update(_ budget: Int64, _ id: String) throws -> Answer {
                try ledger.post(
                    "/key/update", ["key": .string(key.token), "max_budget": JSONValue(budget)], headers: [("Idempotency-Key", id)])
            }
            let first = try update(5, "one")
            _ = try update(7, "two")
            let again = try update(5, "one")
            #expect(again["max_budget"]?.decimalText == "5.0" && again["revision"] == first["revision"])
            #expect(try ledger.info(key.token)["max_budget"]?.decimalText == "7.0", "and nothing was changed back")
            try ledger.change("/key/delete", ["keys": [.string(key.token)]])
            #expect(try update(7, "two").status == 200, "even when the key has gone")
        }
    }

    @Test func `each caller has ids of its own`() throws {
        try StoryLedger.run { ledger in
            let id = [("Idempotency-Key", "one")]
            let admins = try ["x", "y"].map { try ledger.makeKey(["role": "proxy_admin", "key_alias": .string($0)]) }
            let callers: [StoryLedger.Caller] = [.master] + admins.map { .key($0.secret) }
            let made = try callers.map { try ledger.post("/key/generate", ["max_budget": 1], as: $0, headers: id) }
            #expect(made.map(\.status) == [200, 200, 200])
            #expect(Set(made.map { $0["key_id"]?.string }).count == 3)
            // A caller that rotated its secret between two tries is the same caller.
            let rotated = try ledger.rotate(admins[0].secret)
            let again = try ledger.post("/key/generate", ["max_budget": 1], as: .key(rotated.secret), headers: id)
            #expect(again["key_id"] == made[1]["key_id"] && again["replayed"]?.bool == true)
        }
    }

    @Test func `the same JSON written otherwise is the same request, another number is not`() throws {
        try StoryLedger.run { ledger in
            let id = [("Idempotency-Key", "one")]
            let texts = [
                #"{"key_alias":"a","max_budget":1.0}"#, "{ \"max_budget\" : 1.0,\n \"key_alias\":\"a\" }",
                #"{"key_\u0061lias":"\u0061","max_budget":1.0}"#,
            ]
            let made = try texts.map { try ledger.ask("POST", "/key/generate", raw: $0, headers: id) }
            #expect(Set(made.map { $0["key_id"]?.string }).count == 1 && made.allSatisfy { $0.status == 200 })
            for text in [#"{"key_alias":"a","max_budget":1}"#, #"{"key_alias":"a"}"#] {
                #expect(try ledger.ask("POST", "/key/generate", raw: text, headers: id).status == 409, "\(text)")
            }
            #expect(try ledger.ask("POST", "/key/generate?x=1", raw: texts[0], headers: id).status == 409)
            #expect(try ledger.ask("POST", "/key/service-account/generate", raw: #"{"team_id":"t"}"#, headers: id).status == 409)
        }
    }

    @Test func `a refusal is decided afresh`() throws {
        try StoryLedger.run { ledger in
            let id = [("Idempotency-Key", "one")]
            let holder = try ledger.makeKey(["key_alias": "a"])
            #expect(try ledger.post("/key/generate", ["key_alias": "a"], headers: id).status == 400)
            try ledger.change("/key/delete", ["keys": [.string(holder.token)]])
            #expect(try ledger.post("/key/generate", ["key_alias": "a"], headers: id).status == 200)
            #expect(try ledger.post("/key/generate", ["key_alias": "a"], headers: id)["replayed"]?.bool == true)
        }
    }

    @Test func `an id survives a restart`() throws {
        try StoryLedger.run { ledger in
            let id = [("Idempotency-Key", "one")]
            let key = try MadeKey(try ledger.post("/key/generate", ["key_alias": "a"], headers: id), #_sourceLocation)
            try ledger.restart()
            let again = try ledger.post("/key/generate", ["key_alias": "a"], headers: id)
            #expect(again["key_id"]?.string == key.keyID && again["key"]?.isNull == true && again["replayed"]?.bool == true)
        }
    }

    @Test func `an id that is none is refused`() throws {
        try StoryLedger.run { ledger in
            let long = String(repeating: "x", count: 256)
            for headers in [[("Idempotency-Key", "")], [("Idempotency-Key", long)], [("Idempotency-Key", "a"), ("Idempotency-Key", "a")]] {
                let answer = try ledger.post("/key/generate", [:], headers: headers)
                #expect(answer.status == 400 && answer.error["param"]?.string == "Idempotency-Key", "\(answer.body)")
            }
            #expect(try ledger.post("/key/generate", [:], headers: [("Idempotency-Key", String(long.dropLast()))]).status == 200)
        }
    }
}

extension Answer {
    /// The body without what says how far the answer looks.
    fileprivate var told: JSONObject? {
        var object = json.object
        for name in ["replayed", "position", "previous_spend"] { _ = object?.removeValue(named: name) }
        return object
    }
}
