import HTTPTypes
import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

@Suite struct GenerateRequestTests {
    @Test(arguments: [
        Refused(
            #"{"key":"pk-0123456789abcdef"}"#, 400, "Invalid key format. LiteLLM Virtual Key must start with 'sk-'. Received: pk-0****cdef"),
        Refused(#"{"key":"short"}"#, 400, "Invalid key format. LiteLLM Virtual Key must start with 'sk-'. Received: ****"),
        Refused(#"{"key":"sk-123"}"#, 400, "Invalid key format. LiteLLM Virtual Key must be at least 16 characters long."),
        Refused(
            #"{"key":"sk-with a space in it"}"#, 400,
            "Invalid key format. LiteLLM Virtual Key must consist of printable ASCII characters without spaces."),
        Refused(#"{"key_alias":"a\nb"}"#, 400, alias, type: "bad_request_error", param: "key_alias"),
        Refused(#"{"key_alias":"../x"}"#, 400, alias, type: "bad_request_error", param: "key_alias"),
        Refused(#"{"key_alias":"a/.."}"#, 400, alias, type: "bad_request_error", param: "key_alias"),
        Refused(#"{"key_alias":"a\u0085b"}"#, 400, alias, type: "bad_request_error", param: "key_alias"),
        Refused(#"{"max_budget":-1}"#, 400, "max_budget must be a non-negative finite number. Received: -1.0"),
        Refused(#"{"max_budget":NaN}"#, 400, "max_budget must be a non-negative finite number. Received: nan"),
        Refused(#"{"max_budget":1e400}"#, 400, "max_budget must be a non-negative finite number. Received: inf"),
        Refused(#"{"max_budget":"-2.50"}"#, 400, "max_budget must be a non-negative finite number. Received: -2.5"),
        Refused(#"{"soft_budget":-1}"#, 400, "soft_budget must be a non-negative finite number. Received: -1.0"),
        Refused(#"{"spend":-5}"#, 400, "spend must be a non-negative finite number. Received: -5.0"),
        Refused(#"{"max_budget":1e30}"#, 400, "max_budget is too large: an amount must lie within 1.7e26 USD on either side of 0."),
        Refused(#"{"duration":"soon"}"#, 400, "Invalid duration format"),
        Refused(#"{"duration":"-1"}"#, 400, "Invalid duration format"),
        Refused(#"{"duration":"1h30m"}"#, 400, "Invalid duration format"),
        Refused(#"{"duration":""}"#, 400, "Invalid duration format"),
        Refused(#"{"duration":"30"}"#, 400, "Unsupported duration unit, passed duration: 30"),
        Refused(#"{"rotation_interval":"soon"}"#, 400, "Invalid duration format"),
        Refused(#"{"budget_duration":"never"}"#, 400, period("never")),
        Refused(#"{"budget_duration":"2mo"}"#, 400, period("2mo")),
        Refused(#"{"budget_duration":""}"#, 400, period("")),
        Refused(#"{"budget_limits":[{"budget_duration":"never","max_budget":1}]}"#, 400, period("never")),
        Refused(
            #"{"budget_limits":[{"budget_duration":"1d","max_budget":-1}]}"#, 400,
            "max_budget must be a non-negative finite number. Received: -1.0"),
        Refused(
            #"{"model_max_budget":{"m":"x"}}"#, 400,
            "Invalid model_max_budget: the value of 'm' must be an object with budget_limit and time_period."),
        Refused(#"{"model_max_budget":{"m":{"budget_limit":1,"time_period":"never"}}}"#, 400, period("never")),
        Refused(#"{"metadata":{"a":[1,NaN]}}"#, 400, "metadata holds NaN or Infinity, which are no JSON numbers."),
    ]) func `what cannot be meant is a 400 in LiteLLM's words`(_ refused: Refused) throws {
        try refused.check { _ = try GenerateRequest($0) }
    }

    static let alias = "Invalid key_alias: must not contain control characters (such as tab or newline) or a \"..\" path segment"

    static func period(_ text: String) -> String {
        "Invalid budget_duration '\(text)'. Use a format like '1h', '24h', '7d', or '30d'."
    }

    @Test func `an alias of 255 bytes is the longest`() throws {
        let long = String(repeating: "é", count: 127)
        #expect(try GenerateRequest(["key_alias": .string(long + "x")]).changes.alias == .set(long + "x"))
        #expect(throws: APIError.self) { try GenerateRequest(["key_alias": .string(long + "xy")]) }
    }

    @Test(arguments: [
        (#""#, 422, #"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required"}]}"#),
        (#"null"#, 422, #"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required"}]}"#),
        (#"{bad"#, 422, #"{"detail":[{"type":"json_invalid","loc":["body",1],"msg":"JSON decode error"}]}"#),
        (
            #"[1]"#, 400,
            #"{"error":{"message":"Invalid JSON payload: expected an object","type":"invalid_request_error","param":"request_body","code":"400"}}"#
        ),
    ]) func `a body that is no object is refused as LiteLLM refuses it`(_ body: String, _ status: Int, _ answer: String) throws {
        let error = try #require(throws: APIError.self) { try BodyFields.object(Array(body.utf8)) }
        #expect(error.status.code == status)
        #expect(error.text == answer)
    }

    @Test func `a service account needs a team`() throws {
        for body in [[:], ["team_id": ""], ["team_id": nil]] as [JSONObject] {
            let error = try #require(throws: APIError.self) { try GenerateRequest(body, isServiceAccount: true) }
            #expect(
                error.text == #"{"detail":"team_id is required for service account keys. Please specify `team_id` in the request body."}"#)
        }
        #expect(try GenerateRequest(["team_id": "t"], isServiceAccount: true).changes.terms.teamID == "t")
    }

    @Test func `every field goes where it decides`() throws {
        let changes = try changes(
            """
            {"key_alias":"a","models":["m"],"spend":0.5,"max_budget":12.5,"budget_duration":"1d","max_parallel_requests":"3","tpm_limit":1000.0,
             "rpm_limit":60,"tpd_limit":true,"duration":"30d","blocked":"no","user_id":"u","team_id":"t","agent_id":"g","organization_id":"o",
             "project_id":"p","budget_id":"b","soft_budget":"1_0.10","role":"gateway","allowed_routes":["r"],
             "budget_limits":[{"budget_duration":"1w","max_budget":3,"reset_at":null}],
             "model_max_budget":{"m":{"budget_limit":"0.1","time_period":"1d"},"n":{"max_budget":2},"o":0.3,"p":{}}}
            """)
        var terms = KeyTerms()
        (terms.models, terms.allowedRoutes, terms.role) = (["m"], ["r"], .gateway)
        (terms.maxBudget, terms.softBudget) = (try Amount(decimal: "12.5"), try Amount(decimal: "10.1"))
        (terms.tpmLimit, terms.rpmLimit, terms.tpdLimit, terms.maxParallelRequests) = (1000, 60, 1, 3)
        (terms.teamID, terms.organizationID, terms.projectID, terms.agentID, terms.budgetID) = ("t", "o", "p", "g", "b")
        #expect(changes.terms == terms)
        #expect(changes.cleared.isEmpty)
        #expect(changes.alias == .set("a"))
        #expect(changes.userID == .set("u"))
        #expect(changes.blocked == .set(false))
        #expect(changes.duration == .set(try KeyDuration("30d")))
        #expect(changes.budgetPeriod == .set(try BudgetPeriod("1d")))
        #expect(changes.budgetLimits == .set([.init(period: try BudgetPeriod("1w"), maxBudget: try Amount(decimal: "3"))]))
        #expect(
            changes.modelBudgets
                == .set([
                    .init(model: "m", period: try BudgetPeriod("1d"), maxBudget: try Amount(decimal: "0.1")),
                    .init(model: "n", period: nil, maxBudget: try Amount(decimal: "2")),
                    .init(model: "o", period: nil, maxBudget: try Amount(decimal: "0.3")),
                ]))
        #expect(changes.spend == (try Amount(decimal: "0.5")))
        #expect(changes.content.map(\.name) == ["model_max_budget"])
    }

    @Test func `null and empty values of a new key say nothing`() throws {
        let changes = try changes(
            """
            {"key_alias":null,"models":null,"allowed_routes":[],"max_budget":"","soft_budget":null,"user_id":"","team_id":null,
             "organization_id":"","project_id":"","duration":null,"budget_duration":null,"budget_limits":[],"model_max_budget":{},
             "metadata":null,"blocked":null,"role":null,"key_type":null,"spend":0,"tags":null}
            """)
        var expected = KeyChanges()
        expected.setContent("model_max_budget", json: "{}")
        #expect(changes == expected)
    }

    @Test func `fields that decide nothing are kept as the caller wrote them`() throws {
        let changes = try changes(
            #"{"metadata":{"n":1.50,"big":12345678901234567890,"u":"\u00e9"},"x_custom":[1e3,null],"tags":["t"],"unknown":null,"auto_rotate":1}"#
        )
        #expect(changes.content.map(\.name) == ["metadata", "x_custom", "tags", "unknown", "auto_rotate"])
        #expect(changes.json("metadata") == #"{"n":1.50,"big":12345678901234567890,"u":"é"}"#)
        #expect(changes.json("x_custom") == "[1e3,null]")
        #expect(changes.json("unknown") == "null")
        #expect(changes.json("auto_rotate") == "1")
    }

    @Test func `neither secrets nor what the ledger says itself become content`() throws {
        let changes = try changes(
            """
            {"key":"sk-0123456789abcdef","new_key":"sk-0123456789abcdef","new_master_key":"sk-0123456789abcdef","grace_period":"1h","token":"x",
             "expires":"x","key_id":"x","revision":7,"status":"x","spend":1}
            """)
        #expect(changes.content.isEmpty)
    }

    @Test(arguments: [
        ("llm_api", ["llm_api_routes"]), ("management", ["management_routes"]), ("read_only", ["info_routes"]), ("default", ["own"]),
    ]) func `a key type stands for its routes`(_ type: String, _ routes: [String]) throws {
        let changes = try changes(#"{"key_type":"\#(type)","allowed_routes":["own"]}"#)
        #expect(changes.terms.allowedRoutes == routes)
        #expect(changes.json("key_type") == "\"\(type)\"")
    }

    /// A JSON name is told from others by its bytes: one spelled with other scalars is another field.
    @Test func `two names that only look alike are two fields`() throws {
        let changes = try changes(#"{"caf\u00e9":1,"cafe\u0301":2}"#)
        #expect(changes.content.map(\.json) == ["1", "2"])
    }

    private func changes(_ text: String) throws -> KeyChanges {
        try GenerateRequest(BodyFields.object(Array(text.utf8))).changes
    }
}

extension KeyChanges {
    /// The JSON text that a content field gets.
    fileprivate func json(_ name: String) -> String? { content.first { $0.name == name }?.json }
}
