import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

/// Names, order and types of members, as LiteLLM's contract shows them for the same requests.
@Suite struct AnswerShapeTests {
    static let full: JSONObject = [
        "key_alias": "full", "models": ["mock-gpt"], "aliases": ["a": "mock-gpt"], "config": ["c": 1], "spend": .number("0.5"),
        "max_budget": .number("12.5"), "budget_duration": "1d", "max_parallel_requests": 3, "metadata": ["owner": "me"],
        "permissions": ["pii": false], "tpm_limit": 1000, "rpm_limit": 60, "tpd_limit": 5000, "duration": "30d",
        "allowed_cache_controls": ["no-cache"], "blocked": false, "allowed_routes": ["llm_api_routes"],
        "rpm_limit_type": "best_effort_throughput", "tpm_limit_type": "best_effort_throughput", "model_rpm_limit": ["mock-gpt": 5],
        "model_tpm_limit": ["mock-gpt": 500], "user_id": "user",
        "budget_limits": [["budget_duration": "1d", "max_budget": .number("3.0")]],
    ]

    @Test func `generate`() throws {
        let answer = try KeyAnswer.generated(OneKey(Self.full).view(), secret: OneKey.secret).json
        try expect(answer, "generated", own: ["role", "key_id", "revision"])
    }

    @Test func `generate with a soft budget`() throws {
        let view = try OneKey(["key_alias": "soft", "soft_budget": 5]).view()
        let answer = try KeyAnswer.generated(view, secret: OneKey.secret).json
        try expect(answer, "generated_with_soft_budget", own: ["role", "key_id", "revision"])
        try expect(#require(answer["litellm_budget_table"]), "budget_table_generated")
        try expect(#require(answer["router_settings"]), "router_settings")
        let info = try KeyAnswer.info(view, asPassed: OneKey.secret).json
        try expect(#require(info["info"]?["litellm_budget_table"]), "budget_table_info")
    }

    @Test func `info`() throws {
        let key = try OneKey(["key_alias": "i1", "models": ["m"], "max_budget": .number("1.5"), "metadata": ["x": "y"], "duration": "1h"])
        try expect(key.info(), "info", own: ["role", "key_id", "revision"])
        let answer = try KeyAnswer.infoV2([key.view()], keys: [OneKey.secret, "sk-never"]).json
        #expect(answer["key"] == [.string(OneKey.secret), "sk-never"])
        try expect(#require(answer["info"]?[0]), "info_v2", own: ["role", "key_id", "revision"])
    }

    @Test func `info of a deleted key`() throws {
        var key = try OneKey(["key_alias": "d1", "user_id": "u", "metadata": ["z": 1], "spend": .number("0.05")])
        try key.run(.delete(.keyID(OneKey.keyID), scope: .presented))
        var info = try key.info()
        // When a key was used last is not known yet; and here its deletion is a change like any other.
        #expect(info["last_active"] == .null)
        info = try info.setting("last_active", to: "some time").setting("settings_updated_at", to: .null)
        try expect(info, "info_deleted", own: ["role", "key_id", "revision"])
        #expect(info["status"] == "deleted")
        #expect(info["deleted_by_api_key"] == "litellm_proxy_master_key")
        #expect(try KeyAnswer.infoV2([key.view()], keys: nil).json == ["key": nil, "info": []])
    }

    @Test func `update`() throws {
        var key = try OneKey([
            "key_alias": "u1", "models": ["m"], "metadata": ["a": 1], "max_budget": 5, "duration": "30d", "budget_duration": "1d",
        ])
        try key.update(["key": .string(OneKey.secret), "max_budget": 7])
        let answer = try KeyAnswer.updated(key.view(), asPassed: OneKey.secret).json
        try expect(answer, "updated", own: ["role", "key_id", "revision"])
        #expect(answer["key"] == .string(OneKey.secret))
        #expect(answer["max_budget"] == .number("7.0"))
        let byAlias = try KeyAnswer.updated(key.view(), asPassed: nil).json
        #expect(byAlias["key"] == .string(Token(secret: OneKey.secret).hex))
    }

    @Test func `update with rotation`() throws {
        var key = try OneKey(["key_alias": "u1", "user_id": "u", "blocked": false, "soft_budget": 3, "tpm_limit": 9, "rpm_limit": 9])
        try key.update(["key": .string(OneKey.secret), "auto_rotate": true, "rotation_interval": "30d"])
        let answer = try KeyAnswer.updated(key.view(), asPassed: OneKey.secret).json
        try expect(answer, "rotating", own: ["role", "key_id", "revision"])
        #expect(answer["key_rotation_at"] == "2026-12-21T00:19:09.696000+00:00")
    }

    @Test func `block and unblock`() throws {
        var key = try OneKey(["key_alias": "b1"])
        try key.run(.block(.keyID(OneKey.keyID), scope: .presented))
        try expect(KeyAnswer.blocked(key.view()).json, "blocked", own: ["role", "key_id", "revision"])
        try key.run(.unblock(.keyID(OneKey.keyID)))
        try expect(KeyAnswer.unblocked(key.view()).json, "unblocked", own: ["role", "key_id", "revision"])
    }

    @Test func `list`() throws {
        let view = try OneKey(["key_alias": "l4", "user_id": "u", "max_budget": 4, "duration": "1s"]).view()
        let request = try KeyListRequest([("return_full_object", "true"), ("size", "2")])
        let answer = try KeyAnswer.list(KeyPage(keys: [view], total: 5, position: 9), for: request).json
        try expect(#require(answer["keys"]?[0]), "listed", own: ["role", "key_id", "revision"])
        #expect(answer.object?.names == ["keys", "total_count", "current_page", "total_pages"])
        #expect(answer["total_count"] == 5 && answer["current_page"] == 1 && answer["total_pages"] == 3)
    }

    private func expect(_ answer: JSONValue, _ name: String, own: [String] = []) throws {
        let shape = try #require(Fixture.load("key-shapes")[name]?.object)
        let members = try #require(answer.object)
        #expect(members.names == shape.names + own)
        for member in shape { #expect(members[member.name]?.kind == member.value.string, "\(name).\(member.name)") }
    }
}

extension JSONValue {
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    func setting(_ name: String, to value: JSONValue) throws -> JSONValue {
        var members = try #require(object)
        members[name] = value
        return .object(members)
    }
}
