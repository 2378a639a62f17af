import JSONText
import LedgerHTTP
import Testing

/// The body of `/v1/keys/verify` is read without building values: it must mean what it means to everything else that reads bodies.
struct VerifyBodyTests {
    private struct Texts: Equatable {
        var secret: String?
        var token: String?
        var model: String?
    }

    private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private func read(_ bytes: [UInt8]) -> Result<Texts, APIError> {
        result {
            let body = try VerifyBody(bytes)
            return Texts(secret: body.secret.map(text), token: body.token.map(text), model: body.model)
        }
    }

    private func readAsValues(_ bytes: [UInt8]) -> Result<Texts, APIError> {
        result {
            let object = try BodyFields.object(bytes)
            return Texts(secret: object["key"]?.string, token: object["token"]?.string, model: object["model"]?.string)
        }
    }

    private func result(_ body: () throws -> Texts) -> Result<Texts, APIError> {
        do {
            return .success(try body())
        } catch let error as APIError {
            return .failure(error)
        } catch {
            return .failure(APIError(rendering: error))
        }
    }

    private func expectSame(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch (read(bytes), readAsValues(bytes)) {
        case (.success(let left), .success(let right)): #expect(left == right, "\(text)")
        case (.failure(let left), .failure(let right)):
            #expect(left.status == right.status && left.message == right.message && left.code == right.code, "\(text)")
        default: Issue.record("one takes what the other refuses: \(text)")
        }
    }

    private static let bodies = [
        #"{"key":"sk-1234567890123456"}"#, #"{"key":"sk-1234567890123456","model":"gpt-4o"}"#, #" { "token" : "ab" , "x" : [ { } ] } "#,
        #"{"key":"a","key":"b"}"#, #"{"key":"a","key":null}"#, #"{"key":1}"#, #"{"key":null,"token":"t"}"#,
        #"{"k\u0065y":"sk-\u0041\n\"é€😀"}"#,
        #"{"key":{"key":"inner"}}"#, #"{"x":{"key":"inner"},"model":["m"]}"#, #"{"x":NaN,"y":-Infinity,"key":"k"}"#, "", "null", " null ",
        "[]", "1", #""key""#, "{", "{}", #"{"key"}"#, #"{"key":"a",}"#, #"{"key":"a"} x"#, #"{"key":"\ud800"}"#, #"{"key":"a"#,
        #"{"key":"a","x":01}"#, "{\"key\":\"\u{1}\"}", "\u{feff}{}", #"{"model":"","key":""}"#, #"{"":"","Key":"K"}"#,
    ]

    @Test(arguments: bodies) func `means the same as it does to those who build values`(body: String) {
        expectSame(Array(body.utf8))
    }

    @Test func `every byte that is changed, taken away or put in is judged alike`() {
        let body = Array(#"{"key":"sk-\u00e9é1","model":"m","x":[1,{"token":"t"}]}"#.utf8)
        for place in body.indices {
            var shorter = body
            shorter.remove(at: place)
            expectSame(shorter)
            expectSame(Array(body[..<place]))
            for byte: UInt8 in [0x00, 0x20, 0x22, 0x2c, 0x5c, 0x5d, 0x7d, 0x80, 0xc3, 0xff] {
                var changed = body
                changed[place] = byte
                expectSame(changed)
                expectSame(Array(body[..<place]) + [byte] + Array(body[place...]))
            }
        }
    }

    @Test func `depth is limited alike`() {
        for depth in [1, 126, 127, 128, 129, 10_000] {
            let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            expectSame(Array(#"{"key":"k","x":\#(nested)}"#.utf8))
        }
    }
}
