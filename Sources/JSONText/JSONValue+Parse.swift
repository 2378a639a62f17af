extension JSONValue {
    /// The most arrays and objects inside each other that any caller may allow; keeps parsing and freeing within a thread's stack.
    public static let greatestDepth = 512

    /// Reads one JSON value as RFC 8259 defines it, in time linear in the text.
    ///
    /// Refused: bytes that are not UTF-8, a byte order mark, unescaped control characters, half surrogate
    /// pairs, text after the value. A name that appears twice keeps its first place and its last value.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - maximumDepth: how many arrays and objects may stand inside each other, `greatestDepth` at most.
    ///   - allowsNonFinite: whether `NaN`, `Infinity` and `-Infinity` are taken as numbers, as Python's writers produce them.
    /// - Throws: a `JSONError` that names the offset of the first mistake.
    public static func parse(
        _ bytes: [UInt8], maximumDepth: Int = 128, allowsNonFinite: Bool = false
    ) throws(JSONError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, allowsNonFinite: allowsNonFinite)
        return try parser.document(maximumDepth: min(maximumDepth, greatestDepth))
    }

    /// Reads one JSON value from borrowed bytes, which are copied first. See `parse(_:maximumDepth:allowsNonFinite:)`.
    public static func parse(
        _ bytes: Span<UInt8>, maximumDepth: Int = 128, allowsNonFinite: Bool = false
    ) throws(JSONError) -> JSONValue {
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in bytes.indices { copy.append(bytes[index]) }
        return try parse(copy, maximumDepth: maximumDepth, allowsNonFinite: allowsNonFinite)
    }

    /// Reads one JSON value from any collection of bytes. See `parse(_:maximumDepth:allowsNonFinite:)`.
    public static func parse(
        _ bytes: some Collection<UInt8>, maximumDepth: Int = 128, allowsNonFinite: Bool = false
    ) throws(JSONError) -> JSONValue {
        try parse(Array(bytes), maximumDepth: maximumDepth, allowsNonFinite: allowsNonFinite)
    }

    /// Reads one JSON value from a string. See `parse(_:maximumDepth:allowsNonFinite:)`.
    public static func parse(
        text: String, maximumDepth: Int = 128, allowsNonFinite: Bool = false
    ) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8), maximumDepth: maximumDepth, allowsNonFinite: allowsNonFinite)
    }
}
