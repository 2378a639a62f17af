import FoundationEssentials
import Hummingbird
import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

/// `Schemas/openapi.yaml`, as it is served, against the routes and the requests' fields.
struct OpenAPITests {
    private let document: JSONObject

    init() throws {
        document = try #require(JSONValue.parse(OpenAPIDocument.json).object)
    }

    @Test func `every route is described, and nothing else is`() throws {
        let routed = try Set(routes().compactMap(Self.describable))
        let described = try Set(operations())
        #expect(routed.count > 30)
        #expect(routed.subtracting(described).sorted() == [], "routes that Schemas/openapi.yaml does not describe")
        #expect(described.subtracting(routed).sorted() == [], "described, but no route answers it")
    }

    private static let requests = [
        "GenerateRequest": KeyRequestFields.generate, "UpdateRequest": KeyRequestFields.update,
        "RegenerateRequest": KeyRequestFields.regenerate, "BulkUpdateItem": KeyRequestFields.bulkItem,
        "BlockRequest": KeyRequestFields.block, "KeysRequest": KeyRequestFields.keys,
        "ObjectPermission": KeyRequestFields.objectPermission,
    ]

    @Test(arguments: requests.keys.sorted())
    func `a request is described by the fields that it declares`(schema: String) throws {
        let fields = try #require(Self.requests[schema])
        let described = try properties(of: schema)
        #expect(described.names.sorted() == fields.map(\.name).sorted())
        for field in fields {
            let types = try types(of: #require(described[field.name]))
            #expect(types.contains("null") == field.isNullable, "\(schema).\(field.name)")
            if let expected = field.kind.described { #expect(types.contains(expected), "\(schema).\(field.name)") }
        }
    }

    private static let answers = [
        "GeneratedKey": MemberTables.generated, "KeyRow": MemberTables.raw, "KeyModel": MemberTables.model,
        "Deletion": MemberTables.deletion, "ListedRelations": MemberTables.listed,
    ]

    @Test(arguments: answers.keys.sorted())
    func `an answer is described by its members`(schema: String) throws {
        let members = try #require(Self.answers[schema])
        let described = try Set(properties(of: schema).names)
        #expect(Set(members).subtracting(described) == [])
    }

    @Test func `the description says 3_1 and is what the server gives away`() async throws {
        #expect(document["openapi"] == "3.1.0")
        let operational = OperationalRoutes(notReadyBecause: { nil }, metrics: { [] }, openAPI: { OpenAPIDocument.json })
        try await TestServer.run(routes: operational.add) { server in
            let answer = try await server.exchange("GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer["content-type"] == "application/json")
            #expect(answer.body.utf8.elementsEqual(OpenAPIDocument.json))
        }
    }
}

extension OpenAPITests {
    /// The methods that OpenAPI has a word for.
    private static let methods: Set = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"]

    /// `METHOD /path` of every route of a service over a ledger of its own.
    private func routes() throws -> [(method: String, path: String)] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keyledger-routes-\(UUID())").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Ledger.create(folder)
        let ledger = try Ledger.open(folder)
        defer { ledger.close() }
        let router = Router(context: LedgerRequestContext.self)
        let settings = HTTPSettings(masterToken: Token(secret: "sk-0123456789abcdef"))
        LedgerService.addRoutes(to: router, ledger: ledger, settings: settings, metrics: LedgerMetrics())
        return router.routes.map { ($0.method.rawValue, $0.path.description) }
    }

    private static func describable(_ route: (method: String, path: String)) -> String? {
        guard methods.contains(route.method) else { return nil }
        return route.method + " " + route.path.replacing("**", with: "{path}")
    }

    private func operations() throws -> [String] {
        try #require(document["paths"]?.object).flatMap { path in
            try #require(path.value.object).names.map { $0.uppercased() }.filter(Self.methods.contains).map { "\($0) \(path.name)" }
        }
    }

    /// The properties of a schema and of those that it is composed of.
    private func properties(of name: String) throws -> JSONObject {
        try properties(#require(document["components"]?["schemas"]?[name]))
    }

    private func properties(_ schema: JSONValue) throws -> JSONObject {
        let schema = try resolved(schema)
        var found = schema["properties"]?.object ?? JSONObject()
        for part in schema["allOf"]?.array ?? [] {
            for property in try properties(part) { found[property.name] = property.value }
        }
        return found
    }

    /// The names of the JSON types that a schema allows.
    private func types(of schema: JSONValue) throws -> Set<String> {
        let schema = try resolved(schema)
        if let choices = schema["oneOf"]?.array { return try choices.reduce(into: []) { $0.formUnion(try types(of: $1)) } }
        return Set(schema["type"]?.array?.compactMap(\.string) ?? [schema["type"]?.string].compactMap(\.self))
    }

    private func resolved(_ schema: JSONValue) throws -> JSONValue {
        guard let reference = schema["$ref"]?.string else { return schema }
        let name = try #require(reference.split(separator: "/").last)
        return try #require(document["components"]?["schemas"]?[String(name)])
    }
}

extension FieldKind {
    /// The JSON type that stands for it in a description; nil where there is no single one.
    fileprivate var described: String? {
        switch self {
        case .string, .choice: "string"
        case .integer: "integer"
        case .number: "number"
        case .boolean: "boolean"
        case .list: "array"
        case .map, .model: "object"
        case .dateTime, .either, .any: nil
        }
    }
}
