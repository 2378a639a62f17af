import HTTPTypes
import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

@Suite struct KeyListRequestTests {
    @Test(arguments: [
        ("size", "0", "greater_than_equal", "Input should be greater than or equal to 1"),
        ("size", "101", "less_than_equal", "Input should be less than or equal to 100"),
        ("page", "0", "greater_than_equal", "Input should be greater than or equal to 1"),
        ("size", "abc", "int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
        ("page", "", "int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
        ("page", "99999999999999999999", "int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size"),
        ("return_full_object", "maybe", "bool_parsing", "Input should be a valid boolean, unable to interpret input"),
    ]) func `a parameter of the wrong kind is a 422`(_ name: String, _ value: String, _ type: String, _ message: String) throws {
        let error = try #require(throws: APIError.self) { try KeyListRequest([(name, value)]) }
        let issue: JSONValue = ["type": .string(type), "loc": ["query", .string(name)], "msg": .string(message)]
        #expect(try JSONValue.parse(text: error.text) == ["detail": [issue]])
    }

    @Test(arguments: [
        (["status": "bogus"], "Invalid status value. Supported: 'active', 'expired', 'revoked', 'deleted'."),
        (["expires": "bogus"], "Invalid expires value. Supported: 'active', 'expired'."),
        (
            ["sort_by": "user_id"],
            "Invalid sort column. Must be one of: spend, max_budget, created_at, updated_at, token, key_alias, expires, last_active,"
                + " budget_reset_at, total_spend, tpm_limit, rpm_limit"
        ), (["sort_by": "spend", "sort_order": "sideways"], "Invalid sort order. Must be 'asc' or 'desc'"),
    ]) func `a word that is not known is a 400`(_ query: [String: String], _ message: String) throws {
        let error = try #require(throws: APIError.self) { try KeyListRequest(query.map { ($0.key, $0.value) }) }
        try Refused("", 400, message).expect(error)
    }

    @Test func `without parameters the ten newest are listed`() throws {
        let request = try KeyListRequest([("whatever", "1"), ("sort_order", "asc"), ("user_id", "")])
        var query = KeyQuery()
        query.hiddenTeamID = "litellm-dashboard"
        #expect(request.query == query)
        #expect(!request.returnsObjects && !request.matchesNothing)
    }

    @Test func `every filter is taken over`() throws {
        let token = Token(secret: "sk-1")
        let request = try KeyListRequest([
            ("user_id", "u"), ("team_id", "t"), ("organization_id", "o"), ("project_id", "p"), ("agent_id", "g"), ("access_group_id", "c"),
            ("key_alias", "a"), ("search", "s"), ("key_hash", token.hex), ("status", "deprecated"), ("expires", "active"), ("size", "5"),
            ("page", "2"), ("page", "3"), ("sort_by", "max_budget"), ("sort_order", "ASC"), ("substring_matching", "true"),
            ("return_full_object", "1"), ("include_team_keys", "yes"), ("include_created_by_keys", "on"),
        ])
        var query = KeyQuery(page: 3, size: 5)
        (query.userID, query.teamID, query.organizationID, query.projectID, query.agentID) = ("u", "t", "o", "p", "g")
        (query.accessGroupID, query.alias, query.search, query.token) = ("c", "a", "s", token)
        (query.status, query.expiry, query.sort, query.ascending) = (.deprecated, .active, .maxBudget, true)
        (query.substringMatching, query.hiddenTeamID) = (true, "litellm-dashboard")
        #expect(request.query == query)
        #expect(request.returnsObjects && request.includesTeamKeys && request.includesCreatedByKeys)
    }

    @Test func `a hash that can be none matches nothing and a secret is hashed`() throws {
        #expect(try KeyListRequest([("key_hash", "junk")]).matchesNothing)
        #expect(try KeyListRequest([("key_hash", "sk-1")]).query.token == Token(secret: "sk-1"))
    }

    @Test func `expand gives objects`() throws {
        #expect(try KeyListRequest([("expand", "user")]).returnsObjects)
    }

    @Test func `aliases are listed in pages of 50`() throws {
        #expect(try KeyAliasesRequest([]).query == AliasQuery())
        let request = try KeyAliasesRequest([("search", "s"), ("team_id", "t"), ("page", "2"), ("size", "100")])
        #expect(request.query == AliasQuery(search: "s", teamID: "t", page: 2, size: 100))
        #expect(throws: APIError.self) { try KeyAliasesRequest([("size", "101")]) }
    }
}
