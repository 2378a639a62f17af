import JSONText
import Testing

/// `/auth/gateway`, which nginx, Envoy and Traefik ask before they pass a request on.
struct GatewayTests {
    private static let headers = ["code", "key-id", "alias", "team", "user", "status", "position"].map { "x-keyledger-" + $0 }

    /// Keys in every situation, by the verdict that they deserve.
    private struct Keys {
        var secrets: [(verdict: String, status: Int, secret: String)] = []

        init(_ ledger: StoryLedger) throws {
            func add(_ verdict: String, _ status: Int, _ secret: String) { secrets.append((verdict, status, secret)) }
            let current = try ledger.makeKey(["key_alias": "current", "team_id": "t", "user_id": "ada"])
            add("DEPRECATED", 200, current.secret)
            add("VALID", 200, try ledger.rotate(current.secret, grace: "1h").secret)
            let ended = try ledger.makeKey()
            _ = try ledger.rotate(ended.secret)
            add("REVOKED", 401, ended.secret)
            let brief = try ledger.makeKey()
            _ = try ledger.rotate(brief.secret, grace: "1s")
            add("GRACE_ENDED", 401, brief.secret)
            add("EXPIRED", 401, try ledger.makeKey(["duration": "1s"]).secret)
            let deleted = try ledger.makeKey(["key_alias": "gone"])
            try ledger.change("/key/delete", ["keys": [.string(deleted.token)]])
            add("DELETED", 401, deleted.secret)
            add("BLOCKED", 403, try ledger.makeKey(["blocked": true]).secret)
            add("BUDGET_EXCEEDED", 403, try ledger.makeKey(["max_budget": 0]).secret)
            add("MODEL_NOT_ALLOWED", 403, try ledger.makeKey(["models": ["other-model"]]).secret)
            add("NOT_FOUND", 401, "sk-nobody-has-this-secret")
            add("MALFORMED", 401, "sk-short")
            try ledger.wait("expiry and grace's end") {
                try ledger.code(brief.secret) == "GRACE_ENDED" && ledger.code(secrets[4].secret) == "EXPIRED"
            }
        }
    }

