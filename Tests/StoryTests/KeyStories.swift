import CommandTestSupport
import JSONText
import Testing

/// What users of LiteLLM met when they blocked, deleted, renamed and looked up keys, by the number of their issue.
struct KeyStories {
    private static let unknown = ["sk-does-not-exist", "sk-kl0000000000000000000000000000", String(repeating: "0", count: 64)]

    /// LiteLLM #23977: block and unblock answered an unknown key with 401, as if the administrator had shown a bad credential.
    @Test(arguments: ["/key/block", "/key/unblock", "/key/update"]) func `23977 an unknown key is a 404`(_ path: String) throws {
        try StoryLedger.run { ledger in
            for name in Self.unknown {
                let answer = try ledger.post(path, ["key": .string(name)])
                #expect(answer.summary == "404 not_found_error", "\(name)")
                #expect(answer.message == "Key not found." && answer.error["param"]?.string == "key")
                #expect(answer.error["code"]?.string == "404")
            }
        }
    }

    /// The same for the others that name a key; each with LiteLLM's own words for it.
    @Test func `23977 every route that names a key knows the difference`() throws {
        try StoryLedger.run { ledger in
            for name in Self.unknown {
                let info = try ledger.get("/key/info?key=\(name)")
                #expect(info.summary == "404 not_found_error" && info.message == "Key not found in database")
                let deletion = try ledger.post("/key/delete", ["keys": [.string(name)]])
                #expect(deletion.status == 404 && deletion.message == "No keys found")
                let regeneration = try ledger.post("/key/regenerate", ["key": .string(name)])
                #expect(regeneration.status == 404)
                let revocation = try ledger.post("/v1/credentials/\(String(repeating: "0", count: 64))/revoke", [:])
                #expect(revocation.status == 404 && revocation[header: "content-type"] == "application/problem+json")
                // 401 is for the caller's own credential alone.
                #expect(try ledger.post("/key/block", ["key": .string(name)], as: .key("sk-nobody-has-this-one")).status == 401)
            }
        }
    }

    /// LiteLLM #20684: once a key was regenerated or deleted, reports showed its usage without alias and team: the row that had named them
    /// was gone. Here history keeps the names, and the next key with the same alias is another key.
    @Test func `20684 a rotated and deleted key keeps alias, team and user`() throws {
        try StoryLedger.run { ledger in
            let names: JSONValue = ["key_alias": "checkout", "team_id": "payments", "user_id": "ada", "metadata": ["cost_centre": "7"]]
            let first = try ledger.makeKey(names)
            let second = try ledger.rotate(first.secret)
            try ledger.change("/key/delete", ["keys": [.string(second.secret)]])
            for name in [first.secret, first.token, second.secret, second.token, first.keyID] {
                let info = try ledger.info(name)
                #expect(info["status"]?.string == "deleted")
                #expect(info["key_alias"]?.string == "checkout" && info["team_id"]?.string == "payments")
                #expect(info["user_id"]?.string == "ada" && info["metadata"]?["cost_centre"]?.string == "7")
                #expect(info["key_id"]?.string == first.keyID)
                #expect(info["deleted_at"]?.string != nil && info["deleted_by_api_key"]?.string == "litellm_proxy_master_key")
            }
            for filter in ["team_id=payments", "user_id=ada", "key_alias=checkout"] {
                let list = try ledger.get("/key/list?status=deleted&return_full_object=true&\(filter)")
                #expect(list["total_count"]?.integer == 1 && list["keys"]?[0]?["key_alias"]?.string == "checkout", "\(filter)")
            }
            let verdict = try ledger.verify(second.secret)
            #expect(verdict["code"]?.string == "DELETED" && verdict["alias"]?.string == "checkout")
            let history = try ledger.sandbox.json("key", "history", "--alias", "checkout")
            #expect(history["keys"]?.array?.count == 1)
        }
    }

