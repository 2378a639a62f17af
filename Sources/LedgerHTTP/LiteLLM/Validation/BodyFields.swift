package import JSONText

/// What a request says about one field.
enum Given<Value> {
    case absent
    case null
    case value(Value)

    var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}

/// The object in a request's body whose declared fields all have values of their kind.
package struct BodyFields: Sendable {
    let members: JSONObject
    private let fields: [String: RequestField]

    /// - Throws: a 422 that lists everything that is wrong.
    init(_ members: JSONObject, fields: [RequestField]) throws {
        let issues = RequestField.issues(of: fields, in: members, at: ["body"])
        guard issues.isEmpty else { throw APIError.validation(issues) }
        self.init(validated: members, fields: fields)
    }

    /// Members that have been validated as part of something larger.
    init(validated members: JSONObject, fields: [RequestField]) {
        self.members = members
        self.fields = Dictionary(fields.map { ($0.name, $0) }) { first, _ in first }
    }

    func declares(_ name: String) -> Bool { fields[name] != nil }

    func has(_ name: String) -> Bool { members[name] != nil }

    subscript(name: String) -> Given<JSONValue> {
        guard let field = fields[name], let json = members[name] else { return .absent }
        return field.value(json).map { .value($0) } ?? .null
    }

    func string(_ name: String) -> Given<String> { read(name) { $0.string } }
    func integer(_ name: String) -> Given<Int64> { read(name) { LaxNumber.integer($0).value } }
    func number(_ name: String) -> Given<String> { read(name) { LaxNumber.number($0).value } }
    func boolean(_ name: String) -> Given<Bool> { read(name) { LaxNumber.boolean($0).value } }
    func strings(_ name: String) -> Given<[String]> { read(name) { $0.array?.compactMap(\.string) } }

    private func read<Value>(_ name: String, _ convert: (JSONValue) -> Value?) -> Given<Value> {
        switch self[name] {
        case .absent: .absent
        case .null: .null
        case .value(let json): convert(json).map { .value($0) } ?? .absent
        }
    }
}

extension BodyFields {
    /// The object that the bytes of a body hold.
    /// - Throws: a 422 for no body or text that is no JSON, a 400 for any other JSON.
    package static func object(_ bytes: [UInt8]) throws -> JSONObject {
        guard let object = try optionalObject(bytes) else { throw APIError.bodyMissing }
        return object
    }

    /// As `object(_:)`, but nil if there is no body or it is `null`.
    package static func optionalObject(_ bytes: [UInt8]) throws -> JSONObject? {
        if bytes.isEmpty { return nil }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(bytes, allowsNonFinite: true)
        } catch {
            throw APIError.bodyNotJSON(at: error.offset)
        }
        if value.isNull { return nil }
        guard let object = value.object else { throw APIError.bodyNotObject }
        return object
    }
}