    @Test func `every verdict has its status, and all headers are always there, once`() throws {
        try StoryLedger.run { ledger in
            let keys = try Keys(ledger)
            #expect(Set(keys.secrets.map(\.verdict)).count == 11, "all that there are")
            for (verdict, status, secret) in keys.secrets {
                let answer = try ledger.gateway(secret, headers: [("X-KeyLedger-Model", "gpt-4o")])
                #expect(answer.status == status && answer[header: "x-keyledger-code"] == verdict, "\(verdict): \(answer.headers)")
                for name in Self.headers { #expect(answer.headers.count { $0.name == name } == 1, "\(verdict): \(name)") }
                #expect(answer.body.isEmpty)
                #expect((answer[header: "deprecation"] != nil) == (verdict == "DEPRECATED"), "\(verdict)")
                #expect((answer[header: "sunset"] != nil) == (verdict == "DEPRECATED"), "\(verdict)")
            }
        }
    }

    @Test func `a good key's headers name it`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "nächtlich 100%", "team_id": "t", "user_id": "ada"])
            let answer = try ledger.gateway(key.secret)
            #expect(answer[header: "x-keyledger-key-id"] == key.keyID)
            #expect(answer[header: "x-keyledger-alias"] == "n%C3%A4chtlich 100%25", "beyond printable ASCII percent-encoded")
            #expect(answer[header: "x-keyledger-team"] == "t" && answer[header: "x-keyledger-user"] == "ada")
            #expect(answer[header: "x-keyledger-status"] == "active")
            #expect(answer.position == UInt64(try ledger.events().count))
        }
    }

    @Test func `a secret in grace says since when and until when`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let next = try ledger.rotate(key.secret, grace: "1h")
            let answer = try ledger.gateway(key.secret)
            let event = try #require(try ledger.events().last)
            let rotated = try #require(event["recorded_at"]?.string.flatMap(Moment.init)).nanoseconds / 1_000_000_000
            #expect(answer[header: "deprecation"] == "@\(rotated)", "RFC 9745")
            #expect(answer[header: "sunset"] == Moment.httpDate(unixSeconds: rotated + 3_600), "RFC 8594")
            #expect(answer[header: "x-keyledger-status"] == "deprecated")
            #expect(try ledger.gateway(next.secret)[header: "sunset"] == nil)
        }
    }

    @Test(arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
    func `any method and any path below is judged alike`(_ method: String) throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let body = String(repeating: "x", count: 100_000)
            for path in ["", "/", "/v1/messages", "/a/b/c?key=sk-nobody-has-this-secret", "?x=1", "/key/generate"] {
                let raw = method == "GET" || method == "HEAD" ? nil : body
                let good = try ledger.ask(method, "/auth/gateway" + path, raw: raw, as: .key(key.secret))
                #expect(good.status == 200 && good[header: "x-keyledger-code"] == "VALID", "\(method) \(path)")
                let none = try ledger.ask(method, "/auth/gateway" + path, as: .nobody)
                #expect(none.status == 401 && none[header: "x-keyledger-code"] == "NOT_FOUND", "\(method) \(path)")
            }
        }
    }

    /// A 400 would be an internal error to nginx: what cannot be read as one credential is a credential that is refused.
    @Test func `credentials that contradict each other are malformed`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let values = ["Bearer \(key.secret)", key.secret, "Digest x", "Bearer \(key.token)", "Bearer "]
            let twice = [("Authorization", "Bearer \(key.secret)"), ("Authorization", "Bearer \(key.secret)")]
            for headers in [twice] + values.dropFirst().map({ [("Authorization", $0)] }) {
                for path in ["/auth/gateway", "/auth/gateway/v1/x", "/auth/gateway?model=m"] {
                    let answer = try ledger.get(path, as: .nobody, headers: headers)
                    #expect(answer.status == 401 && answer[header: "x-keyledger-code"] == "MALFORMED", "\(headers)")
                    for name in Self.headers { #expect(answer[header: name] != nil, "\(name)") }
                }
            }
            #expect(try ledger.get("/key/info", as: .nobody, headers: twice).status == 400, "elsewhere it is the caller's mistake")
            #expect(try ledger.get("/auth/gatewayx", as: .nobody, headers: twice).status == 400)
        }
    }

    @Test func `the model stands in a header or in the query`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["models": ["gpt-4o", "openai/*"]])
            for (model, status) in [("gpt-4o", 200), ("openai/o3", 200), ("claude", 403)] {
                let header = try ledger.gateway(key.secret, headers: [("X-KeyLedger-Model", model)])
                let query = try ledger.get("/auth/gateway?model=\(model)", as: .key(key.secret))
                #expect([header.status, query.status] == [status, status], "\(model)")
            }
            #expect(try ledger.gateway(key.secret).status == 200)
        }
    }

    @Test func `block, unblock and deletion show at once`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            func expect(_ code: String, after change: JSONValue, at path: String) throws {
                let answer = try ledger.post(path, change)
                let verdict = try ledger.gateway(key.secret)
                #expect(verdict[header: "x-keyledger-code"] == code)
                #expect((verdict.position ?? 0) >= (answer.position ?? .max))
            }
            try expect("BLOCKED", after: ["key": .string(key.token)], at: "/key/block")
            try expect("VALID", after: ["key": .string(key.token)], at: "/key/unblock")
            try expect("BUDGET_EXCEEDED", after: ["key": .string(key.token), "max_budget": 0], at: "/key/update")
            try expect("VALID", after: ["key": .string(key.token), "max_budget": nil], at: "/key/update")
            try expect("DELETED", after: ["keys": [.string(key.token)]], at: "/key/delete")
        }
    }
}
