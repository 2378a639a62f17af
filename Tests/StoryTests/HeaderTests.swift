import JSONText
import Testing

/// What stands in the headers of every answer, and what headers of a request leave in the log.
struct HeaderTests {
    @Test func `every answer carries the position, errors too`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let answers = [
                try ledger.get("/key/info?key=\(key.token)"), try ledger.get("/nowhere"), try ledger.get("/key/generate"),
                try ledger.get("/key/info", as: .nobody), try ledger.post("/key/block", [:]), try ledger.get("/livez"),
                try ledger.get("/readyz"), try ledger.get("/metrics"), try ledger.get("/openapi.json"), try ledger.gateway("sk-short"),
                try ledger.ask("POST", "/key/generate", raw: "{"), try ledger.post("/v1/keys/verify", [:]),
            ]
            for answer in answers { #expect(answer.position == 2, "\(answer.status) \(answer.body.prefix(80))") }
        }
    }

    /// Invariant 5: after an acknowledgement every query reflects it, and says so.
    @Test func `what was acknowledged is read`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a0"])
            for round in 1...40 {
                let alias = "a\(round)"
                let written = try ledger.post("/key/update", ["key": .string(key.token), "key_alias": .string(alias)])
                let position = try #require(written.position)
                #expect(position == UInt64(round + 2))
                let reads = [
                    try ledger.get("/key/info?key=\(key.token)"), try ledger.get("/key/list?key_alias=\(alias)&return_full_object=true"),
                    try ledger.get("/key/aliases"), try ledger.gateway(key.secret),
                    try ledger.post("/v2/key/info", ["key_aliases": [.string(alias)]]),
                ]
                for read in reads { #expect((read.position ?? 0) >= position) }
                #expect(reads[0]["info"]?["key_alias"]?.string == alias && reads[1]["keys"]?[0]?["key_alias"]?.string == alias)
                #expect(reads[2]["aliases"] == [.string(alias)] && reads[3][header: "x-keyledger-alias"] == alias)
                #expect(reads[4]["info"]?[0]?["key_alias"]?.string == alias)
            }
        }
    }

    @Test(arguments: ["req-1", "a/b:c_d.e+f=g@h~i", String(repeating: "x", count: 128)])
    func `a request's id comes back and stands in its events`(_ id: String) throws {
        try StoryLedger.run { ledger in
            let headers = [("X-Request-Id", id)]
            #expect(try ledger.post("/key/generate", [:], headers: headers)[header: "x-request-id"] == id)
            #expect(try ledger.events().last?["request_id"]?.string == id)
            #expect(try ledger.get("/nowhere", headers: headers)[header: "x-request-id"] == id)
            let problem = try ledger.post("/v1/keys/verify", [:], headers: headers)
            #expect(problem["request_id"]?.string == id && problem[header: "x-request-id"] == id)
            try ledger.wait("the log's line") { ledger.log.contains("request_id=\(id)") }
        }
    }

    @Test(arguments: ["", "two words", "ä", "sk-0123456789abcdefghijklmnop", String(repeating: "x", count: 129)])
    func `an id that cannot be taken is replaced`(_ id: String) throws {
        try StoryLedger.run { ledger in
            let answer = try ledger.get("/livez", headers: [("X-Request-Id", id)])
            let made = try #require(answer[header: "x-request-id"])
            #expect(made != id && made.count == 32)
            #expect(try ledger.get("/livez")[header: "x-request-id"] != made, "each has its own")
        }
    }

    @Test func `litellm-changed-by stands beside the real actor, never in its place`() throws {
        try StoryLedger.run { ledger in
            let admin = try ledger.makeKey(["role": "proxy_admin", "user_id": "ada"])
            let headers = [("litellm-changed-by", "bob@example.com"), ("X-KeyLedger-Reason", "left"), ("X-KeyLedger-Change-Ref", "T-7")]
            let caller = StoryLedger.Caller.key(admin.secret)
            let key = try MadeKey(try ledger.post("/key/generate", ["key_alias": "a"], as: caller, headers: headers), #_sourceLocation)
            #expect(key.json["created_by"]?.string == "ada")
            let changes: [(String, JSONValue)] = [
                ("/key/update", ["key": .string(key.token), "max_budget": 1]), ("/key/block", ["key": .string(key.token)]),
                ("/key/unblock", ["key": .string(key.token)]), ("/key/regenerate", ["key": .string(key.token)]),
                ("/key/delete", ["keys": [.string(key.token)], "scope": "key"]),
            ]
            for (path, body) in changes {
                let answer = try ledger.post(path, body, as: caller, headers: headers)
                #expect(answer.status == 200, "\(path): \(answer.body)")
            }
            let events = try ledger.events().filter { $0["key_id"]?.string == key.keyID }
            #expect(events.count == 6)
            for event in events {
                #expect(event["note"]?["on_behalf_of"]?.string == "bob@example.com", "\(event)")
                #expect(event["note"]?["reason"]?.string == "left" && event["note"]?["change_ref"]?.string == "T-7")
                #expect(event["actor"]?["user_id"]?.string == "ada" && event["actor"]?["role"]?.string == "proxy_admin")
            }
            let info = try ledger.info(key.token)
            #expect(info["litellm_changed_by"]?.string == "bob@example.com" && info["deleted_by"]?.string == "ada")
            #expect(info["deleted_by_api_key"]?.string == admin.token)
        }
    }
}
