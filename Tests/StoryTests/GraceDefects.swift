import JSONText
import Testing

/// Defects of LiteLLM 1.109.1 that were seen by running it, around rotation and grace. The number is the row's in the list of them.
struct GraceDefects {
    /// A chain of two rotations with an hour's grace each.
    private static func chain(_ ledger: StoryLedger) throws -> (a: MadeKey, b: MadeKey, c: MadeKey) {
        let a = try ledger.makeKey(["key_alias": "a"])
        let b = try ledger.rotate(a.secret, grace: "1h")
        return (a, b, try ledger.rotate(b.secret, grace: "1h"))
    }

    /// There the first key was refused after the second rotation, an hour before its time: its row still pointed at the second key's old hash.
    @Test func `row 1 after A to B to C, A is good until its own end`() throws {
        try StoryLedger.run { ledger in
            let (a, b, c) = try Self.chain(ledger)
            #expect(try [a, b, c].map { try ledger.code($0.secret) } == ["DEPRECATED", "DEPRECATED", "VALID"])
            #expect(try [a, b, c].map { try ledger.gateway($0.secret).status } == [200, 200, 200])
            #expect(try ledger.verify(a.secret)["valid_until"]?.string.flatMap(Moment.init) != nil)
            let ends = try [a, b].map { try ledger.verify($0.secret)["valid_until"]?.string.flatMap(Moment.init)?.nanoseconds ?? 0 }
            #expect(ends[0] < ends[1], "each has its own")
            #expect(try Set([a, b, c].map { try ledger.verify($0.secret)["key_id"]?.string }) == [a.keyID])
        }
    }

    /// There a blocked key's predecessor was accepted for up to a minute more.
    @Test func `row 2 block hits every secret of the key at once`() throws {
        try StoryLedger.run { ledger in
            let (a, b, c) = try Self.chain(ledger)
            try ledger.change("/key/block", ["key": .string(c.secret)])
            for key in [a, b, c] {
                let gateway = try ledger.gateway(key.secret)
                #expect(gateway.status == 403 && gateway[header: "x-keyledger-code"] == "BLOCKED")
                let caller = try ledger.get("/key/info", as: .key(key.secret))
                #expect(caller.summary == "401 auth_error")
                #expect(caller.message == "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.")
            }
            try ledger.change("/key/unblock", ["key": .string(a.secret)])
            #expect(try [a, b, c].map { try ledger.code($0.secret) } == ["DEPRECATED", "DEPRECATED", "VALID"])
        }
    }

    /// There a deleted key's predecessor was accepted for about a minute more.
    @Test func `row 3 deletion hits every secret of the key at once`() throws {
        try StoryLedger.run { ledger in
            let (a, b, c) = try Self.chain(ledger)
            try ledger.change("/key/delete", ["keys": [.string(c.secret)]])
            for key in [a, b, c] {
                let gateway = try ledger.gateway(key.secret)
                #expect(gateway.status == 401 && gateway[header: "x-keyledger-code"] == "DELETED")
                #expect(try ledger.get("/key/info", as: .key(key.secret)).summary == "401 token_not_found_in_db")
            }
        }
    }

    /// There a key with a grace of four seconds was still accepted after thirty-six.
    @Test func `row 4 a grace ends at its end`() throws {
        try StoryLedger.run { ledger in
            let a = try ledger.makeKey(["key_alias": "a"])
            let b = try ledger.rotate(a.secret, grace: "1s")
            try ledger.wait("the end of the grace") { try ledger.code(a.secret) == "GRACE_ENDED" }
            #expect(try ledger.verify(a.secret)["valid_until"]?.isNull == true)
            let gateway = try ledger.gateway(a.secret)
            #expect(gateway.status == 401 && gateway[header: "x-keyledger-code"] == "GRACE_ENDED")
            #expect(try ledger.get("/key/info", as: .key(a.secret)).summary == "401 token_not_found_in_db")
            #expect(try ledger.code(b.secret) == "VALID")
            let info = try ledger.info(a.secret)
            #expect(info["status"]?.string == "active" && info["credential_status"]?.string == "grace_ended")
        }
    }

