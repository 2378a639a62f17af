import HTTPTypes
import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

@Suite struct AnswerValueTests {
    @Test func `a generated key is shown as it was asked for`() throws {
        let key = try OneKey(AnswerShapeTests.full)
        let answer = try KeyAnswer.generated(key.view(), secret: OneKey.secret).json
        let token = JSONValue.string(Token(secret: OneKey.secret).hex)
        let expected: JSONObject = [
            "key": .string(OneKey.secret), "token": token, "token_id": token, "key_name": "sk-...cdef", "spend": .number("0.5"),
            "max_budget": .number("12.5"), "user_id": "user", "expires": "2026-12-21T00:19:09.696602Z",
            "created_at": "2026-11-21T00:19:09.696000Z", "updated_at": "2026-11-21T00:19:09.696000Z", "created_by": "default_user_id",
            "duration": nil, "budget_duration": "1d", "model_rpm_limit": nil, "rpm_limit_type": nil, "config": ["c": 1],
            "metadata": [
                "owner": "me", "model_rpm_limit": ["mock-gpt": 5], "model_tpm_limit": ["mock-gpt": 500],
                "rpm_limit_type": "best_effort_throughput", "tpm_limit_type": "best_effort_throughput",
            ], "budget_limits": [["budget_duration": "1d", "max_budget": .number("3.0"), "reset_at": "2026-11-22T00:00:00Z"]],
            "key_id": .string(OneKey.keyID.description), "revision": 1,
        ]
        for member in expected { #expect(answer[member.name] == member.value, "\(member.name)") }
    }

    @Test func `money is written exactly`() throws {
        let key = try OneKey(["max_budget": .number("0.1"), "soft_budget": .number("1e-12"), "spend": .number("0.048000000000")])
        let info = try key.info()
        #expect(info["max_budget"] == .number("0.1"))
        #expect(info["spend"] == .number("0.048"))
        #expect(info["litellm_budget_table"]?["soft_budget"] == .number("0.000000000001"))
    }

    @Test func `a soft budget has an id that stays`() throws {
        var key = try OneKey(["soft_budget": 5])
        let id = try key.info()["budget_id"]
        #expect(id?.string?.utf8.count == 36)
        #expect(try key.info()["litellm_budget_table"]?["budget_id"] == id)
        try key.update(["key": .string(OneKey.secret), "soft_budget": 6, "object_permission": ["models": ["m"]]])
        let info = try key.info()
        #expect(info["budget_id"] == id)
        #expect(info["object_permission_id"] != id)
        #expect(info["object_permission"] == ["object_permission_id": try #require(info["object_permission_id"]), "models": ["m"]])
    }

    @Test func `a window's end is the budget's reset`() throws {
        var key = try OneKey(["budget_duration": "7d"])
        #expect(try key.info()["budget_reset_at"] == "2026-11-23T00:00:00+00:00")
        key.now = try #require(key.now.adding(seconds: 3 * 86_400))
        #expect(try key.info()["budget_reset_at"] == "2026-11-30T00:00:00+00:00")
    }

    @Test func `unknown fields come back at the end as they were sent`() throws {
        var key = try OneKey(["x_custom": ["n": .number("1.50")], "send_invite_email": true, "policies": ["p"]])
        let names = try #require(KeyAnswer.generated(key.view(), secret: nil).json.object?.names)
        #expect(names.suffix(5) == ["x_custom", "send_invite_email", "role", "key_id", "revision"])
        #expect(try key.info()["x_custom"] == ["n": .number("1.50")])
        #expect(try key.info()["policies"] == ["p"])
        try key.update(["key": .string(OneKey.secret), "x_custom": nil, "role": "gateway"])
        #expect(try key.info()["x_custom"] == nil)
        #expect(try key.info()["role"] == "gateway")
    }

    @Test func `a new metadata value takes what is kept in it away`() throws {
        var key = try OneKey(["metadata": ["a": 1], "tags": ["t"], "model_rpm_limit": ["m": 1]])
        #expect(try key.info()["metadata"] == ["a": 1, "model_rpm_limit": ["m": 1], "tags": ["t"]])
        try key.update(["key": .string(OneKey.secret), "metadata": ["b": 2], "tags": ["u"]])
        #expect(try key.info()["metadata"] == ["b": 2, "tags": ["u"]])
        try key.update(["key": .string(OneKey.secret), "guardrails": ["g"]])
        #expect(try key.info()["metadata"] == ["b": 2, "guardrails": ["g"], "tags": ["u"]])
        try key.update(["key": .string(OneKey.secret), "tags": nil])
        #expect(try key.info()["metadata"] == ["b": 2, "guardrails": ["g"]])
        try key.update(["key": .string(OneKey.secret), "metadata": nil])
        #expect(try key.info()["metadata"] == [:])
    }

    @Test func `a null hides what metadata says itself`() throws {
        var key = try OneKey(["metadata": ["tags": ["t"]]])
        #expect(try key.info()["metadata"] == ["tags": ["t"]])
        try key.update(["key": .string(OneKey.secret), "tags": nil])
        #expect(try key.info()["metadata"] == [:])
    }

    @Test func `a temporary budget stands in metadata as Python writes it`() throws {
        var key = try OneKey(["metadata": ["c": 3]])
        try key.update(["key": .string(OneKey.secret), "temp_budget_increase": 5, "temp_budget_expiry": "2030-01-01T00:00:00Z"])
        let expected: JSONValue = ["c": 3, "temp_budget_expiry": "2030-01-01T00:00:00+00:00", "temp_budget_increase": .number("5.0")]
        #expect(try key.info()["metadata"] == expected)
    }

    @Test(arguments: [
        ("\"2030-01-01\"", "2030-01-01T00:00:00"), ("\"2030-01-01 12:30\"", "2030-01-01T12:30:00"),
        ("\"2030-01-01T00:00:00.5-02:30\"", "2030-01-01T00:00:00.500000-02:30"), ("1700000000", "2023-11-14T22:13:20+00:00"),
        ("1700000000250", "2023-11-14T22:13:20.250000+00:00"), ("\"-5\"", "1969-12-31T23:59:55+00:00"),
    ]) func `a moment is written as Python's isoformat writes it`(_ json: String, _ text: String) throws {
        #expect(DateTimeText.parse(try JSONValue.parse(text: json)).value?.isoformat == text)
    }

    @Test func `router settings show what there is`() throws {
        let key = try OneKey(["router_settings": ["num_retries": 2, "more": 1]])
        let answer = try KeyAnswer.generated(key.view(), secret: nil).json["router_settings"]
        #expect(answer?["num_retries"] == 2)
        #expect(answer?["timeout"] == .null)
        #expect(answer?["more"] == 1)
        #expect(try key.info()["router_settings"] == ["num_retries": 2, "more": 1])
    }

    @Test func `a replay without its secret says so`() throws {
        let answer = try KeyAnswer.generated(OneKey([:]).view(), secret: nil, isReplay: true).json
        #expect(answer["key"] == .null)
        #expect(answer["replayed"] == true)
    }
}

/// DESIGN.md section 7: what is said of a key by the secret that it is asked for.
@Suite struct CredentialAnswerTests {
    static let second = "sk-second-0123456789abcd"
    static let third = "sk-third-0123456789abcde"

