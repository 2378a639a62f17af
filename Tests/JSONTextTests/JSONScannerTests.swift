import JSONText
import Testing

@Suite struct JSONScannerTests {
    /// The value that a scanner's pieces make.
    private static func value(_ scanner: inout JSONScanner) throws -> JSONValue {
        let piece = try scanner.next()
        var isFirst = true
        switch piece {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .number(let range): return .number(String(decoding: scanner.bytes(range), as: UTF8.self))
        case .string(let text): return .string(scanner.string(text))
        case .array:
            var elements: [JSONValue] = []
            while try scanner.nextElement(&isFirst) { elements.append(try value(&scanner)) }
            return .array(elements)
        case .object:
            var object = JSONObject()
            while let name = try scanner.nextName(&isFirst) { object[scanner.string(name)] = try value(&scanner) }
            return .object(object)
        }
    }

    private static func read(_ bytes: [UInt8], in range: Range<Int>? = nil, maximumDepth: Int = 128) throws -> JSONValue {
        var scanner = try JSONScanner(bytes, in: range ?? bytes.indices, maximumDepth: maximumDepth, allowsNonFinite: true)
        let value = try value(&scanner)
        try scanner.finish()
        return value
    }

    private static func skip(_ bytes: [UInt8]) throws {
        var scanner = try JSONScanner(bytes, in: bytes.indices, allowsNonFinite: true)
        try scanner.skip(scanner.next())
        try scanner.finish()
    }

    private static func expectAgreement(_ bytes: [UInt8]) {
        let expected = try? JSONValue.parse(bytes, allowsNonFinite: true)
        if (try? read(bytes)) != expected { Issue.record("pieces and value differ: \(bytes)") }
        if ((try? skip(bytes)) != nil) != (expected != nil) { Issue.record("skipping and value differ: \(bytes)") }
    }

    @Test func `pieces make the value that the parser gives, and the same texts are refused`() {
        for (text, _) in JSONParsingTests.accepted { Self.expectAgreement(Array(text.utf8)) }
        for (text, _, _) in JSONParsingTests.refused { Self.expectAgreement(Array(text.utf8)) }
        for (bytes, _) in JSONParsingTests.notUTF8 { Self.expectAgreement(bytes) }
        for text in ["NaN", "-Infinity", "[Infinity,1]", "[,1]", "{,}", "[1}", "{\"a\":1]", "{\"a\\n\\u00e9\":[{}]}"] {
            Self.expectAgreement(Array(text.utf8))
        }
    }

    @Test func `on damaged texts they agree too`() {
        var damage = JSONDamage(seed: JSONHostileTextTests.seed)
        for _ in 0..<50_000 { Self.expectAgreement(damage.next()) }
    }

    @Test func `what stands around the range is not looked at`() throws {
        let bytes = Array("\u{1}x {\"a\": \"\\u0041\"} }}".utf8) + [0xFF]
        #expect(try Self.read(bytes, in: 2..<bytes.count - 4) == ["a": "A"])
        let error = #expect(throws: JSONError.self) { try Self.read(bytes, in: 2..<10) }
        #expect(error?.code == .unexpectedEnd && error?.offset == 9)
    }

    @Test func `depth is limited, siblings are not`() throws {
        let deep = Array((String(repeating: "[", count: 129) + String(repeating: "]", count: 129)).utf8)
        #expect(throws: JSONError.self) { try Self.read(deep) }
        #expect(try Self.read(Array("[[],[],[[]],{}]".utf8), maximumDepth: 3) == [[], [], [[]], [:]])
        let error = #expect(throws: JSONError.self) { try Self.read(Array("[[],[[]]]".utf8), maximumDepth: 2) }
        #expect(error?.code == .tooDeep && error?.offset == 5)
    }
}
