import JSONText
import Testing

/// Further defects of LiteLLM 1.109.1 that were seen by running it. The number is the row's in the list of them.
struct KeyDefects {
    /// There a bearer of another service, in `Authorization`, hid the gateway's key in `x-api-key`.
    @Test func `row 15 a foreign bearer does not hide the key`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            for scheme in ["Bearer sk-ant-oat01-x", "bearer sk-ant-oat01-x", "sk-ant-oat01-x"] {
                let answer = try ledger.gateway(
                    "sk-ant-oat01-AAAAAAAAAAAAAAAA", headers: [("x-api-key", key.secret)])
                #expect(answer.status == 200 && answer[header: "x-keyledger-code"] == "VALID")
                let info = try ledger.get("/key/info", as: .nobody, headers: [("Authorization", scheme), ("x-api-key", key.secret)])
                #expect(info.status == 200, "\(scheme)")
            }
        }
    }

    /// There a deletion of one known and one unknown key reported both as deleted.
    @Test func `row 16 a mixed deletion tells each key's fate`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a"])
            let other = try ledger.makeKey(["key_alias": "b"])
            let unknown = String(repeating: "0", count: 64)
            let answer = try ledger.change(
                "/key/delete", ["keys": [.string(key.token), .string(unknown), "no key at all"], "key_aliases": ["b", "none"]])
            #expect(answer["deleted_keys"] == [.string(key.token), "b"])
            #expect(answer["failed_keys"]?.array?.map { $0["key"]?.string } == [unknown, "no key at all", "none"])
            #expect(answer["failed_keys"]?.array?.allSatisfy { $0["error"]?.string == "No keys found" } == true)
            #expect(try [key, other].map { try ledger.code($0.secret) } == ["DELETED", "DELETED"])
            let all = try ledger.post("/key/delete", ["keys": [.string(unknown)], "key_aliases": ["none"]])
            #expect(all.status == 404 && all.message == "No keys found")
            #expect(try ledger.post("/key/delete", ["keys": []]).status == 422)
        }
    }

    /// There a second generate with the same value was answered with 200 and nothing was stored.
    @Test func `row 17 an existing secret is a 400`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key": "sk-chosen-0123456789abc", "key_alias": "a"])
            let answer = try ledger.post("/key/generate", ["key": "sk-chosen-0123456789abc", "key_alias": "b"])
            #expect(answer.summary == "400 bad_request_error")
            #expect(try ledger.get("/key/aliases")["aliases"] == ["a"])
            #expect(try ledger.code(key.secret) == "VALID")
        }
    }

    /// There a key without a user could read every other key without a user, those of teams included: none equals none.
    @Test func `row 18 a key reads itself alone`() throws {
        try StoryLedger.run { ledger in
            let own = try ledger.makeKey(["key_alias": "own"])
            let others = [
                try ledger.makeKey(["key_alias": "other"]), try ledger.makeKey(["team_id": "t"]), try ledger.makeKey(["user_id": "ada"]),
            ]
            let deleted = try ledger.makeKey()
            try ledger.change("/key/delete", ["keys": [.string(deleted.token)]])
            for key in others + [deleted] {
                for name in [key.secret, key.token, key.keyID] {
                    let answer = try ledger.get("/key/info?key=\(name)", as: .key(own.secret))
                    #expect(answer.summary == "403 auth_error")
                    #expect(answer.message == "You are not allowed to access this key's info. Your role=unknown")
                }
            }
            let many = try ledger.post("/v2/key/info", ["keys": [.string(own.token), .string(others[0].token)]], as: .key(own.secret))
            #expect(many.status == 403 && !many.body.contains("other"))
            #expect(try ledger.post("/v2/key/info", ["key_aliases": ["other"]], as: .key(own.secret)).status == 403)
            for name in [own.secret, own.token, own.keyID] {
                #expect(try ledger.get("/key/info?key=\(name)", as: .key(own.secret)).status == 200)
            }
            #expect(try ledger.post("/v2/key/info", ["keys": [.string(own.token)]], as: .key(own.secret)).status == 200)
        }
    }

    /// Two keys of one user: neither reads the other.
    @Test func `row 18 a key of the same user is another key`() throws {
        try StoryLedger.run { ledger in
            let own = try ledger.makeKey(["user_id": "ada"])
            let other = try ledger.makeKey(["user_id": "ada"])
            #expect(try ledger.get("/key/info?key=\(other.token)", as: .key(own.secret)).status == 403)
        }
    }

    /// There the hash was the identity: a deleted key's value, made anew, inherited its usage and gave it a new name. Here the value is taken.
    @Test func `row 20 a deleted key's secret does not come back as another key`() throws {
        try StoryLedger.run { ledger in
            let old = try ledger.makeKey(["key": "sk-chosen-0123456789abc", "key_alias": "a"])
            try ledger.change("/key/delete", ["keys": [.string(old.secret)]])
            let answer = try ledger.post("/key/generate", ["key": .string(old.secret), "key_alias": "b"])
            #expect(answer.summary == "400 bad_request_error" && answer.error["param"]?.string == "key")
            let info = try ledger.info(old.secret)
            #expect(info["key_alias"]?.string == "a" && info["status"]?.string == "deleted" && info["key_id"]?.string == old.keyID)
            let new = try ledger.makeKey(["key_alias": "a"])
            #expect(new.keyID != old.keyID && new.token != old.token)
        }
    }
}
