import JSONText

extension FieldKind {
    /// What is wrong with a value, in the order in which pydantic says it; nothing if it is of this kind.
    func issues(_ value: JSONValue, at location: [ValidationIssue.Step]) -> [ValidationIssue] {
        switch self {
        case .any: []
        case .string: value.string == nil ? [.stringType(location)] : []
        case .integer(let bound): bound.issues(LaxNumber.integer(value), at: location)
        case .number: LaxNumber.number(value).issues(at: location)
        case .boolean: LaxNumber.boolean(value).issues(at: location)
        case .dateTime: DateTimeText.parse(value).issues(at: location)
        case .choice(let words, let isLiteral):
            value.string.map(words.contains) ?? false ? [] : [.word(of: words, isLiteral: isLiteral, at: location)]
        case .list(let kind):
            value.array.map { kind.issues(elements: $0, at: location) } ?? [.listType(location)]
        case .map(let kind):
            value.object.map { kind.issues(members: $0, at: location) } ?? [.objectType(location)]
        case .model(let fields):
            value.object.map { RequestField.issues(of: fields, in: $0, at: location) } ?? [.modelType(location)]
        case .either(let kinds): Self.issues(kinds, value, at: location)
        }
    }

    private func issues(elements: [JSONValue], at location: [ValidationIssue.Step]) -> [ValidationIssue] {
        elements.enumerated().flatMap { issues($1, at: location + [.index($0)]) }
    }

    private func issues(members: JSONObject, at location: [ValidationIssue.Step]) -> [ValidationIssue] {
        members.flatMap { issues($0.value, at: location + [.name($0.name)]) }
    }

    private static func issues(
        _ kinds: [(name: String, kind: FieldKind)], _ value: JSONValue, at location: [ValidationIssue.Step]
    ) -> [ValidationIssue] {
        let all = kinds.map { $0.kind.issues(value, at: location + [.name($0.name)]) }
        return all.contains { $0.isEmpty } ? [] : all.flatMap { $0 }
    }
}

extension RequestField {
    /// What is wrong with the members of an object, field by field in the order of declaration.
    static func issues(of fields: [RequestField], in object: JSONObject, at location: [ValidationIssue.Step]) -> [ValidationIssue] {
        fields.flatMap { field -> [ValidationIssue] in
            let place = location + [.name(field.name)]
            guard let json = object[field.name] else { return field.isRequired ? [.missing(place)] : [] }
            guard let value = field.value(json) else { return field.isNullable ? [] : field.kind.issues(.null, at: place) }
            return field.kind.issues(value, at: place)
        }
    }
}

extension FieldKind.IntegerBound {
    func issues(_ number: Lax<Int64>, at location: [ValidationIssue.Step]) -> [ValidationIssue] {
        guard case .value(let number) = number else { return number.issues(at: location) }
        switch self {
        case .atLeast(let bound) where number < bound: return [.atLeast(bound, at: location)]
        case .above(let bound) where number <= bound: return [.above(bound, at: location)]
        default: return []
        }
    }
}

extension ValidationIssue {
    static func above(_ bound: Int64, at location: [Step]) -> Self {
        Self(type: "greater_than", location: location, message: "Input should be greater than \(bound)")
    }

    static func modelType(_ location: [Step]) -> Self {
        Self(
            type: "model_attributes_type", location: location,
            message: "Input should be a valid dictionary or object to extract fields from")
    }

    static func word(of words: [String], isLiteral: Bool, at location: [Step]) -> Self {
        var issue = choice(of: words, at: location)
        if isLiteral { issue.type = "literal_error" }
        return issue
    }
}
