/// One pass over a text, by descent that a depth limit bounds.
struct JSONParser {
    let bytes: [UInt8]
    /// Where the text ends, which may be before the bytes do.
    let end: Int
    let allowsNonFinite: Bool
    var offset: Int

    init(bytes: [UInt8], allowsNonFinite: Bool) {
        self.init(bytes: bytes, in: bytes.indices, allowsNonFinite: allowsNonFinite)
    }

    /// Reads the text that stands in `range` of the bytes; offsets count from the start of the bytes.
    init(bytes: [UInt8], in range: Range<Int>, allowsNonFinite: Bool) {
        self.bytes = bytes
        self.allowsNonFinite = allowsNonFinite
        offset = range.lowerBound
        end = range.upperBound
    }

    /// The byte at the offset; nil at the end of the text.
    var next: UInt8? {
        offset < end ? bytes[offset] : nil
    }

    mutating func document(maximumDepth: Int) throws(JSONError) -> JSONValue {
        skipWhiteSpace()
        let result = try value(depthLeft: maximumDepth)
        try finish()
        return result
    }

    /// Steps over white space to the end of the text.
    mutating func finish() throws(JSONError) {
        skipWhiteSpace()
        if offset < end { throw JSONError(.trailingText, at: offset, "text follows the JSON value") }
    }

    private mutating func value(depthLeft: Int) throws(JSONError) -> JSONValue {
        guard let first = next else { throw unexpected("a value was expected") }
        switch first {
        case UInt8(ascii: "{"): return try .object(object(depthLeft: depthLeft))
        case UInt8(ascii: "["): return try .array(array(depthLeft: depthLeft))
        case UInt8(ascii: "\""): return try .string(string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "N") where allowsNonFinite: return try literal("NaN", .number("NaN"))
        case UInt8(ascii: "I") where allowsNonFinite: return try literal("Infinity", .number("Infinity"))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try .number(number())
        default: throw unexpected("a value was expected")
        }
    }

    private mutating func object(depthLeft: Int) throws(JSONError) -> JSONObject {
        try enter(depthLeft)
        var result = JSONObject()
        if take(UInt8(ascii: "}")) { return result }
        repeat {
            skipWhiteSpace()
            guard next == UInt8(ascii: "\"") else { throw unexpected("a member name in double quotes was expected") }
            let name = try string()
            skipWhiteSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected("':' was expected after a member name") }
            skipWhiteSpace()
            result[name] = try value(depthLeft: depthLeft - 1)
            skipWhiteSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw unexpected("',' or '}' was expected after a member") }
        return result
    }

    private mutating func array(depthLeft: Int) throws(JSONError) -> [JSONValue] {
        try enter(depthLeft)
        var result: [JSONValue] = []
        if take(UInt8(ascii: "]")) { return result }
        repeat {
            skipWhiteSpace()
            result.append(try value(depthLeft: depthLeft - 1))
            skipWhiteSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw unexpected("',' or ']' was expected after an element") }
        return result
    }

    /// Steps over an opening bracket and the white space behind it.
    private mutating func enter(_ depthLeft: Int) throws(JSONError) {
        if depthLeft <= 0 { throw JSONError(.tooDeep, at: offset, "too many arrays and objects inside each other") }
        offset += 1
        skipWhiteSpace()
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        try expect(word)
        return value
    }

    /// Steps over `word`, which must stand at the offset.
    mutating func expect(_ word: StaticString) throws(JSONError) {
        for byte in word.description.utf8 {
            guard next == byte else { throw unexpected("a value was expected") }
            offset += 1
        }
    }

    /// Steps over `byte` if it comes next, and says whether it did.
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    mutating func skipWhiteSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    func unexpected(_ message: String) -> JSONError {
        JSONError(offset < end ? .unexpectedByte : .unexpectedEnd, at: offset, message)
    }
}
