import HTTPTypes
import JSONText
import Ledger
import LedgerHTTP
import Testing

/// Charges as requests write them in JSON.
struct ChargeBodyTests {
    private static let token = Token(secret: "sk-0123456789abcdef")

    /// A charge of a request, and the id that the answer to a refused one has.
    private struct Item {
        let outcome: Result<NewCharge, ChargeRefusal>
        var requestID: String?
    }

    private func read(_ text: String, _ format: ChargeBody.Format = .json) throws -> [Item] {
        try read(Array(text.utf8), format)
    }

    private func read(_ bytes: [UInt8], _ format: ChargeBody.Format) throws -> [Item] {
        let list = try ChargeBody(bytes, format).charges
        var charges = list.charges.makeIterator()
        return (0..<list.count).compactMap { place in
            guard let refused = list.refused.first(where: { $0.place == place }) else {
                return charges.next().map { charge in Item(outcome: charge.refusal.map { .failure($0) } ?? .success(charge)) }
            }
            return Item(outcome: .failure(refused.refusal), requestID: refused.requestID)
        }
    }

    /// A charge that has what it must have, with further members.
    private func text(_ members: String, spend: String = "0.008", id: String = #""request_id":"r""#) -> String {
        #"{"token":"\#(Self.token.hex)","spend":\#(spend),\#(id)\#(members.isEmpty ? "" : ",")\#(members)}"#
    }

    private func charge(_ members: String, spend: String = "0.008") throws -> NewCharge {
        try #require(read(text(members, spend: spend)).first).outcome.get()
    }

    private func code(_ text: String) throws -> String? {
        guard case .failure(let refusal) = try #require(read(text).first).outcome else { return nil }
        return refusal.code
    }

