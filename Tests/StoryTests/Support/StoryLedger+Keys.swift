import CommandTestSupport
import Glibc
import JSONText
import Testing

/// A key that a test has made, or one of its later secrets.
struct MadeKey {
    let secret: String
    let token: String
    let keyID: String
    /// The whole answer.
    let json: JSONValue

    init(_ answer: Answer, _ location: SourceLocation) throws {
        try #require(answer.status == 200, "\(answer.status) \(answer.body)", sourceLocation: location)
        json = answer.json
        secret = try #require(json["key"]?.string, sourceLocation: location)
        token = try #require(json["token_id"]?.string, sourceLocation: location)
        keyID = try #require(json["key_id"]?.string, sourceLocation: location)
    }

    /// When the secret that this one replaced ends.
    var graceEndsAt: String? { json["grace_ends_at"]?.string }
}

extension StoryLedger {
    func makeKey(_ fields: JSONValue = [:], _ location: SourceLocation = #_sourceLocation) throws -> MadeKey {
        try MadeKey(try post("/key/generate", fields), location)
    }

    /// - Parameter secret: any secret of the key.
    func rotate(
        _ secret: String, grace: String? = nil, headers: [(String, String)] = [], _ location: SourceLocation = #_sourceLocation
    ) throws -> MadeKey {
        var body: JSONObject = ["key": .string(secret)]
        if let grace { body["grace_period"] = .string(grace) }
        return try MadeKey(try post("/key/regenerate", .object(body), headers: headers), location)
    }

    /// Does what must succeed.
    @discardableResult
    func change(_ path: String, _ body: JSONValue, _ location: SourceLocation = #_sourceLocation) throws -> JSONValue {
        let answer = try post(path, body)
        try #require(answer.status == 200, "\(answer.status) \(answer.body)", sourceLocation: location)
        return answer.json
    }

    /// The row of a key, by secret, token or key_id.
    func info(_ name: String, _ location: SourceLocation = #_sourceLocation) throws -> JSONValue {
        let answer = try get("/key/info?key=\(name)")
        try #require(answer.status == 200, "\(answer.status) \(answer.body)", sourceLocation: location)
        return answer["info"] ?? .null
    }

    /// What `/v1/keys/verify` says of a secret.
    func verify(_ secret: String, model: String? = nil, _ location: SourceLocation = #_sourceLocation) throws -> JSONValue {
        var body: JSONObject = ["key": .string(secret)]
        if let model { body["model"] = .string(model) }
        let answer = try post("/v1/keys/verify", .object(body))
        try #require(answer.status == 200, "\(answer.status) \(answer.body)", sourceLocation: location)
        return answer.json
    }

    func code(_ secret: String, model: String? = nil) throws -> String? { try verify(secret, model: model)["code"]?.string }

    /// How a gateway is answered that passes a request with this secret on.
    func gateway(_ secret: String, headers: [(String, String)] = []) throws -> Answer {
        try get("/auth/gateway/v1/chat/completions", as: .key(secret), headers: headers)
    }

    /// Every event, as `keyledger events` prints them beside the running server.
    func events(_ location: SourceLocation = #_sourceLocation) throws -> [JSONValue] {
        let run = try sandbox.run("events", "--json")
        try #require(run.status == 0, "\(run.errors)", sourceLocation: location)
        return try run.output.split(separator: "\n").map { try JSONValue.parse(text: String($0)) }
    }

    /// Waits until a condition holds, for at most 20 seconds: for what only the clock brings about.
    func wait(_ what: String, _ location: SourceLocation = #_sourceLocation, until condition: () throws -> Bool) throws {
        for _ in 0..<2_000 {
            if try condition() { return }
            usleep(10_000)
        }
        Issue.record("\(what) did not come", sourceLocation: location)
    }
}
