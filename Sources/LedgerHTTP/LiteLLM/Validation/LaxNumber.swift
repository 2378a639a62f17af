import JSONText

/// A value read leniently, or what is wrong with it.
enum Lax<Value: Sendable>: Sendable {
    case value(Value)
    case mistake(type: String, message: String)

    var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }

    func issues(at location: [ValidationIssue.Step]) -> [ValidationIssue] {
        guard case .mistake(let type, let message) = self else { return [] }
        return [ValidationIssue(type: type, location: location, message: message)]
    }

    static func mistake(_ issue: ValidationIssue) -> Lax {
        .mistake(type: issue.type, message: issue.message)
    }
}

/// Numbers and truth values as pydantic's lax mode reads them from parsed JSON.
enum LaxNumber {
    static func integer(_ value: JSONValue) -> Lax<Int64> {
        switch value {
        case .bool(let truth): .value(truth ? 1 : 0)
        case .number(let text): integer(number: text, value)
        case .string(let text): integer(text: text)
        default: .mistake(.integerType([]))
        }
    }

    private static func integer(number text: String, _ value: JSONValue) -> Lax<Int64> {
        if let number = value.wholeNumber { return .value(number) }
        guard let float = Double(text), float.isFinite else {
            return .mistake(type: "finite_number", message: "Input should be a finite number")
        }
        if float.rounded(.towardZero) == float { return .mistake(.integerSize([])) }
        return .mistake(type: "int_from_float", message: "Input should be a valid integer, got a number with a fractional part")
    }

    private static func integer(text: String) -> Lax<Int64> {
        guard let plain = NumberText(text), plain.exponent == nil, !plain.whole.isEmpty, !plain.endsInPoint,
            plain.fraction.utf8.allSatisfy({ $0 == UInt8(ascii: "0") })
        else { return .mistake(.integerText([])) }
        guard let number = Int64((plain.isNegative ? "-" : "") + plain.whole) else { return .mistake(.integerSize([])) }
        return .value(number)
    }

    /// The text of a number, which may be `NaN`, `Infinity` or `-Infinity`; exact, never through a binary float.
    static func number(_ value: JSONValue) -> Lax<String> {
        switch value {
        case .bool(let truth): .value(truth ? "1" : "0")
        case .number(let text): .value(text)
        case .string(let text):
            if let plain = NumberText(text) { .value(plain.text) } else { .mistake(.numberText([])) }
        default: .mistake(.numberType([]))
        }
    }

    static func boolean(_ value: JSONValue) -> Lax<Bool> {
        switch value {
        case .bool(let truth): return .value(truth)
        case .number:
            guard let number = value.wholeNumber else { return .mistake(.booleanType([])) }
            return number == 0 || number == 1 ? .value(number == 1) : .mistake(.booleanText([]))
        case .string(let text):
            let word = text.lowercased()
            if ["true", "t", "yes", "y", "on", "1"].contains(word) { return .value(true) }
            if ["false", "f", "no", "n", "off", "0"].contains(word) { return .value(false) }
            return .mistake(.booleanText([]))
        default: return .mistake(.booleanType([]))
        }
    }
}
