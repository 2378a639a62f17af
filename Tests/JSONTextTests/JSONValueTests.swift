import JSONText
import Testing

@Suite struct JSONValueTests {
    @Test func `literals build values`() {
        let value: JSONValue = ["a": [1, true, nil, "x"], "b": [:], "a": -5]
        #expect(value.serialized() == #"{"a":-5,"b":{}}"#)
        #expect(value["a"]?.integer == -5)
        #expect(value["b"]?.object?.isEmpty == true)
        #expect(value["c"] == nil)
        let list: JSONValue = [1, true, nil, "x"]
        #expect(list[2]?.isNull == true)
        #expect(list[3]?.string == "x")
        #expect(list[1]?.bool == true)
        #expect(list[4] == nil)
        #expect(list[-1] == nil)
        #expect(list.array?.count == 4)
    }

    static let whole: [(String, Int64?, Int64?)] = [
        ("10", 10, 10), ("-0", 0, 0), ("10.0", nil, 10), ("1e1", nil, 10), ("1.50E2", nil, 150), ("100e-2", nil, 1), ("10.5", nil, nil),
        ("1e-1", nil, nil),
        ("9223372036854775807", .max, .max), ("9223372036854775808", nil, nil), ("-9223372036854775808", .min, .min),
        ("9223372036854775807.0", nil, .max), ("-9223372036854775808.0", nil, .min), ("9223372036854775808.0", nil, nil),
        ("1e999999999", nil, nil), ("1e99999999999999999999", nil, nil), ("0.0", nil, 0), ("0e5", nil, 0),
        ("1e18", nil, 1_000_000_000_000_000_000),
        ("1e19", nil, nil), ("0.00000000000000000001e20", nil, 1),
    ]

    @Test(arguments: whole)
    func `integers come out exactly or not at all`(text: String, strict: Int64?, whole: Int64?) throws {
        let value = try JSONValue.parse(text: text)
        #expect(value.integer == strict)
        #expect(value.wholeNumber == whole)
        #expect(value.decimalText == text)
    }

    @Test func `numbers from foreign text are checked`() {
        #expect(JSONValue(numberText: "1.50") == .number("1.50"))
        for text in ["", " 1", "1 ", "01", "\"1\"", "null", "[]", "NaN", "1,2"] {
            #expect(JSONValue(numberText: text) == nil)
        }
        #expect(JSONValue(numberText: "NaN", allowsNonFinite: true) == .number("NaN"))
    }

    @Test func `values are equal only if their texts are`() {
        #expect(JSONValue.number("1") != .number("1.0"))
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSONValue.string("1") != .number("1"))
        let composed: JSONValue = ["\u{E9}": 1, "e\u{301}": 2]
        #expect(composed.object?.count == 2)
        #expect(composed["e\u{301}"] == 2)
        #expect(Set<JSONValue>([["a": 1], ["a": 1], ["a": 2], [nil], [false], "\u{E9}", "e\u{301}"]).count == 6)
    }

    @Test func `the canonical form sorts members by their UTF-8 bytes at every level`() throws {
        let text = "{\"\u{FFFD}\": 1.0, \"\u{1F600}\": [ {\"b\": 1, \"a\": 2} ], \"B\": \"\\u0061\", \"a\": null}"
        #expect(
            try JSONValue.parse(text: text).canonical() == "{\"B\":\"a\",\"a\":null,\"\u{FFFD}\":1.0,\"\u{1F600}\":[{\"a\":2,\"b\":1}]}")
    }

    @Test func `names that are only canonically equivalent stay apart, and sort by their bytes`() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        #expect(
            try JSONValue.parse(text: "{\"\(composed)\":1,\"f\":2,\"\(decomposed)\":3}").canonical().utf8.elementsEqual(
                "{\"\(decomposed)\":3,\"f\":2,\"\(composed)\":1}".utf8))
        var object = JSONObject()
        for number in 0..<20 { object["n\(number)"] = 0 }
        object[composed] = 1
        object[decomposed] = 2
        #expect(object.count == 22)
        #expect(object[composed] == 1)
        #expect(object[decomposed] == 2)
    }

    @Test(arguments: [0, 1, 8, 9, 10, 1000])
    func `objects of any size find, replace and remove members and keep their order`(count: Int) {
        var object = JSONObject()
        for number in 0..<count { object["n\(number)"] = JSONValue(number) }
        for number in 0..<count { object["n\(number)"] = JSONValue(-number) }
        #expect(object.count == count)
        #expect(object.names == (0..<count).map { "n\($0)" })
        #expect((0..<count).allSatisfy { object["n\($0)"] == JSONValue(-$0) })
        #expect(object["missing"] == nil)
        #expect(object.removeValue(named: "missing") == nil)
        guard count > 0 else { return }
        #expect(object.removeValue(named: "n0") == 0)
        object["n0"] = nil
        #expect(object.map(\.name) == (1..<count).map { "n\($0)" })
        #expect((1..<count).allSatisfy { object["n\($0)"] == JSONValue(-$0) })
    }

    @Test func `an object of many members is read in linear time`() throws {
        let members = (0..<50_000).map { "\"name\($0)\":\($0)" }.joined(separator: ",")
        let object = try #require(JSONValue.parse(text: "{\(members)}").object)
        #expect(object.count == 50_000)
        #expect(object["name49999"] == 49_999)
    }
}