    /// There `/key/info` said of a key in its grace that it was deleted: it read the archive.
    @Test func `row 5 info on a secret in grace says deprecated, until when, and what came after it`() throws {
        try StoryLedger.run { ledger in
            let (a, b, c) = try Self.chain(ledger)
            for key in [a, b] {
                for name in [key.secret, key.token] {
                    let info = try ledger.info(name)
                    #expect(info["status"]?.string == "deprecated" && info["key_alias"]?.string == "a")
                    let end = info["revoke_at"]?.string.flatMap(Moment.init)
                    let wanted = try ledger.verify(key.secret)["valid_until"]?.string.flatMap(Moment.init)
                    #expect(end != nil && (end?.nanoseconds ?? 0) / 1_000 == (wanted?.nanoseconds ?? 0) / 1_000, "to the microsecond")
                    #expect(info["successor"]?["token"]?.string == c.token)
                    #expect(info["successor"]?["key_name"]?.string == "sk-...\(c.secret.suffix(4))")
                    #expect(info["deleted_at"] == nil)
                }
            }
            let current = try ledger.info(c.secret)
            #expect(current["status"]?.string == "active" && current["successor"] == nil && current["revoke_at"] == nil)
            #expect(try ledger.get("/key/list?status=deprecated")["total_count"]?.integer == 2)
            #expect(try ledger.get("/key/list?status=deleted")["total_count"]?.integer == 0)
        }
    }

    /// There update, block and delete with a key in its grace were answered with 404.
    @Test func `row 6 update with an old secret changes the key`() throws {
        try StoryLedger.run { ledger in
            let (a, _, c) = try Self.chain(ledger)
            let answer = try ledger.change("/key/update", ["key": .string(a.secret), "max_budget": 5])
            #expect(answer["key"]?.string == a.secret && answer["token"]?.string == c.token)
            #expect(try ledger.info(c.secret)["max_budget"]?.decimalText == "5.0")
            try ledger.change("/key/block", ["key": .string(c.secret)])
            try ledger.change("/key/unblock", ["key": .string(a.secret)])
            #expect(try ledger.code(c.secret) == "VALID")
            let d = try ledger.rotate(a.secret, grace: "1h")
            #expect(d.keyID == a.keyID && d.json["revision"]?.integer == 7)
            #expect(try ledger.code(c.secret) == "DEPRECATED", "what regenerate replaces is always the current secret")
            #expect(try ledger.code(a.secret) == "DEPRECATED")
        }
    }

    @Test(arguments: ["block", "delete"]) func `row 6 with an old secret that secret alone is ended`(_ verb: String) throws {
        try StoryLedger.run { ledger in
            let (a, b, c) = try Self.chain(ledger)
            func body(_ key: MadeKey, _ scope: String? = nil) -> JSONValue {
                var body: JSONObject = verb == "block" ? ["key": .string(key.secret)] : ["keys": [.string(key.secret)]]
                if let scope { body["scope"] = .string(scope) }
                return .object(body)
            }
            let answer = try ledger.change("/key/\(verb)", body(a))
            #expect(answer["scope"]?.string == "credential")
            #expect(try [a, b, c].map { try ledger.code($0.secret) } == ["REVOKED", "DEPRECATED", "VALID"])
            // It has ended now: which key is meant has to be said.
            let again = try ledger.post("/key/\(verb)", body(a))
            #expect(again.status == 409 && again.message?.contains(a.keyID) == true, "\(again.body)")
            try ledger.change("/key/\(verb)", body(a, "key"))
            #expect(try [b, c].map { try ledger.code($0.secret) } == Array(repeating: verb == "block" ? "BLOCKED" : "DELETED", count: 2))
        }
    }

    /// There a call with the old key showed the new one's row, and nothing said that the caller had to change its secret.
    @Test func `row 7 a caller with an old secret sees its key and that the secret is old`() throws {
        try StoryLedger.run { ledger in
            let (a, _, c) = try Self.chain(ledger)
            let answer = try ledger.get("/key/info", as: .key(a.secret))
            #expect(answer.status == 200 && answer["key"]?.string == c.token)
            #expect(answer["info"]?["key_id"]?.string == a.keyID)
            #expect(answer["info"]?["status"]?.string == "deprecated")
            #expect(answer["info"]?["revoke_at"]?.string != nil && answer["info"]?["successor"]?["token"]?.string == c.token)
            let current = try ledger.get("/key/info", as: .key(c.secret))
            #expect(current["info"]?["status"]?.string == "active" && current["info"]?["revoke_at"] == nil)
        }
    }
}
