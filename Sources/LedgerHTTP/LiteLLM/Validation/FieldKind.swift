import JSONText

/// What values a field of a request takes, in pydantic's terms: its lax mode, which LiteLLM's models run in.
indirect enum FieldKind: Sendable {
    case string
    /// A whole number; text of one, a truth value and a float without fraction count too.
    case integer(IntegerBound = .none)
    /// A number; text of one and a truth value count too.
    case number
    /// `true` or `false`; 0, 1 and words such as "yes" count too.
    case boolean
    /// A moment: RFC 3339 and near it, or seconds since 1970.
    case dateTime
    /// One of some words. `isLiteral` tells how a mistake is named.
    case choice([String], isLiteral: Bool = false)
    /// An array of values of one kind, or of any.
    case list(FieldKind)
    /// An object with values of one kind, or of any.
    case map(FieldKind)
    /// An object with fields of its own; further members are passed over.
    case model([RequestField])
    /// A value of the first of these kinds that fits. The names stand in the locations of mistakes.
    case either([(name: String, kind: FieldKind)])
    case any

    enum IntegerBound: Sendable {
        case none
        case atLeast(Int64)
        case above(Int64)
    }
}

/// A field that a request declares.
struct RequestField: Sendable {
    let name: String
    let kind: FieldKind
    var isRequired = false
    var isNullable = true
    /// An empty string counts as `null`.
    var emptyIsNull = false

    init(_ name: String, _ kind: FieldKind) {
        self.name = name
        self.kind = kind
    }

    static func required(_ name: String, _ kind: FieldKind) -> RequestField {
        var field = RequestField(name, kind)
        field.isRequired = true
        field.isNullable = false
        return field
    }

    static func emptyIsNull(_ name: String, _ kind: FieldKind) -> RequestField {
        var field = RequestField(name, kind)
        field.emptyIsNull = true
        return field
    }

    /// What the value counts as: `nil` for null.
    func value(_ json: JSONValue) -> JSONValue? {
        if json.isNull || (emptyIsNull && json.string == "") { return nil }
        return json
    }
}