    @Test func `20684 a new key with a deleted key's alias is another key`() throws {
        try StoryLedger.run { ledger in
            let old = try ledger.makeKey(["key_alias": "checkout", "team_id": "payments"])
            try ledger.change("/key/delete", ["key_aliases": ["checkout"]])
            let new = try ledger.makeKey(["key_alias": "checkout", "team_id": "search"])
            #expect(new.keyID != old.keyID)
            #expect(try ledger.info(old.secret)["team_id"]?.string == "payments")
            #expect(try ledger.info(old.secret)["status"]?.string == "deleted")
            #expect(try ledger.info(new.secret)["team_id"]?.string == "search")
            #expect(try ledger.post("/v2/key/info", ["key_aliases": ["checkout"]])["info"]?[0]?["key_id"]?.string == new.keyID)
            #expect(try ledger.sandbox.json("key", "history", "--alias", "checkout")["keys"]?.array?.count == 2)
        }
    }

    /// A client that must not see deleted keys says so.
    @Test func `20684 history can be left out of an answer`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a"])
            try ledger.change("/key/delete", ["keys": [.string(key.token)]])
            #expect(try ledger.get("/key/info?key=\(key.token)").status == 200)
            let answer = try ledger.get("/key/info?key=\(key.token)&deleted=404")
            #expect(answer.summary == "404 not_found_error" && answer.message == "Key not found in database")
        }
    }

    /// LiteLLM #20494: a key generated with the value of an existing one was answered with 200 and the new alias, and nothing was stored.
    /// A secret names one credential for ever, also after rotation and deletion.
    @Test func `20494 the same secret twice is refused`() throws {
        try StoryLedger.run { ledger in
            let own = "sk-chosen-by-the-caller-1"
            let key = try ledger.makeKey(["key": .string(own), "key_alias": "first"])
            func expectRefusal(_ answer: Answer, param: String) throws {
                #expect(answer.summary == "400 bad_request_error" && answer.error["param"]?.string == param, "\(answer.body)")
                #expect(try ledger.post("/v2/key/info", ["key_aliases": ["second"]])["info"]?.array?.isEmpty == true)
            }
            let again: JSONValue = ["key": .string(own), "key_alias": "second"]
            try expectRefusal(try ledger.post("/key/generate", again), param: "key")
            let next = try ledger.rotate(own)
            try expectRefusal(try ledger.post("/key/generate", again), param: "key")
            let other = try ledger.makeKey()
            try expectRefusal(
                try ledger.post("/key/regenerate", ["key": .string(other.secret), "new_key": .string(own)]), param: "new_key")
            try ledger.change("/key/delete", ["keys": [.string(next.secret)]])
            try expectRefusal(try ledger.post("/key/generate", again), param: "key")
            try expectRefusal(try ledger.post("/key/generate", ["key": .string(next.secret), "key_alias": "second"]), param: "key")
            #expect(try ledger.info(own)["key_alias"]?.string == "first")
            #expect(try ledger.info(own)["key_id"]?.string == key.keyID)
        }
    }

    /// LiteLLM #7167, #26330, #34851: automation knows keys by alias, but update and info wanted the secret, which nobody keeps.
    @Test func `7167 and 34851 a key is updated and found by alias`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "nightly", "max_budget": 1])
            let answer = try ledger.change("/key/update", ["key_alias": "nightly", "max_budget": 7, "metadata": ["a": 1]])
            #expect(answer["key"]?.string == key.token && answer["max_budget"]?.decimalText == "7.0")
            let found = try ledger.change("/v2/key/info", ["key_aliases": ["nightly"]])
            #expect(found["info"]?[0]?["key_id"]?.string == key.keyID && found["info"]?[0]?["max_budget"]?.decimalText == "7.0")
            #expect(try ledger.get("/key/list?key_alias=nightly")["keys"]?[0]?.string == key.token)
            // By key and with an alias it is renamed; the old name is nobody's then.
            try ledger.change("/key/update", ["key": .string(key.token), "key_alias": "weekly"])
            let unknown = try ledger.post("/key/update", ["key_alias": "nightly", "max_budget": 9])
            #expect(unknown.summary == "404 not_found_error" && unknown.error["param"]?.string == "key_alias")
            #expect(unknown.message == "Key not found. No key with key_alias='nightly'.")
            try ledger.change("/key/update", ["key_alias": "weekly", "max_budget": 9])
            // The name goes with the key, not with the secret.
            let next = try ledger.rotate(key.secret)
            #expect(try ledger.change("/key/update", ["key_alias": "weekly", "tpm_limit": 5])["key"]?.string == next.token)
            #expect(try ledger.info(next.secret)["max_budget"]?.decimalText == "9.0")
        }
    }

    /// Claude Code's sign-in sends its own `Authorization: Bearer sk-ant-oat…` beside the gateway's key in `x-api-key` (LiteLLM #29190, #39004):
    /// LiteLLM took the former for a bad key of its own.
    @Test func `sk-ant-oat in Authorization belongs to another service`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let foreign = ("Authorization", "Bearer sk-ant-oat01-AAAAAAAAAAAAAAAAAAAAAAAA")
            for name in ["x-api-key", "API-Key", "x-litellm-api-key", "x-goog-api-key", "Ocp-Apim-Subscription-Key"] {
                for headers in [[foreign, (name, key.secret)], [(name, key.secret), foreign]] {
                    let own = try ledger.get("/key/info", as: .nobody, headers: headers)
                    #expect(own.status == 200 && own["key"]?.string == key.token, "\(name)")
                    let verdict = try ledger.get("/auth/gateway", as: .nobody, headers: headers)
                    #expect(verdict.status == 200 && verdict[header: "x-keyledger-key-id"] == key.keyID, "\(name)")
                }
            }
            let alone = try ledger.get("/key/info", as: .nobody, headers: [foreign])
            #expect(alone.summary == "401 auth_error" && alone.message == "Authentication Error, No api key passed in.")
            #expect(try ledger.get("/auth/gateway", as: .nobody, headers: [foreign]).status == 401)
            // Any other value of Authorization decides, even if it is bad.
            let bad = [("Authorization", "Bearer sk-unknown-unknown-unknown"), ("x-api-key", key.secret)]
            #expect(try ledger.get("/key/info", as: .nobody, headers: bad).summary == "401 token_not_found_in_db")
        }
    }

    @Test func `more keys than one command holds are refused, and none is deleted`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a"])
            let strangers = (1...1_000).map { JSONValue.string("sk-nobody-ever-had-\($0)") }
            let answer = try ledger.post("/key/delete", ["keys": .array(strangers), "key_aliases": ["a"]])
            #expect(answer.status == 400)
            #expect(answer.message == "Maximum 1000 keys can be deleted at once. Found 1001 keys; none was deleted. Divide them.")
            #expect(try ledger.info(key.token)["status"]?.string == "active")
            #expect(try ledger.post("/key/delete", ["keys": .array(Array(strangers.dropLast())), "key_aliases": ["a"]]).status == 200)
            #expect(try ledger.info(key.token)["status"]?.string == "deleted")
        }
    }

    /// The list of old secrets once showed the new secret's form beside the old one's token.
    @Test func `an old secret is listed and asked for under its own form`() throws {
        try StoryLedger.run { ledger in
            let first = try ledger.makeKey(["key_alias": "a", "key": "sk-the-first-of-three-1111"])
            for secret in ["sk-the-second-of-three-2222", "sk-the-third-of-three-3333"] {
                try ledger.change("/key/regenerate", ["key": .string(first.token), "new_key": .string(secret), "grace_period": "1h"])
            }
            let listed = try ledger.get("/key/list?status=deprecated&return_full_object=true")["keys"]?.array ?? []
            #expect(listed.compactMap { $0["key_name"]?.string }.sorted() == ["sk-...1111", "sk-...2222"])
            for entry in listed { #expect(entry["successor"]?["key_name"]?.string == "sk-...3333") }
            #expect(listed.first { $0["key_name"]?.string == "sk-...1111" }?["token"]?.string == first.token)
            let info = try ledger.info(first.token)
            #expect(info["status"]?.string == "deprecated" && info["key_name"]?.string == "sk-...1111")
            #expect(try ledger.get("/key/list?return_full_object=true")["keys"]?.array?.first?["key_name"]?.string == "sk-...3333")
        }
    }
}
