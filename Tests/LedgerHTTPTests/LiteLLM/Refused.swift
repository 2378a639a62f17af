import HTTPTypes
import JSONText
import Testing

@testable import LedgerHTTP

/// A body and the error that it must be answered with.
struct Refused: Sendable, CustomTestStringConvertible {
    let body: String
    let status: Int
    let message: String
    var type = "invalid_request_error"
    var param: String?

    init(_ body: String, _ status: Int, _ message: String, type: String = "invalid_request_error", param: String? = nil) {
        self.body = body
        self.status = status
        self.message = message
        self.type = type
        self.param = param
    }

    var testDescription: String { body }

    func check(_ parse: (JSONObject) throws -> Void) throws {
        let object = try BodyFields.object(Array(body.utf8))
        let error = try #require(throws: APIError.self) { try parse(object) }
        try expect(error)
    }

    func expect(_ error: APIError) throws {
        let expected: JSONValue = [
            "error": [
                "message": .string(message), "type": .string(type), "param": param.map { .string($0) } ?? .null,
                "code": .string(String(status)),
            ]
        ]
        #expect(try JSONValue.parse(text: error.text) == expected)
        #expect(error.status.code == status)
    }
}

extension APIError {
    /// The body on LiteLLM's paths.
    var text: String {
        var writer = JSONWriter()
        writer.object { writer in
            switch body {
            case .error, .results:
                writer.name("error")
                writer.object { writer in
                    writer.member("message", message)
                    writer.member("type", type ?? Self.defaultType(of: status))
                    writer.member("param", param)
                    writer.member("code", String(status.code))
                }
            case .detail(let detail): writer.member("detail", detail)
            case .validation(let issues): writer.member("detail", .array(issues.map(\.json)))
            }
        }
        return writer.text
    }
}
