import CommandTestSupport
import JSONText
import Testing

/// Where secrets have turned up in LiteLLM. Beside these stories every test of this target searches what the server wrote for secrets.
struct SecretStories {
    /// LiteLLM #18474 and #18731: the 401 for an expired key named the whole key in `param`, and so did the log.
    @Test func `18474 and 18731 no error names a secret`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a", "duration": "1s"])
            let blocked = try ledger.makeKey(["blocked": true])
            let ended = try ledger.makeKey()
            _ = try ledger.rotate(ended.secret)
            try ledger.wait("the expiry") { try ledger.code(key.secret) == "EXPIRED" }
            let unknown = "sk-unknown-0123456789abcdef"
            for secret in [key.secret, blocked.secret, ended.secret, unknown] {
                for answer in try failures(of: secret, on: ledger) {
                    #expect(answer.status >= 400 && answer.status < 500, "\(answer.body)")
                    #expect(!answer.body.contains(secret) && !answer.headers.contains { $0.value.contains(secret) }, "\(answer.body)")
                }
            }
            let expired = try ledger.get("/key/info", as: .key(key.secret))
            #expect(expired.summary == "401 expired_key")
            #expect(expired.error["param"]?.string == "sk-...\(key.token.suffix(4))", "the token's last four, as in LiteLLM")
        }
    }

    /// Answers that name a secret which cannot be used, as the caller's own and as what the request is about.
    private func failures(of secret: String, on ledger: StoryLedger) throws -> [Answer] {
        let caller = StoryLedger.Caller.key(secret)
        var answers = [
            try ledger.get("/key/info", as: caller), try ledger.get("/key/list", as: caller), try ledger.gateway(secret),
            try ledger.post("/key/generate", [:], as: caller), try ledger.post("/v1/keys/verify", ["key": .string(secret)], as: caller),
            try ledger.post("/key/generate", ["key_alias": 5, "key": .string(secret)]),
            try ledger.post("/key/generate", ["key": .string("x" + secret)]),
            try ledger.post("/v1/credentials/\(secret)/revoke", [:]), try ledger.get("/key/\(secret)"),
            try ledger.post("/key/\(secret)/regenerate", ["grace_period": "soon"]),
            try ledger.post("/key/regenerate", ["key": .string(secret), "duration": "soon"]),
            try ledger.post("/key/update", ["key": .string(secret), "max_budget": -1]),
            try ledger.post("/key/block", ["key": .string(secret + " ")]),
            try ledger.get("/key/list?size=\(secret)"), try ledger.get("/key/list?sort_by=\(secret)"),
            try ledger.get("/key/list?status=\(secret)"), try ledger.get("/\(secret)", as: .nobody),
            try ledger.ask("POST", "/key/update", raw: "{\"key\": \"\(secret)\"", as: .master),
            try ledger.get("/key/info", as: .nobody, headers: [("Authorization", secret)]),
            try ledger.get("/key/info", as: .nobody, headers: [("Authorization", "Bearer  \(secret)")]),
        ]
        if secret.contains("unknown") {
            answers += [
                try ledger.get("/key/info?key=\(secret)"), try ledger.post("/key/update", ["key": .string(secret), "max_budget": 1]),
                try ledger.post("/key/block", ["key": .string(secret)]), try ledger.post("/key/delete", ["keys": [.string(secret)]]),
                try ledger.post("/key/regenerate", ["key": .string(secret)]), try ledger.post("/key/\(secret)/regenerate", [:]),
            ]
        } else {
            answers.append(try ledger.post("/key/generate", ["key": .string(secret)]))
        }
        return answers
    }

    /// LiteLLM #31620: audit rows held raw keys as object ids. Here a secret leaves the ledger once, in the answer that made it; an answer to a
    /// request that names the key by its secret repeats it, as LiteLLM does, and no other.
    @Test func `31620 no answer, event or log holds a raw key`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["key_alias": "a", "metadata": ["x": "y"]])
            let next = try ledger.rotate(key.secret, grace: "1h")
            let token = JSONValue.string(next.token)
            var answers = [
                try ledger.post("/key/update", ["key": token, "max_budget": 5]),
                try ledger.post("/key/update", ["key_alias": "a", "spend": 1]),
                try ledger.post("/key/bulk_update", ["keys": [["key": token, "max_budget": 6]]]),
                try ledger.post("/key/block", ["key": token]), try ledger.post("/key/unblock", ["key": token]),
                try ledger.post("/key/block", ["key": .string(next.secret)]),
                try ledger.post("/key/unblock", ["key": .string(next.secret)]),
                try ledger.get("/key/info?key=\(next.token)"), try ledger.get("/key/info", as: .key(next.secret)),
                try ledger.get("/key/info", as: .key(key.secret)), try ledger.post("/v2/key/info", ["key_aliases": ["a"]]),
                try ledger.get("/key/list?return_full_object=true"), try ledger.get("/key/list"), try ledger.get("/key/aliases"),
                try ledger.post("/v1/keys/verify", ["key": .string(key.secret)]), try ledger.gateway(key.secret),
                try ledger.get("/metrics"), try ledger.get("/readyz"), try ledger.post("/key/health", [:], as: .key(next.secret)),
                try ledger.post("/key/block", ["key": .string(key.secret)]),
                try ledger.post("/key/delete", ["key_aliases": ["a"]]), try ledger.get("/key/info?key=\(key.token)"),
                try ledger.get("/key/list?status=deleted&return_full_object=true"),
            ]
            for (index, answer) in answers.enumerated() { #expect(answer.status == 200, "\(index): \(answer.body)") }
            answers += [try ledger.post("/key/generate", ["key": .string(key.secret)]), try ledger.get("/key/info", as: .key(key.secret))]
            let commands = [
                ["events"], ["events", "--json"], ["key", "history", key.keyID], ["key", "history", key.keyID, "--json"], ["stat"],
                ["key", "list", "--status", "deleted"],
            ]
            let texts = try answers.map(\.body) + commands.map { try ledger.sandbox.run($0).output } + [ledger.log]
            for text in texts {
                for secret in [key.secret, next.secret, StoryLedger.masterSecret] { #expect(!text.contains(secret), "\(text)") }
            }
            #expect(texts.contains { $0.contains("sk-...\(next.secret.suffix(4))") }, "the display form is what remains")
        }
    }
}
