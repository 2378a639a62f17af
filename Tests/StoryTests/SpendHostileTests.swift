import JSONText
import Testing

/// Bodies that nobody should send: each is refused with a reason, and the ledger goes on as if it had not come.
struct SpendHostileTests {
    private static let token = String(repeating: "ab", count: 32)

    private static func charge(_ spend: String = "1", _ more: String = "") -> String {
        #"{"request_id":"r","token":"\#(token)","occurred_at":1,"spend":\#(spend)\#(more)}"#
    }

    /// A SpendCharge whose bytes are ASCII, with its length: the request id `r`, a secret of 20 characters, 60 picodollars.
    private static let framed = "\u{1B}\n\u{1}r2\u{14}sk-0123456789abcdef08x"

    /// A body, its content type, and the status and code of the refusal.
    struct Body: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let status: Int
        let code: String?
        var type = "application/json"

        init(_ name: String, _ text: String, _ status: Int, _ code: String? = nil, type: String = "application/json") {
            (self.name, self.text, self.status, self.code, self.type) = (name, text, status, code, type)
        }

        var testDescription: String { name }
    }

    static let bodies = [
        Body("nothing", "", 422), Body("an empty array", "[]", 422, "no_charges"), Body("no JSON", "spend=1", 422, "validation_failed"),
        Body("half an object", "{\"request_id\":", 422, "validation_failed"), Body("not a number", charge("NaN"), 422, "invalid_amount"),
        Body("endless", charge("-Infinity"), 422, "invalid_amount"), Body("out of every range", charge("1e400"), 422, "invalid_amount"),
        Body("a long exponent", charge("1e999999999999999999999"), 422, "invalid_amount"),
        Body("more than an event holds", charge("9223372.036854775808"), 422, "spend_too_large"),
        Body("less than nothing", charge("-0.01"), 422, "negative_spend"),
        Body("a number of a million digits", charge(String(repeating: "9", count: 1_000_000)), 422, "invalid_amount"),
        Body("two amounts", charge("1", #","spend":2"#), 422, "duplicate_member"),
        Body("two amounts, one with an escape", charge("1", #","\u0073pend":2"#), 422, "duplicate_member"),
        Body("two owners", charge("1", #","key":"sk-0123456789abcdef01""#), 422, "credential_ambiguous"),
        Body("parts that are not the whole", charge("1", #","cost":{"input":0.5,"output":0.4}"#), 422, "cost_mismatch"),
        Body("a text of a megabyte", charge("1", #","model":"\#(String(repeating: "m", count: 1_000_000))""#), 422, "too_large"),
        Body("ten thousand tags", charge("1", ",\"tags\":[\((0..<10_000).map { "\"t\($0)\"" }.joined(separator: ","))]"), 422, "too_large"),
        Body("counts without end", charge("1", #","prompt_tokens":18446744073709551615"#), 422, "count_too_large"),
        Body("a count beyond 64 bits", charge("1", #","prompt_tokens":18446744073709551616"#), 422, "invalid_field"),
        Body("deep nesting", String(repeating: "[", count: 1_000_000), 422, "validation_failed"),
        Body("deep nesting inside", charge("1", ",\"x\":" + String(repeating: "{\"a\":", count: 500_000)), 422, "validation_failed"),
        Body("too many", "[" + Array(repeating: charge(), count: 10_001).joined(separator: ",") + "]", 413, "too_many_charges"),
        Body(
            "too many empty objects", "[" + Array(repeating: "{}", count: 1_000_000).joined(separator: ",") + "]", 413, "too_many_charges"),
        Body("8 MiB and a byte", charge() + String(repeating: " ", count: 8 << 20), 413, "content_too_large"),
        Body("a cut protobuf message", String(framed.dropLast(3)), 422, "protobuf_invalid", type: "application/x-protobuf"),
        Body("a message of no kind", "\u{4}{{{{", 422, "invalid_message", type: "application/x-protobuf"),
        Body("JSON as protobuf", charge(), 422, "protobuf_invalid", type: "application/x-protobuf"),
        Body("one line that is no JSON", "{\"request_id\"\n", 422, "invalid_json", type: "application/x-ndjson"),
    ]

    @Test(arguments: bodies) func `it is refused, and nothing is recorded`(_ body: Body) throws {
        try StoryLedger.run { ledger in
            let before = try ledger.get("/livez").position
            let answer = try ledger.ask("POST", "/v1/spend", raw: body.text, headers: [("Content-Type", body.type)])
            #expect(answer.status == body.status, "\(answer.body.prefix(300))")
            #expect(answer[header: "content-type"] == "application/problem+json")
            if let code = body.code { #expect(answer["code"]?.string == code, "\(answer.body.prefix(300))") }
            #expect(!answer.body.contains("0123456789abcdef"), "no secret is echoed")
            #expect(try ledger.get("/livez").position == before)
            // The ledger is as good as before.
            let good = try ledger.ask("POST", "/v1/spend", raw: Self.charge())
            #expect(good.status == 200 && good["results"]?[0]?["result"]?.string == "recorded")
        }
    }

    @Test func `a whole protobuf message is taken, and the most that a request may hold`() throws {
        try StoryLedger.run { ledger in
            let type = [("Content-Type", "application/x-protobuf")]
            let answer = try ledger.ask("POST", "/v1/spend", raw: Self.framed, headers: type)
            #expect(answer.status == 200 && answer["results"]?[0]?["result"]?.string == "recorded", "\(answer.body)")
            let body = "[" + (0..<10_000).map { Self.charge().replacing("\"r\"", with: "\"r\($0)\"") }.joined(separator: ",") + "]"
            let padded = body + String(repeating: " ", count: (8 << 20) - body.utf8.count)
            let many = try ledger.ask("POST", "/v1/spend", raw: padded)
            #expect(many.status == 200 && many["results"]?.array?.count == 10_000)
            #expect(many["results"]?.array?.allSatisfy { $0["result"]?.string == "recorded" } == true)
        }
    }
}