    private func rotated(grace: String?) throws -> OneKey {
        var key = try OneKey(["key_alias": "a"])
        let body: JSONObject = grace.map { ["grace_period": .string($0)] } ?? [:]
        try key.regenerate(body, newSecret: Self.second)
        return key
    }

    @Test func `regenerate tells when the old secret ends`() throws {
        let key = try rotated(grace: "1h")
        let old = try #require(key.credentials.first)
        let answer = try KeyAnswer.regenerated(key.view(), secret: Self.second, replaced: old).json
        #expect(answer["key"] == .string(Self.second))
        #expect(answer["token"] == .null)
        #expect(answer["token_id"] == .string(Token(secret: Self.second).hex))
        #expect(answer["key_name"] == "sk-...abcd")
        #expect(answer["grace_ends_at"] == "2026-11-21T01:19:09.696602Z")
        #expect(answer["revoke_at"] == "2026-11-21T01:19:09.696602Z")
        #expect(answer.object?.names.suffix(5) == ["grace_ends_at", "revoke_at", "role", "key_id", "revision"])
    }

    @Test func `regenerate without grace ends the old secret at once`() throws {
        let key = try rotated(grace: nil)
        let answer = try KeyAnswer.regenerated(key.view(of: OneKey.secret), secret: nil, replaced: nil, isReplay: true).json
        #expect(answer["grace_ends_at"] == .null)
        #expect(answer["revoke_at"] == "2026-11-21T00:19:09.696602Z")
        #expect(answer["replayed"] == true)
    }

