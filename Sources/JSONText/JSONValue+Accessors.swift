extension JSONValue {
    /// Whether this is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The truth value; nil if this is not `true` or `false`.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The text of a string; nil if this is not a string.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The elements of an array; nil if this is not an array.
    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members of an object; nil if this is not an object.
    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The source text of a number, exactly as it stood (`1e3` stays `1e3`); nil if this is not a number.
    public var decimalText: String? {
        if case .number(let text) = self { text } else { nil }
    }

    /// The number, if its text is digits with an optional sign and it fits; nil for `10.0` and `1e1`.
    public var integer: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text)
    }

    /// The number, if it is whole however it is written (`10`, `10.0`, `1e1`) and fits; nil for `10.5`. Exact: no floating point.
    public var wholeNumber: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text) ?? DecimalText(text)?.wholeNumber
    }

    /// The member `name` of an object; nil if this is not an object or has no such member.
    public subscript(name: String) -> JSONValue? {
        object?[name]
    }

    /// The element at `index` of an array; nil if this is not an array or too short.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

/// The parts of a number's text that decide whether it is whole.
private struct DecimalText {
    /// All digits before the exponent, without the point.
    var digits: [UInt8] = []
    /// The power of ten that the last digit stands for.
    var scale = 0
    var isNegative = false

    /// nil if `text` is no finite number or its exponent exceeds five digits, which no Int64 other than 0 can carry.
    init?(_ text: String) {
        var pastPoint = false
        var bytes = text.utf8[...]
        if bytes.first == UInt8(ascii: "-") { isNegative = bytes.popFirst() != nil }
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits.append(byte - UInt8(ascii: "0"))
                if pastPoint { scale -= 1 }
            case UInt8(ascii: "."): pastPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard let exponent = Int32(Substring(bytes)), abs(Int(exponent)) <= 99_999 else { return nil }
                scale += Int(exponent)
                bytes = bytes[bytes.endIndex...]
            default: return nil
            }
        }
    }

    var wholeNumber: Int64? {
        let significant = digits.drop { $0 == 0 }
        let trailing = significant.reversed().prefix { $0 == 0 }.count
        if significant.isEmpty { return 0 }
        guard scale + trailing >= 0, significant.count + scale <= 19 else { return nil }
        var result: Int64 = 0
        for digit in significant.dropLast(trailing) + repeatElement(0, count: scale + trailing) {
            let (shifted, overflow) = result.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.subtractingReportingOverflow(Int64(digit))
            if overflow || carry { return nil }
            result = sum
        }
        if isNegative { return result }
        return result == .min ? nil : -result
    }
}