    @Test func `every member`() throws {
        let read = try charge(
            #"""
            "occurred_at":"2026-11-21T00:19:09.5+01:00","cost":{"input":"0.001","output":0.002,"cache_read":1e-3,"cache_write":0.003,"other":0.001},
            "prompt_tokens":12,"completion_tokens":3.0,"cache_read_input_tokens":1e2,"cache_creation_input_tokens":0,"model":"gpt-5",
            "model_group":"big","provider":"openai","endpoint":"/chat","call_type":"acompletion","mcp_tool":"files","end_user":"é\n",
            "tags":["a","b","a"],"status":"failure","duration_ms":123.5,"user_id":"u","team_id":"t","unknown":{"deep":[[]]}
            """#)
        var wanted = NewCharge(id: .request("r"), token: Self.token, amount: Amount(picodollars: 8_000_000_000))
        wanted.occurredAt = Instant(rfc3339: "2026-11-20T23:19:09.5Z")
        var cost = CostParts()
        (cost.input, cost.output, cost.cacheRead) = (1_000_000_000, 2_000_000_000, 1_000_000_000)
        (cost.cacheWrite, cost.other) = (3_000_000_000, 1_000_000_000)
        wanted.cost = cost
        (wanted.tokens.prompt, wanted.tokens.completion, wanted.tokens.cacheRead) = (12, 3, 100)
        (wanted.model, wanted.modelGroup, wanted.provider) = ("gpt-5", "big", "openai")
        (wanted.endpoint, wanted.callType, wanted.mcpTool) = ("/chat", "acompletion", "files")
        (wanted.endUser, wanted.userID, wanted.teamID) = ("é\n", "u", "t")
        (wanted.tags, wanted.failed, wanted.durationMilliseconds) = (["a", "b", "a"], true, 124)
        #expect(read == wanted)
    }

    @Test(arguments: [
        ("0.008", 8_000_000_000), ("\"0.008\"", 8_000_000_000), ("8e-3", 8_000_000_000), ("0", 0), ("0.30000000000000004", 300_000_000_000),
        ("1e-13", 0), ("5e-13", 0), ("15e-13", 2), ("1e-400", 0), ("123456.000000000001", 123_456_000_000_000_001),
        ("-1", -1_000_000_000_000),
        ("\"\\u0030.1\"", 100_000_000_000),
    ])
    func `amounts come from their text`(text: String, picodollars: Int128) throws {
        #expect(try charge("", spend: text).amount.picodollars == picodollars)
    }

    @Test(arguments: [
        ("1732147152", 1_732_147_152_000_000_000), ("1732147152.000000001", 1_732_147_152_000_000_001), ("1.5", 1_500_000_000),
        ("\"2024-11-20T23:59:12Z\"", 1_732_147_152_000_000_000),
    ])
    func `times are RFC 3339 or seconds`(text: String, nanoseconds: Int64) throws {
        #expect(try charge("\"occurred_at\":\(text)").occurredAt?.nanoseconds == nanoseconds)
    }

    @Test func `null is as if it were not there`() throws {
        let names = [
            "occurred_at", "cost", "prompt_tokens", "model", "tags", "status", "duration_ms", "end_user", "key", "producer", "producer_seq",
        ]
        #expect(try charge(names.map { "\"\($0)\":null" }.joined(separator: ",")) == charge(""))
    }

    @Test func `a credential by its secret, its token, or the one in the place of the other`() throws {
        let secret = "sk-0123456789abcdef"
        for named in [#""key":"\#(secret)""#, #""key":"\#(Self.token.hex)""#, #""token":"\#(Self.token.hex.uppercased())""#] {
            let read = try read(#"{"request_id":"r","spend":1,\#(named)}"#)[0].outcome.get()
            #expect(read.token == Self.token, "\(named)")
        }
        let foreign = try read(#"{"request_id":"r","spend":1,"key":"not-of-this-ledger"}"#)[0].outcome.get()
        #expect(foreign.token == Token(secret: "not-of-this-ledger"))
    }

    @Test(arguments: [
        ("{}", "credential_missing"), ("7", "not_an_object"), ("null", "not_an_object"), ("\"sk-x\"", "not_an_object"),
        (#"{"request_id":"r","spend":1}"#, "credential_missing"),
        (#"{"request_id":"r","spend":1,"key":"sk-0123456789abcdef","token":"\#(token.hex)"}"#, "credential_ambiguous"),
        (#"{"request_id":"r","spend":1,"token":"sk-0123456789abcdef"}"#, "invalid_token"),
        (#"{"request_id":"r","spend":1,"token":7}"#, "invalid_field"), (#"{"request_id":"r","spend":1,"key":""}"#, "invalid_key"),
        (#"{"request_id":"r","spend":1,"key":"sk-...cdef"}"#, "invalid_key"),
        (#"{"request_id":"r","spend":1,"key":"019aa5e2-7c1b-7f00-8000-0123456789ab"}"#, "invalid_key"),
    ])
    func `a credential that cannot be meant`(text: String, code: String) throws {
        #expect(try self.code(text) == code)
    }

    @Test(arguments: [
        ("1e400", "invalid_amount"), ("NaN", "invalid_amount"), ("Infinity", "invalid_amount"), ("-Infinity", "invalid_amount"),
        ("\"\"", "invalid_amount"), ("\"1,5\"", "invalid_amount"), ("\"0x10\"", "invalid_amount"), ("true", "invalid_field"),
        ("[1]", "invalid_field"), ("{}", "invalid_field"), ("null", "spend_missing"),
    ])
    func `spend that is none`(spend: String, code: String) throws {
        #expect(try self.code(text("", spend: spend)) == code)
    }

    @Test(arguments: [
        (#""spend":1"#, "duplicate_member"), (#""sp\u0065nd":1"#, "duplicate_member"), (#""occurred_at":"2026-11-21""#, "invalid_field"),
        (#""occurred_at":"2026-11-21T00:00:00""#, "invalid_field"), (#""occurred_at":1732147152123"#, "invalid_field"),
        (#""occurred_at":NaN"#, "invalid_field"), (#""cost":1"#, "invalid_field"), (#""cost":{"input":true}"#, "invalid_field"),
        (#""cost":{"input":"x"}"#, "invalid_amount"), (#""cost":{"input":1e7}"#, "spend_too_large"),
        (#""cost":{"input":0.008,"input":0}"#, "duplicate_member"), (#""prompt_tokens":-1"#, "invalid_field"),
        (#""prompt_tokens":1.5"#, "invalid_field"), (#""prompt_tokens":"12""#, "invalid_field"),
        (#""prompt_tokens":1e400"#, "invalid_field"),
        (#""model":7"#, "invalid_field"), (#""model":["a"]"#, "invalid_field"), (#""tags":"a""#, "invalid_field"),
        (#""tags":["a",1]"#, "invalid_field"), (#""tags":[["a"]]"#, "invalid_field"), (#""status":"ok""#, "invalid_field"),
        (#""status":true"#, "invalid_field"), (#""duration_ms":-1"#, "invalid_field"), (#""duration_ms":"1""#, "invalid_field"),
        (#""producer":"p","producer_seq":1"#, "id_ambiguous"), (#""producer_seq":1"#, "id_ambiguous"),
        (#""request_id":"s""#, "duplicate_member"),
    ])
    func `a member that cannot be meant`(members: String, code: String) throws {
        #expect(try self.code(text(members)) == code)
    }

    @Test(arguments: [
        #""request_id":"""#, #""request_id":null"#, #""producer":"p""#, #""producer":"","producer_seq":0"#, #""producer_epoch":1"#,
    ])
    func `without an id`(id: String) throws {
        #expect(try code(text("", id: id)) == "id_missing")
    }

