import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

@Suite struct UpdateRequestTests {
    static let secret = "sk-0123456789abcdef"

    @Test(arguments: [
        Refused(#"{"key":"not a key"}"#, 404, "Key not found.", type: "not_found_error", param: "key"),
        Refused(#"{"key":"sk-1","duration":"soon"}"#, 400, "Invalid duration format"),
        Refused(#"{"key":"sk-1","duration":"1h30m"}"#, 400, "Invalid duration format"),
        Refused(#"{"key":"sk-1","duration":"30"}"#, 400, "Unsupported duration unit, passed duration: 30"),
        Refused(#"{"key":"sk-1","max_budget":-3}"#, 400, "max_budget must be a non-negative finite number. Received: -3.0"),
        Refused(#"{"key":"sk-1","spend":-5}"#, 400, "spend must be a non-negative finite number. Received: -5.0"),
        Refused(#"{"key":"sk-1","budget_duration":"2mo"}"#, 400, GenerateRequestTests.period("2mo")),
        Refused(
            #"{"key":"sk-1","key_alias":"a\tb"}"#, 400, GenerateRequestTests.alias, type: "bad_request_error", param: "key_alias"),
    ]) func `what cannot be meant is refused in LiteLLM's words`(_ refused: Refused) throws {
        try refused.check { _ = try UpdateRequest($0) }
    }

    @Test(arguments: [
        (#"{"key":"sk-0123456789abcdef"}"#, KeyTarget.token(Token(secret: secret)), FieldChange<String>.keep),
        (#"{"key":"\#(Token(secret: secret).hex)","key_alias":"new"}"#, .token(Token(secret: secret)), .set("new")),
        (#"{"key":"\#(OneKey.keyID)","key_alias":null}"#, .keyID(OneKey.keyID), .clear),
        (#"{"key_alias":"old"}"#, .alias("old"), .keep),
        (#"{"key":null,"key_alias":"old"}"#, .alias("old"), .keep),
    ]) func `the key is named by secret, token, key_id or alias`(_ body: String, _ target: KeyTarget, _ alias: FieldChange<String>) throws {
        let request = try UpdateRequest(BodyFields.object(Array(body.utf8)))
        #expect(request.target == target)
        #expect(request.changes.alias == alias)
    }

    @Test func `null takes away and absence keeps`() throws {
        let request = try UpdateRequest(
            BodyFields.object(
                Array(
                    """
                    {"key":"sk-1","max_budget":null,"soft_budget":null,"models":[],"allowed_routes":null,"duration":null,"budget_duration":null,
                     "user_id":null,"team_id":"","organization_id":"","rpm_limit":null,"role":null,"blocked":null,"budget_limits":null,
                     "model_max_budget":{},"spend":null,"config":null}
                    """.utf8)))
        let changes = request.changes
        #expect(changes.terms == KeyTerms())
        #expect(Set(changes.cleared) == [.maxBudget, .softBudget, .models, .allowedRoutes, .teamID, .organizationID, .rpmLimit, .role])
        #expect(changes.duration == .clear)
        #expect(changes.budgetPeriod == .clear)
        #expect(changes.userID == .clear)
        #expect(changes.blocked == .clear)
        #expect(changes.budgetLimits == .clear)
        #expect(changes.modelBudgets == .clear)
        #expect(changes.spend == nil)
        #expect(changes.content == [ContentChange(name: "model_max_budget", json: "{}"), ContentChange(name: "config", json: nil)])
        #expect(changes.alias == .keep)
    }

    @Test func `a duration of -1 means never`() throws {
        #expect(try UpdateRequest(["key": "sk-1", "duration": "-1"]).changes.duration == .clear)
    }

    @Test func `spend may be set back to 0`() throws {
        #expect(try UpdateRequest(["key": "sk-1", "spend": 0]).changes.spend == .zero)
    }

    @Test func `a key type in an update is passed over, as LiteLLM does`() throws {
        let changes = try UpdateRequest(["key": "sk-1", "key_type": "llm_api"]).changes
        #expect(changes == KeyChanges())
    }
}

@Suite struct RegenerateRequestTests {
    @Test func `the key of the body comes before that of the path`() throws {
        let request = try RegenerateRequest(["key": "sk-body"], key: "sk-path")
        #expect(request.target == .token(Token(secret: "sk-body")))
        #expect(try RegenerateRequest(nil, key: "sk-path").target == .token(Token(secret: "sk-path")))
    }

    @Test(arguments: [
        Refused("{}", 400, "No key passed in."),
        Refused(#"{"key":"a-name"}"#, 404, "Key **** not found."),
        Refused(
            #"{"key":"sk-1","new_key":"sk-short"}"#, 400,
            "Invalid key format. LiteLLM Virtual Key must be at least 16 characters long.", param: "new_key"),
        Refused(
            #"{"key":"sk-1","new_master_key":"sk-2"}"#, 400,
            "The master secret lies in a file of the operator's. Change it there and restart the ledger.", type: "bad_request_error",
            param: "new_master_key"),
        Refused(#"{"key":"sk-1","duration":"soon"}"#, 400, "Invalid duration format"),
        Refused(#"{"key":"sk-1","grace_period":"soon"}"#, 400, grace("soon"), type: "bad_request_error", param: "grace_period"),
        Refused(#"{"key":"sk-1","grace_period":"1h30m"}"#, 400, grace("1h30m"), type: "bad_request_error", param: "grace_period"),
        Refused(#"{"key":"sk-1","grace_period":"-1"}"#, 400, grace("-1"), type: "bad_request_error", param: "grace_period"),
        Refused(#"{"key":"sk-1","grace_period":"30"}"#, 400, grace("30"), type: "bad_request_error", param: "grace_period"),
        Refused(#"{"key":"sk-1","grace_period":"0x"}"#, 400, grace("0x"), type: "bad_request_error", param: "grace_period"),
    ]) func `what cannot be meant is refused and nothing happens`(_ refused: Refused) throws {
        try refused.check { _ = try RegenerateRequest($0) }
    }

    private static func grace(_ text: String) -> String {
        "Invalid grace_period '\(text)'. Use a format like '30s', '5m', '1h', '2d', '1w' or '1mo'. Nothing was changed."
    }

    @Test(arguments: [
        (#"{}"#, nil as String?), (#"{"grace_period":null}"#, nil), (#"{"grace_period":""}"#, "none"), (#"{"grace_period":"0"}"#, "none"),
        (#"{"grace_period":"0s"}"#, "none"), (#"{"grace_period":"00d"}"#, "none"), (#"{"grace_period":"10s"}"#, "10s"),
        (#"{"grace_period":"1mo"}"#, "1mo"),
    ]) func `a grace is none, lasting or left to the configuration`(_ body: String, _ expected: String?) throws {
        let grace = try RegenerateRequest(BodyFields.object(Array(body.utf8)), key: "sk-1").grace
        switch expected {
        case nil: #expect(grace == .unspecified)
        case "none": #expect(grace == .none)
        case let text?: #expect(grace == .lasting(try KeyDuration(text)))
        }
    }

    @Test func `fields are changed as in an update`() throws {
        let request = try RegenerateRequest(["key": "sk-1", "max_budget": nil, "key_alias": "b", "key_type": "read_only"])
        #expect(request.changes.cleared == [.maxBudget])
        #expect(request.changes.alias == .set("b"))
        #expect(request.changes.terms.allowedRoutes == ["info_routes"])
    }

    @Test func `a secret is named by its ends alone`() throws {
        #expect(try RegenerateRequest(["key": "sk-0123456789abcdef"]).displayName == "sk-...cdef")
    }
}
