/// Reads a JSON text piece by piece without building values: for large texts of known form.
///
/// A scanner whose pieces are all read or skipped, and which is finished, takes and refuses the same texts as `JSONValue.parse`; that a
/// member's name appears twice is the caller's to see.
///
///     var scanner = try JSONScanner(body, in: body.indices)
///     guard case .object = try scanner.next() else { … }
///     var isFirst = true
///     while let name = try scanner.nextName(&isFirst) { try scanner.skip(scanner.next()) }
///     try scanner.finish()
public struct JSONScanner: Sendable {
    /// A value that has been read, or the beginning of one.
    public enum Piece: Hashable, Sendable {
        case null
        case bool(Bool)
        /// The place of its text.
        case number(Range<Int>)
        case string(Text)
        /// The bracket alone has been read; read the elements with `nextElement(_:)`.
        case array
        /// The brace alone has been read; read the members with `nextName(_:)`.
        case object
    }

    /// The place of a string between its quotes.
    public struct Text: Hashable, Sendable {
        public let range: Range<Int>
        /// Whether the bytes differ from the string that they stand for.
        public let hasEscapes: Bool
    }

    private(set) var parser: JSONParser
    private let maximumDepth: Int
    private var depth = 0

    /// - Parameters:
    ///   - range: where the text stands in the bytes. Offsets and places count from the start of the bytes.
    ///   - maximumDepth: how many arrays and objects may stand inside each other, `JSONValue.greatestDepth` at most.
    ///   - allowsNonFinite: whether `NaN`, `Infinity` and `-Infinity` are taken as numbers.
    /// - Throws: `JSONError` if the text is not UTF-8.
    public init(
        _ bytes: [UInt8], in range: Range<Int>, maximumDepth: Int = 128, allowsNonFinite: Bool = false
    ) throws(JSONError) {
        do {
            _ = try UTF8Span(validating: bytes.span.extracting(range))
        } catch {
            throw JSONError(.invalidUTF8, at: range.lowerBound + error.byteOffsets.lowerBound, "the text is not UTF-8")
        }
        parser = JSONParser(bytes: bytes, in: range, allowsNonFinite: allowsNonFinite)
        self.maximumDepth = min(maximumDepth, JSONValue.greatestDepth)
    }

    /// Where the next piece is looked for.
    public var offset: Int { parser.offset }

    /// Whether an array comes next.
    public mutating func startsArray() -> Bool {
        parser.skipWhiteSpace()
        return parser.next == UInt8(ascii: "[")
    }

    /// The value that comes next, or its beginning.
    public mutating func next() throws(JSONError) -> Piece {
        parser.skipWhiteSpace()
        guard let first = parser.next else { throw parser.unexpected("a value was expected") }
        switch first {
        case UInt8(ascii: "\""): return try .string(text())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try .number(parser.skipNumber())
        case UInt8(ascii: "{"): return try enter(.object)
        case UInt8(ascii: "["): return try enter(.array)
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "N") where parser.allowsNonFinite: return try nonFinite("NaN")
        case UInt8(ascii: "I") where parser.allowsNonFinite: return try nonFinite("Infinity")
        default: throw parser.unexpected("a value was expected")
        }
    }

    /// Whether the array that was begun has another element, which comes next.
    /// - Parameter isFirst: true before the first element; set to false.
    public mutating func nextElement(_ isFirst: inout Bool) throws(JSONError) -> Bool {
        parser.skipWhiteSpace()
        defer { isFirst = false }
        if parser.take(UInt8(ascii: "]")) {
            depth -= 1
            return false
        }
        if isFirst { return true }
        guard parser.take(UInt8(ascii: ",")) else { throw parser.unexpected("',' or ']' was expected after an element") }
        return true
    }

    /// The name of the next member of the object that was begun, whose value comes next; nil at the object's end.
    /// - Parameter isFirst: true before the first member; set to false.
    public mutating func nextName(_ isFirst: inout Bool) throws(JSONError) -> Text? {
        parser.skipWhiteSpace()
        defer { isFirst = false }
        if parser.take(UInt8(ascii: "}")) {
            depth -= 1
            return nil
        }
        if !isFirst {
            guard parser.take(UInt8(ascii: ",")) else { throw parser.unexpected("',' or '}' was expected after a member") }
            parser.skipWhiteSpace()
        }
        guard parser.next == UInt8(ascii: "\"") else { throw parser.unexpected("a member name in double quotes was expected") }
        let name = try text()
        parser.skipWhiteSpace()
        guard parser.take(UInt8(ascii: ":")) else { throw parser.unexpected("':' was expected after a member name") }
        return name
    }

    /// Steps over what is left of a value that has been begun.
    public mutating func skip(_ piece: Piece) throws(JSONError) {
        var isFirst = true
        switch piece {
        case .array: while try nextElement(&isFirst) { try skip(next()) }
        case .object: while try nextName(&isFirst) != nil { try skip(next()) }
        default: break
        }
    }

    /// - Throws: if anything but white space is left.
    public mutating func finish() throws(JSONError) {
        try parser.finish()
    }

    /// The bytes at a place.
    public func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> { parser.bytes[range] }

    /// The UTF-8 bytes of a string.
    public func content(_ text: Text) -> ArraySlice<UInt8> {
        text.hasEscapes ? Array(string(text).utf8)[...] : parser.bytes[text.range]
    }

    /// The string that stands at a place.
    public func string(_ text: Text) -> String {
        guard text.hasEscapes else { return String(decoding: parser.bytes[text.range], as: UTF8.self) }
        var reader = parser
        reader.offset = text.range.lowerBound - 1
        // It has been read before without a mistake.
        return (try? reader.string()) ?? ""
    }

    private mutating func text() throws(JSONError) -> Text {
        let (range, hasEscapes) = try parser.skipString()
        return Text(range: range, hasEscapes: hasEscapes)
    }

    private mutating func enter(_ piece: Piece) throws(JSONError) -> Piece {
        if depth >= maximumDepth {
            throw JSONError(.tooDeep, at: parser.offset, "too many arrays and objects inside each other")
        }
        depth += 1
        parser.offset += 1
        return piece
    }

    private mutating func literal(_ word: StaticString, _ piece: Piece) throws(JSONError) -> Piece {
        try parser.expect(word)
        return piece
    }

    private mutating func nonFinite(_ word: StaticString) throws(JSONError) -> Piece {
        let start = parser.offset
        try parser.expect(word)
        return .number(start..<parser.offset)
    }
}
