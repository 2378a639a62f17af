/// A JSON value that loses nothing: numbers keep their source text, objects keep the order of their members.
///
/// Two values are equal when their compact texts are equal byte for byte: `1` and `1.0` differ, as do objects whose members stand in
/// another order and strings that are only canonically equivalent. Compare `canonical()` where the order of members does not matter.
public enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// The source text of a number. Whoever builds one from foreign text uses `init(numberText:allowsNonFinite:)`, which checks it.
    case number(String)
    /// A string with all escapes resolved.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object(JSONObject)

    /// The number `integer`, written in decimal.
    public init(_ integer: some BinaryInteger) {
        self = .number(String(integer))
    }

    /// A number from text that follows the grammar of RFC 8259; nil for any other text.
    ///
    /// With `allowsNonFinite`, `NaN`, `Infinity` and `-Infinity` count as numbers too.
    public init?(numberText: some StringProtocol, allowsNonFinite: Bool = false) {
        guard let value = try? JSONValue.parse(Array(numberText.utf8), maximumDepth: 0, allowsNonFinite: allowsNonFinite),
            case .number(let text) = value, text.utf8.count == numberText.utf8.count
        else { return nil }
        self = value
    }
}

extension JSONValue: Hashable {
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left.hasSameBytes(as: right)
        case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .number(let text), .string(let text): hasher.combine(text)
        case .array(let elements): hasher.combine(elements)
        case .object(let object): hasher.combine(object)
        }
    }
}

extension String {
    /// String's own `==` takes canonically equivalent texts for equal; JSON texts are equal only if their bytes are.
    func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
