import JSONText
import Testing

@testable import LedgerHTTP

@Suite struct ValidationTests {
    /// What pydantic says of the same bodies was written down by `tools/make-validation-cases`.
    @Test func `every body of the table is judged as pydantic judges it`() throws {
        let cases = try #require(Fixture.load("validation-cases").array)
        #expect(cases.count > 900)
        for entry in cases {
            let request = try #require(entry["request"]?.string)
            let body = try #require(entry["body"]?.string)
            let expected = try #require(entry["detail"])
            let found = try detail(request, body)
            #expect(found == expected, "\(request) \(body)")
        }
    }

    private func detail(_ request: String, _ body: String) throws -> JSONValue {
        do {
            let object = try BodyFields.object(Array(body.utf8))
            switch request {
            case "generate": _ = try GenerateRequest(object)
            case "update": _ = try UpdateRequest(object)
            case "regenerate": _ = try RegenerateRequest(object, key: "sk-1")
            case "bulk": _ = try BulkUpdateRequest(object)
            case "block": _ = try BlockRequest(object)
            case "keys": _ = try KeysRequest(object)
            default: Issue.record("no request \(request)")
            }
        } catch let error as APIError {
            guard case .validation(let issues) = error.body else { return [] }
            return .array(issues.map(\.json))
        }
        return []
    }
}

extension ValidationIssue {
    var json: JSONValue {
        let steps: [JSONValue] = location.map { step in
            switch step {
            case .name(let name): .string(name)
            case .index(let index): JSONValue(index)
            }
        }
        return ["type": .string(type), "loc": .array(steps), "msg": .string(message)]
    }
}
