import JSONText
import Testing

@Suite struct JSONWriterTests {
    @Test func `commas come by themselves`() throws {
        var writer = JSONWriter()
        writer.object {
            $0.member("key", "sk-\"x\"")
            $0.member("count", 5)
            $0.member("none", nil as String?)
            $0.nullMember("null")
            $0.member("blocked", false)
            $0.member("spend", raw: "0.048")
            $0.member("metadata", ["a": [1]] as JSONValue)
            $0.name("list")
            $0.array {
                $0.number(UInt64.max)
                $0.null()
                $0.beginArray()
                $0.endArray()
                $0.beginObject()
                $0.endObject()
                $0.raw(Array("1.0".utf8))
                $0.string("x")
                $0.bool(true)
            }
        }
        let text =
            #"{"key":"sk-\"x\"","count":5,"none":null,"null":null,"blocked":false,"spend":0.048,"metadata":{"a":[1]},"#
            + #""list":[18446744073709551615,null,[],{},1.0,"x",true]}"#
        #expect(writer.text == text)
        #expect(try JSONValue.parse(writer.bytes).serialized() == text)
    }

    @Test func `every control character is escaped in the shortest way and comes back`() throws {
        let all = String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init)))
        var writer = JSONWriter()
        writer.string(all)
        #expect(try JSONValue.parse(writer.bytes) == .string(all))
        #expect(writer.text.hasPrefix(#""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010"#))
    }
}