    @Test func `an old secret in grace is deprecated and names its end and successor`() throws {
        var key = try rotated(grace: "1h")
        try key.regenerate(["grace_period": "2h"], newSecret: Self.third)
        let info = try key.info(of: OneKey.secret)
        #expect(info["status"] == "deprecated")
        #expect(info["revoke_at"] == "2026-11-21T01:19:09.696602+00:00", "its own end")
        #expect(info["successor"] == ["key_name": "sk-...bcde", "token": .string(Token(secret: Self.third).hex)])
        #expect(info["credential_status"] == nil)
        let current = try key.info(of: Self.third)
        #expect(current["status"] == "active")
        #expect(current["revoke_at"] == nil)
        let row = try KeyAnswer.infoV2([key.view(of: OneKey.secret)], keys: nil).json["info"]?[0]
        #expect(row?["status"] == "deprecated")
    }

    @Test func `an ended secret of a living key shows the key's status and its own`() throws {
        var key = try rotated(grace: "1h")
        key.now = try #require(key.now.adding(seconds: 3_600))
        var info = try key.info(of: OneKey.secret)
        #expect(info["status"] == "active")
        #expect(info["credential_status"] == "grace_ended")
        try key.run(.block(.keyID(OneKey.keyID), scope: .presented))
        info = try key.info(of: OneKey.secret)
        #expect(info["status"] == "revoked")
        #expect(info["credential_status"] == "grace_ended")
        #expect(try rotated(grace: nil).info(of: OneKey.secret)["credential_status"] == "revoked")
    }

    @Test func `a blocked key's secret in grace shows the key's status`() throws {
        var key = try rotated(grace: "1h")
        try key.run(.block(.keyID(OneKey.keyID), scope: .presented))
        let info = try key.info(of: OneKey.secret)
        #expect(info["status"] == "revoked")
        #expect(info["credential_status"] == nil)
        #expect(info["successor"] != nil)
    }

    @Test func `blocking an old secret ends it alone and says so`() throws {
        var key = try rotated(grace: "1h")
        try key.run(.block(.token(Token(secret: OneKey.secret)), scope: .presented))
        let answer = try KeyAnswer.blocked(key.view(of: OneKey.secret), endedCredential: true).json
        #expect(answer["scope"] == "credential")
        #expect(answer["blocked"] == .null)
        #expect(answer["credential_status"] == "revoked")
        #expect(answer["revoke_at"] == "2026-11-21T00:19:09.696602Z")
        #expect(answer["token"] == .string(Token(secret: Self.second).hex))
    }

    @Test func `a list of old secrets names them, every other list the current ones`() throws {
        let key = try rotated(grace: "1h")
        let tokens = try KeyListRequest([("status", "deprecated")])
        let old = KeyPage(keys: [try key.view(of: OneKey.secret)], total: 1, position: 1)
        #expect(try KeyAnswer.list(old, for: tokens).json["keys"] == [.string(Token(secret: OneKey.secret).hex)])
        let objects = try KeyListRequest([("status", "deprecated"), ("return_full_object", "true")])
        let object = try KeyAnswer.list(old, for: objects).json["keys"]?[0]
        #expect(object?["token"] == .string(Token(secret: OneKey.secret).hex))
        #expect(object?["status"] == "deprecated")
        let current = KeyPage(keys: [try key.view()], total: 1, position: 1)
        #expect(try KeyAnswer.list(current, for: KeyListRequest([])).json["keys"] == [.string(Token(secret: Self.second).hex)])
    }
}

@Suite struct ManyKeysAnswerTests {
    private let unknown = APIError(.init(.keyNotFound), on: .delete)

