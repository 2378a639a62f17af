import FoundationEssentials
import Hummingbird
import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

/// Every route of a service over a fresh ledger.
struct LedgerServer {
    static let masterSecret = "sk-master-0123456789abcdef"
    let server: TestServer

    struct Answer: Sendable {
        var status: Int
        var headers: RawClient.Answer
        /// `null` if the body is no JSON.
        var json: JSONValue

        var text: String { headers.body }
        var position: UInt64? { headers["x-keyledger-position"].flatMap { UInt64($0) } }

        subscript(name: String) -> JSONValue? { json[name] }
    }

    struct Key: Sendable {
        var secret: String
        var token: String
        var keyID: String
    }

    /// - Parameter routes: adds others instead of the service's.
    static func run(
        routes: ((Router<LedgerRequestContext>, Ledger) -> Void)? = nil, _ body: (LedgerServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keyledger-http-\(UUID())").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Ledger.create(folder)
        let ledger = try Ledger.open(folder)
        defer { ledger.close() }
        let settings = HTTPSettings(masterToken: Token(secret: masterSecret))
        var configuration = HTTPServerConfiguration.patient
        configuration.limits.longBodyBytes[SpendRoutes.recordPath] = ChargeBody.mostBytes
        try await TestServer.run(
            configuration,
            routes: { router in
                guard let routes else {
                    return LedgerService.addRoutes(to: router, ledger: ledger, settings: settings, metrics: LedgerMetrics())
                }
                routes(router, ledger)
            }
        ) { try await body(LedgerServer(server: $0)) }
    }

    // MARK: Requests

    /// - Parameter secret: the caller's; empty: none.
    func get(_ path: String, as secret: String = masterSecret) async throws -> Answer {
        try await ask("GET \(path)", secret, "")
    }

    func post(_ path: String, _ body: JSONValue = [:], as secret: String = masterSecret) async throws -> Answer {
        let text = body.serialized()
        return try await ask(
            "POST \(path)", secret, "Content-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\n", body: text)
    }

    private func ask(_ start: String, _ secret: String, _ headers: String, body: String = "") async throws -> Answer {
        let credential = secret.isEmpty ? "" : "Authorization: Bearer \(secret)\r\n"
        let answer = try await server.exchange("\(start) HTTP/1.1\r\nHost: a\r\n\(credential)\(headers)\r\n\(body)")
        let json = (try? JSONValue.parse(Array(answer.body.utf8))) ?? .null
        return Answer(status: answer.status, headers: answer, json: json)
    }

    /// What must succeed.
    @discardableResult
    func done(_ path: String, _ body: JSONValue, _ location: SourceLocation = #_sourceLocation) async throws -> JSONValue {
        let answer = try await post(path, body)
        try #require(answer.status == 200, "\(path): \(answer.status) \(answer.text)", sourceLocation: location)
        return answer.json
    }

    /// A report that must be given.
    func report(_ path: String, as secret: String = masterSecret, _ location: SourceLocation = #_sourceLocation) async throws -> Answer {
        let answer = try await get(path, as: secret)
        try #require(answer.status == 200, "\(path): \(answer.status) \(answer.text)", sourceLocation: location)
        return answer
    }

    // MARK: Keys and charges

    func makeKey(_ fields: JSONObject = [:]) async throws -> Key {
        try Self.key(try await done("/key/generate", .object(fields)))
    }

    /// The key with its next secret; the old one ends at once.
    func rotate(_ key: Key) async throws -> Key {
        try Self.key(try await done("/key/regenerate", ["key": .string(key.token)]))
    }

    private static func key(_ answer: JSONValue) throws -> Key {
        Key(
            secret: try #require(answer["key"]?.string), token: try #require(answer["token_id"]?.string),
            keyID: try #require(answer["key_id"]?.string))
    }

    /// Records charges that must be new.
    func charge(_ charges: [JSONObject], _ location: SourceLocation = #_sourceLocation) async throws {
        let answer = try await done("/v1/spend", .array(charges.map { .object($0) }), location)
        let results = answer["results"]?.array?.compactMap { $0["result"]?.string } ?? []
        #expect(results == Array(repeating: "recorded", count: charges.count), "\(answer)", sourceLocation: location)
    }
}

extension JSONObject {
    /// A charge as `/v1/spend` takes it. Without a time it is of now.
    static func charge(_ id: String, _ token: String, _ spend: String, at time: String? = nil, _ fields: JSONObject = [:]) -> JSONObject {
        var charge: JSONObject = ["request_id": .string(id), "token": .string(token), "spend": .string(spend)]
        if let time { charge["occurred_at"] = .string(time) }
        for member in fields { charge[member.name] = member.value }
        return charge
    }
}

extension String {
    /// As it stands in a query.
    var inQuery: String {
        utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%" + (digits.utf8.count < 2 ? "0" : "") + digits
        }.joined()
    }
}

extension JSONValue {
    /// The names of an object's members, in their order.
    var names: [String] { object?.names ?? [] }

    /// The amount of an entry's, a day's or a key's metrics.
    var spend: String? { self["metrics"]?["spend"]?.decimalText }
}
