import JSONText
import Testing

/// LiteLLM #38351 asks for a regeneration that can be tried again: a caller whose connection broke does not know whether the key was
/// rotated, and a second try rotates it once more and loses the first secret for ever. Here an Idempotency-Key makes both tries one.
struct RetryStories {
    private static let tried = [("Idempotency-Key", "rotation-1")]

    @Test func `38351 a second try of a regeneration gives the first answer`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a"])
            let first = try ledger.rotate(key.secret, grace: "1h", headers: Self.tried)
            let head = try ledger.get("/livez").position
            let second = try ledger.rotate(key.secret, grace: "1h", headers: Self.tried)
            #expect(second.json["replayed"]?.bool == true && first.json["replayed"] == nil)
            #expect(second.keyID == key.keyID && second.keyID == first.keyID)
            #expect(second.token == first.token && second.secret == first.secret)
            #expect(second.graceEndsAt == first.graceEndsAt)
            #expect(second.json["revision"]?.integer == 2)
            #expect(try ledger.get("/livez").position == head, "nothing more was recorded")
        }
    }

    @Test func `38351 by the path's key too`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let path = "/key/\(key.token)/regenerate"
            let first = try MadeKey(try ledger.ask("POST", path, headers: Self.tried), #_sourceLocation)
            let second = try MadeKey(try ledger.ask("POST", path, headers: Self.tried), #_sourceLocation)
            #expect(second.secret == first.secret && second.json["replayed"]?.bool == true)
        }
    }

    @Test func `38351 without a grace named, the old secret stays good for ten minutes, so that it can be tried again`() throws {
        try StoryLedger.run { ledger in
            let admin = try ledger.makeKey(["role": "proxy_admin"])
            let body: JSONValue = ["key": .string(admin.secret)]
            // An administrator's key that rotates itself, and tries again with the old secret.
            let first = try MadeKey(
                try ledger.post("/key/regenerate", body, as: .key(admin.secret), headers: Self.tried), #_sourceLocation)
            let second = try MadeKey(
                try ledger.post("/key/regenerate", body, as: .key(admin.secret), headers: Self.tried), #_sourceLocation)
            #expect(second.secret == first.secret)
            let event = try #require(try ledger.events().last { $0["type"]?.string == "KeyRegenerated" })
            let made = try #require(event["recorded_at"]?.string.flatMap(Moment.init))
            let ends = try #require(event["data"]?["revoke_at"]?.string.flatMap(Moment.init))
            #expect(ends.nanoseconds - made.nanoseconds == 600_000_000_000)
        }
    }

    @Test func `38351 with a secret of the caller's own there is no grace that nobody asked for`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let body: JSONValue = ["key": .string(key.secret), "new_key": "sk-own-secret-0123456789"]
            let first = try MadeKey(try ledger.post("/key/regenerate", body, headers: Self.tried), #_sourceLocation)
            #expect(first.secret == "sk-own-secret-0123456789")
            #expect(try ledger.code(key.secret) == "REVOKED")
            // It is given back after a restart too: it is the caller's.
            try ledger.restart()
            let second = try MadeKey(try ledger.post("/key/regenerate", body, headers: Self.tried), #_sourceLocation)
            #expect(second.secret == first.secret && second.json["replayed"]?.bool == true)
        }
    }

    @Test func `38351 a secret made here is forgotten with the process, the rotation is not`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let body: JSONValue = ["key": .string(key.secret), "grace_period": "1h"]
            let first = try MadeKey(try ledger.post("/key/regenerate", body, headers: Self.tried), #_sourceLocation)
            try ledger.restart()
            let second = try ledger.post("/key/regenerate", body, headers: Self.tried)
            #expect(second.status == 200)
            #expect(second["key"]?.isNull == true && second["replayed"]?.bool == true)
            #expect(second["token_id"]?.string == first.token && second["key_id"]?.string == first.keyID)
            #expect(try ledger.code(first.secret) == "VALID")
        }
    }

    @Test func `38351 another request under the same id is a conflict and changes nothing`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let first = try ledger.rotate(key.secret, grace: "1h", headers: Self.tried)
            let head = try ledger.get("/livez").position
            let answer = try ledger.post(
                "/key/regenerate", ["key": .string(key.secret), "grace_period": "2h"], headers: Self.tried)
            #expect(answer.status == 409)
            #expect(answer.message?.contains("Idempotency-Key") == true)
            #expect(try ledger.get("/livez").position == head)
            #expect(try ledger.code(first.secret) == "VALID")
        }
    }

    @Test func `38351 another id is another rotation`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let first = try ledger.rotate(key.secret, grace: "1h", headers: Self.tried)
            let second = try ledger.rotate(key.secret, grace: "1h", headers: [("Idempotency-Key", "rotation-2")])
            #expect(second.token != first.token && second.keyID == first.keyID)
            for secret in [key.secret, first.secret] { #expect(try ledger.code(secret) == "DEPRECATED") }
        }
    }
}