    @Test func `deleted keys are named as they were passed`() throws {
        let answer = try KeyAnswer.deleted([.init(asPassed: "sk-1", .deleted), .init(asPassed: "an alias", .deleted)])
        #expect(try answer.json == ["deleted_keys": ["sk-1", "an alias"]])
    }

    @Test func `a mixed deletion tells what failed`() throws {
        let answer = try KeyAnswer.deleted([.init(asPassed: "sk-1", .deleted), .init(asPassed: "sk-2", .failed(unknown))])
        #expect(try answer.json == ["deleted_keys": ["sk-1"], "failed_keys": [["key": "sk-2", "error": "No keys found"]]])
    }

    @Test func `if nothing was deleted the failure is the answer`() throws {
        let none = try #require(throws: APIError.self) {
            try KeyAnswer.deleted([.init(asPassed: "sk-1", .failed(unknown)), .init(asPassed: "sk-2", .failed(unknown))])
        }
        try Refused("", 404, "No keys found").expect(none)
        let ended = APIError(.init(.credentialEnded, keyID: OneKey.keyID), on: .delete)
        let conflict = try #require(throws: APIError.self) {
            try KeyAnswer.deleted([.init(asPassed: "sk-1", .failed(unknown)), .init(asPassed: "sk-2", .failed(ended))])
        }
        #expect(conflict.status == .conflict)
    }

    @Test func `an old secret that was ended instead is told from its key`() throws {
        var key = try OneKey([:])
        try key.regenerate(["grace_period": "1h"], newSecret: CredentialAnswerTests.second)
        try key.run(.block(.token(Token(secret: OneKey.secret)), scope: .presented))
        let answer = try KeyAnswer.deleted([.init(asPassed: OneKey.secret, .credentialEnded(key.view(of: OneKey.secret)))]).json
        #expect(answer["deleted_keys"] == [.string(OneKey.secret)])
        #expect(answer["scope"] == "credential")
        #expect(answer["credentials"]?[0]?["scope"] == "credential")
        #expect(answer["credentials"]?[0]?["key_id"] == .string(OneKey.keyID.description))
    }

    @Test func `a bulk update answers for each key`() throws {
        let key = try OneKey(["max_budget": 1])
        let failure = APIError(.init(.keyNotFound), on: .update)
        let answer = try KeyAnswer.bulkUpdated([("sk-1", .success(try key.view())), ("sk-2", .failure(failure))]).json
        #expect(answer.object?.names == ["total_requested", "successful_updates", "failed_updates"])
        #expect(answer["total_requested"] == 2)
        #expect(answer["successful_updates"]?[0]?["key"] == "sk-1")
        #expect(answer["successful_updates"]?[0]?["key_info"]?["max_budget"] == .number("1.0"))
        #expect(answer["failed_updates"] == [["key": "sk-2", "key_info": nil, "failed_reason": "Key not found."]])
    }

    @Test func `aliases and health`() throws {
        let request = try KeyAliasesRequest([("size", "3"), ("page", "2")])
        let answer = try KeyAnswer.aliases(AliasPage(aliases: ["a", "b"], total: 5, position: 1), for: request).json
        #expect(answer == ["aliases": ["a", "b"], "total_count": 5, "current_page": 2, "total_pages": 2, "size": 3])
        #expect(try KeyAnswer.healthy().json == ["key": "healthy", "logging_callbacks": nil])
        let empty = try KeyAnswer.list(KeyPage(keys: [], total: 0, position: 1), for: KeyListRequest([])).json
        #expect(empty == ["keys": [], "total_count": 0, "current_page": 1, "total_pages": 0])
    }
}
