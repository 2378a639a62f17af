import JSONText
import Testing

/// What the server writes of requests: never a secret, wherever it stands and however it is spelt.
struct AccessLogTests {
    /// Requests that name a secret in their path or query. `%73k` is `sk` in other letters.
    private static func targets(_ secret: String) -> [String] {
        let escaped = "%73%6b%2D" + secret.dropFirst(3)
        let doubly = escaped.replacing("%", with: "%25")
        let all = secret.utf8.map { "%" + String($0, radix: 16) }.joined()
        return [
            "/key/info?key=\(secret)", "/key/info?x=1&key=\(escaped)", "/key/info?key=\(all)", "/key/list?search=\(secret)",
            "/key/list?key_hash=\(secret)&size=2", "/key/\(secret)", "/key/\(escaped)/regenerate", "/key/\(all)/x", "/key/\(doubly)/x",
            "/nowhere/\(secret)/below", "/nowhere?token=\(secret)#\(secret)", "/v1/credentials/\(secret)/revoke",
            "/auth/gateway/\(secret)?key=\(secret)",
            "//\(secret)", "/key/info;\(secret)", "/key/info?\(secret)", "/key/info?a=\"\(secret)\"", "/key/info?key=Bearer%20\(secret)",
        ]
    }

    @Test(arguments: ["text", "json"]) func `no secret from path or query stands in the log`(_ format: String) throws {
        try StoryLedger.run(configuration: #"{"log_format": "\#(format)"}"#) { ledger in
            let made = try ledger.makeKey().secret
            let foreign = try ledger.makeKey(["key": "sk-foreign.secret-with_0123456789"]).secret
            var sent = 0
            for secret in [made, foreign] {
                for target in Self.targets(secret) {
                    for method in ["GET", "POST"] {
                        let answer = try ledger.ask(method, target, as: .key(secret))
                        #expect(answer.status < 500, "\(method) \(target): \(answer.body)")
                        sent += 1
                    }
                }
            }
            // A line is written after its answer.
            try ledger.wait("the last line") { ledger.log.split(separator: "\n").count { $0.contains("request_id") } >= sent }
            let log = ledger.log
            for secret in [made, foreign] {
                // The part that would be enough to guess the rest, unescaped in whatever way.
                let middle = secret.dropFirst(4).dropLast(5)
                let hex = middle.utf8.map { String($0, radix: 16) }.joined(separator: "%")
                #expect(!log.contains(middle) && !log.contains(hex) && !log.contains(hex.replacing("%", with: "%25")))
            }
        }
    }

    @Test func `a request's line says what was asked, how it ended and under which id`() throws {
        try StoryLedger.run(configuration: #"{"log_format": "json"}"#) { ledger in
            let key = try ledger.makeKey()
            _ = try ledger.get("/key/info?key=\(key.secret)&x=1", headers: [("X-Request-Id", "req-1")])
            try ledger.wait("the line") { ledger.log.contains("req-1") }
            let lines = ledger.log.split(separator: "\n").compactMap { try? JSONValue.parse(text: String($0)) }
            let line = try #require(lines.first { $0["metadata"]?["request_id"]?.string == "req-1" })
            #expect(line["metadata"]?["method"]?.string == "GET" && line["metadata"]?["route"]?.string == "/key/info")
            #expect(line["metadata"]?["path"]?.string == "/key/info?key=sk-...\(key.secret.suffix(4))&x=1")
            #expect(line["metadata"]?["status"]?.integer == 200)
        }
    }

    @Test func `the search of this target finds a secret`() {
        let secrets: Set = ["sk-one-0123456789", "sk-two-0123456789"]
        let bytes = [0, 255] + Array("sk-sk-two-0123456789".utf8) + [0]
        #expect(SecretSearch.found(of: secrets, in: bytes) == ["sk-two-0123456789"])
        #expect(SecretSearch.found(of: secrets, in: Array("sk-one-012345678".utf8)).isEmpty)
    }
}
