import JSONText
import Testing

@Suite struct JSONParsingTests {
    /// Texts that RFC 8259 allows, each with its compact form.
    static let accepted: [(String, String)] = [
        ("null", "null"), (" true ", "true"), ("\n\r\t false", "false"),
        ("0", "0"), ("-0", "-0"), ("10.50", "10.50"), ("1E+5", "1E+5"), ("-1.5e-300", "-1.5e-300"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("\"\"", "\"\""), ("\"\\u0041\\/\"", "\"A/\""), ("\"\\uD83D\\ude00\"", "\"😀\""), ("\"é\u{2028}\u{7F}\"", "\"é\u{2028}\u{7F}\""),
        ("\"\\b\\f\\n\\r\\t\\\"\\\\\"", "\"\\b\\f\\n\\r\\t\\\"\\\\\""), ("\"\\u001F\\u0000\"", "\"\\u001f\\u0000\""),
        ("\"a\\u000A\"", "\"a\\n\""), ("[ ]", "[]"), ("[ 1 , [ ] ]", "[1,[]]"), ("{ }", "{}"),
        ("{ \"b\" : 1.0 , \"a\" : { \"\" : null } }", "{\"b\":1.0,\"a\":{\"\":null}}"),
        ("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"),
        ("\"\\uFFFF\\uDBFF\\uDFFF\"", "\"\u{FFFF}\u{10FFFF}\""),
    ]

    @Test(arguments: accepted)
    func `a text that the RFC allows is read and written back`(text: String, compact: String) throws {
        let value = try JSONValue.parse(text: text)
        #expect(Array(value.serialized().utf8) == Array(compact.utf8))
        #expect(try JSONValue.parse(text: compact) == value)
    }

    /// Texts that RFC 8259 does not allow, with the kind of the mistake and its offset.
    static let refused: [(String, JSONError.Code, Int)] = [
        ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("nul", .unexpectedEnd, 3), ("nulL", .unexpectedByte, 3),
        ("True", .unexpectedByte, 0),
        ("01", .invalidNumber, 1), ("-", .invalidNumber, 1), ("1.", .invalidNumber, 2), (".5", .unexpectedByte, 0),
        ("+1", .unexpectedByte, 0),
        ("1e", .invalidNumber, 2), ("1e+", .invalidNumber, 3), ("-01", .invalidNumber, 2), ("0x1", .trailingText, 1),
        ("1 2", .trailingText, 2),
        ("NaN", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0), ("-Infinity", .invalidNumber, 1),
        ("[1,]", .unexpectedByte, 3), ("[1 2]", .unexpectedByte, 3), ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2),
        ("]", .unexpectedByte, 0),
        ("{not json", .unexpectedByte, 1), ("{\"a\"}", .unexpectedByte, 4), ("{\"a\":}", .unexpectedByte, 5),
        ("{\"a\":1,}", .unexpectedByte, 7),
        ("{'a':1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1), ("{\"a\":1", .unexpectedEnd, 6), ("{}x", .trailingText, 2),
        ("\"a", .unexpectedEnd, 0), ("[\"a", .unexpectedEnd, 1), ("\"\\", .unexpectedEnd, 2), ("\"\\u12", .unexpectedEnd, 5),
        ("\"\\x\"", .invalidEscape, 1), ("\"\\u12g4\"", .invalidEscape, 5), ("\"a\nb\"", .controlCharacter, 2),
        ("\"\u{0}\"", .controlCharacter, 1),
        ("\"\\uD800\"", .invalidEscape, 1), ("\"x\\uDC00\"", .invalidEscape, 2), ("\"\\uD800\\u0041\"", .invalidEscape, 1),
        ("\"\\uD800\\n\"", .invalidEscape, 1), ("\"\\uDC00\\uD800\"", .invalidEscape, 1), ("// c\n1", .unexpectedByte, 0),
        ("\u{FEFF}1", .unexpectedByte, 0),
    ]

    @Test(arguments: refused)
    func `a text that the RFC forbids is refused where it goes wrong`(text: String, code: JSONError.Code, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(text: text) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    static let notUTF8: [([UInt8], Int)] = [
        ([0x22, 0xFF, 0x22], 1), ([0x22, 0x61, 0xC0, 0x80, 0x22], 2), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
        ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1), ([0x22, 0x5C, 0x6E, 0xE2, 0x82, 0x22], 3),
        ([0x7B, 0x22, 0x80, 0x22, 0x3A, 0x31, 0x7D], 2),
    ]

    @Test(arguments: notUTF8)
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8], offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(bytes) }
        #expect(error?.code == .invalidUTF8)
        #expect(error?.offset == offset)
    }

    @Test func `nesting is allowed up to the limit and refused above it`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(try JSONValue.parse(nested(128)).serialized().utf8.count == 256)
        #expect(try JSONValue.parse(nested(3), maximumDepth: 3).serialized() == "[[[]]]")
        #expect(throws: JSONError.self) { try JSONValue.parse(nested(129)) }
        #expect(throws: JSONError.self) { try JSONValue.parse(nested(1), maximumDepth: 0) }
        let deepest = try JSONValue.parse(nested(JSONValue.greatestDepth), maximumDepth: .max)
        #expect(deepest.canonical().utf8.count == 2 * JSONValue.greatestDepth)
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(nested(1_000_000), maximumDepth: .max) }
        #expect(error?.code == .tooDeep)
        #expect(error?.offset == JSONValue.greatestDepth)
        let objects = Array(String(repeating: "{\"a\":", count: 1_000_000).utf8)
        #expect(throws: JSONError.self) { try JSONValue.parse(objects, maximumDepth: .max) }
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity"])
    func `numbers that Python writes for non-finite values are read on request only`(text: String) throws {
        #expect(try JSONValue.parse(text: "[\(text)]", allowsNonFinite: true) == [.number(text)])
        #expect(throws: JSONError.self) { try JSONValue.parse(text: "[\(text)]") }
        #expect(throws: JSONError.self) { try JSONValue.parse(text: String(text.dropLast()), allowsNonFinite: true) }
        #expect(throws: JSONError.self) { try JSONValue.parse(text: text + "1", allowsNonFinite: true) }
    }

    @Test func `an error never quotes the text`() {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse(text: "{\"key\": sk-secret}") }
        #expect(error?.description.contains("sk-") == false)
    }

    @Test func `spans and slices read like arrays`() throws {
        let bytes = Array("x[1]x".utf8)
        #expect(try JSONValue.parse(bytes[1..<4]) == [1])
        #expect(try JSONValue.parse(bytes.span.extracting(1..<4)) == [1])
    }
}