    @Test(arguments: [
        (#""producer":"p","producer_seq":0"#, UInt32(0), UInt64(0)),
        (#""producer":"p","producer_seq":18446744073709551615,"producer_epoch":4294967295"#, .max, .max),
    ])
    func `a producer's number`(id: String, epoch: UInt32, number: UInt64) throws {
        #expect(try read(text("", id: id))[0].outcome.get().id == .sequence(producer: "p", epoch: epoch, number: number))
    }

    @Test func `a refused charge keeps its producer's number, unless that is in doubt`() throws {
        func list(_ members: String) throws -> ChargeList {
            try ChargeBody(Array(text(members, spend: "NaN", id: #""producer":"p","producer_seq":7"#).utf8), .json).charges
        }
        let kept = try list("")
        #expect(kept.charges.first?.id == .sequence(producer: "p", epoch: 0, number: 7) && kept.refused.isEmpty)
        #expect(kept.charges.first?.refusal?.code == "invalid_amount")
        for doubtful in [#""producer":"q""#, #""producer_seq":8"#, #""producer_epoch":-1"#, #""request_id":"r""#] {
            #expect(try list(doubtful).charges.isEmpty, "\(doubtful)")
        }
        #expect(try read(text(#""skip":true"#, spend: "1", id: #""producer":"p","producer_seq":7"#))[0].outcome.get().skipsMissing)
    }

    @Test func `what is wrong with one spoils no other, and its id is told`() throws {
        let time = #""occurred_at":1732147152"#
        let good = text(time)
        let bad = text("\(time),\"tags\":[{\"a\":[1]}]", spend: "NaN", id: #""request_id":"bad""#)
        let charges = try read("[\(good),\(bad),7,\(good)]")
        #expect(charges.map { (try? $0.outcome.get()) != nil } == [true, false, false, true])
        #expect(charges[1].requestID == "bad" && charges[2].requestID == nil)
        let lines = try read("\(good)\r\n\n{\"spend\":\n  \n\(bad)\n[]\n\(good)", .lines)
        #expect(lines.map { (try? $0.outcome.get()) != nil } == [true, false, false, false, true])
        guard case .failure(let refusal) = lines[1].outcome else { throw Missing() }
        #expect(refusal.code == "invalid_json" && refusal.message.contains("at byte 9"))
    }

    @Test func `texts of one charge do not come from the one before`() throws {
        let time = #""occurred_at":1732147152"#
        let charges = try read(
            "["
                + [
                    #""model":"gpt-5""#, #""model":"gpt-4""#, #""provider":"gpt-4""#, #""model":"gpt\u002d4""#,
                    #""model":"gpt-4","tags":["x","y","y"]"#,
                ]
                .map { text("\(time),\($0)") }.joined(separator: ",") + "]"
        ).map { try $0.outcome.get() }
        #expect(charges.map(\.model) == ["gpt-5", "gpt-4", nil, "gpt-4", "gpt-4"])
        #expect(charges.map(\.provider) == [nil, nil, "gpt-4", nil, nil] && charges[4].tags == ["x", "y", "y"])
        let keys = ["sk-0123456789abcdef", "sk-0123456789abcdef", "sk-0123456789abcdeg", "sk-...cdef", "sk-0123456789abcdef"]
        let read = try read("[" + keys.map { #"{"request_id":"r","occurred_at":1,"spend":1,"key":"\#($0)"}"# }.joined(separator: ",") + "]")
        #expect(read.map { try? $0.outcome.get().token } == keys.map { $0.contains("...") ? nil : Token(secret: $0) })
    }

    @Test func `in a batch an id needs its time, a producer's number does not`() throws {
        #expect(try read("[\(text(""))]")[0].outcome.get().occurredAt == nil)
        let numbered = text("", id: #""producer":"p","producer_seq":1"#)
        let charges = try read("[\(text("")),\(numbered),\(text("\"occurred_at\":1"))]")
        guard case .failure(let refusal) = charges[0].outcome else { throw Missing() }
        #expect(refusal.code == "occurred_at_missing")
        #expect(charges.dropFirst().allSatisfy { (try? $0.outcome.get()) != nil })
    }

    @Test(arguments: [
        ("", 422), ("[]", 422), ("   ", 422), ("{", 422), ("[{}", 422), ("{} {}", 422), ("[{}]x", 422), ("[1,]", 422), ("{\"a\":01}", 422),
        (String(repeating: "[", count: 100_000), 422),
        ("{\"x\":" + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}", 422),
    ])
    func `a body that is no JSON is refused as a whole`(text: String, status: Int) {
        let error = #expect(throws: APIError.self) { try read(text) }
        #expect(error?.status.code == status)
    }

    @Test func `bytes that are not UTF-8 are refused, in lines with their line alone`() throws {
        let bad = Array(text(#""model":""#).utf8) + [0xFF] + Array(#"""}"#.utf8)
        let good = Array(text(#""occurred_at":1"#).utf8)
        #expect(throws: APIError.self) {
            try ChargeBody([UInt8(ascii: "[")] + good + [UInt8(ascii: ",")] + bad + [UInt8(ascii: "]")], .json)
        }
        let lines = try read(good + [10] + bad + [10] + good, .lines)
        #expect(lines.map { (try? $0.outcome.get()) != nil } == [true, false, true])
    }

    @Test func `ten thousand charges are taken, one more is not`() throws {
        let one = text(#""occurred_at":1"#)
        for (format, separator, ends) in [(ChargeBody.Format.json, ",", ("[", "]")), (.lines, "\n", ("", "\n"))] {
            func body(_ count: Int) -> String { ends.0 + Array(repeating: one, count: count).joined(separator: separator) + ends.1 }
            #expect(try read(body(10_000), format).count == 10_000)
            let error = #expect(throws: APIError.self) { try read(body(10_001), format) }
            #expect(error?.status.code == 413 && error?.code == "too_many_charges")
        }
        let error = #expect(throws: APIError.self) { try ChargeBody([UInt8](repeating: 0, count: 10_001), .protobuf) }
        #expect(error?.status.code == 413)
    }

    @Test(arguments: [
        (nil, ChargeBody.Format.json), ("application/json; charset=utf-8", .json), ("text/plain", .json), ("application/x-ndjson", .lines),
        ("Application/X-NDJSON ; charset=utf-8", .lines), ("application/x-protobuf", .protobuf),
        ("application/protobuf;proto=keyledger.v1.SpendCharge", .protobuf),
    ])
    func `the format is the content type's`(type: String?, format: ChargeBody.Format) {
        #expect(ChargeBody.Format(contentType: type) == format)
    }

    private struct Missing: Error {}
}
