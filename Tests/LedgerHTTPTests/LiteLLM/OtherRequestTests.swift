import JSONText
import Ledger
import Testing

@testable import LedgerHTTP

@Suite struct BlockRequestTests {
    @Test(arguments: ["not a key", "b1-alias", "sk-", "sk-a b", "", String(repeating: "0", count: 63), "sk-é"])
    func `text that can be no key is a 400`(_ key: String) throws {
        let error = try #require(throws: APIError.self) { try BlockRequest(["key": .string(key)]) }
        try Refused(key, 400, "Invalid key format.", type: "bad_request_error", param: "key").expect(error)
    }

    @Test(arguments: [
        ("sk-does-not-exist", KeyTarget.token(Token(secret: "sk-does-not-exist"))), ("sk-1", .token(Token(secret: "sk-1"))),
        ("sk-with.dots/and+more", .token(Token(secret: "sk-with.dots/and+more"))),
        (Token(secret: "x").hex, .token(Token(secret: "x"))), (OneKey.keyID.description, .keyID(OneKey.keyID)),
    ]) func `a secret, a token and a key_id are keys`(_ key: String, _ target: KeyTarget) throws {
        #expect(try BlockRequest(["key": .string(key)]).target == target)
    }

    @Test func `the scope tells what an old secret stands for`() throws {
        #expect(try BlockRequest(["key": "sk-1"]).scope == .presented)
        #expect(try BlockRequest(["key": "sk-1", "scope": nil]).scope == .presented)
        #expect(try BlockRequest(["key": "sk-1", "scope": "key"]).scope == .key)
        #expect(try BlockRequest(["key": "sk-1", "scope": "credential"]).scope == .credential)
    }
}

@Suite struct KeysRequestTests {
    @Test func `keys and aliases are kept as they were named`() throws {
        let request = try KeysRequest(["keys": ["sk-1", "junk"], "key_aliases": ["a"], "scope": "key"])
        #expect(request.items.map(\.asPassed) == ["sk-1", "junk", "a"])
        #expect(request.items.map(\.target) == [.token(Token(secret: "sk-1")), nil, .alias("a")])
        #expect(request.keys == ["sk-1", "junk"])
        #expect(request.scope == .key)
    }

    @Test func `no body at all is a malformed info request`() throws {
        let error = try #require(throws: APIError.self) { try KeysRequest(info: nil) }
        try Refused("", 422, "Malformed request. No keys passed in.").expect(error)
    }
}

@Suite struct BulkUpdateRequestTests {
    @Test func `an item that cannot be meant does not stop the others`() throws {
        let request = try BulkUpdateRequest([
            "keys": [
                ["key": "sk-1", "max_budget": 2, "tags": ["t"], "rpm_limit": 5], ["key": "sk-2", "max_budget": -1], ["key": "junk"],
                ["key": "sk-3", "team_id": nil],
            ]
        ])
        #expect(request.items.map(\.asPassed) == ["sk-1", "sk-2", "junk", "sk-3"])
        let first = try request.items[0].command.get()
        #expect(first.target == .token(Token(secret: "sk-1")))
        #expect(first.changes.terms.maxBudget == (try Amount(decimal: "2")))
        #expect(first.changes.content == [ContentChange(name: "tags", json: #"["t"]"#)])
        #expect(first.changes.terms.rpmLimit == nil, "not a field of this request")
        #expect(failure(request.items[1]) == "max_budget must be a non-negative finite number. Received: -1.0")
        #expect(failure(request.items[2]) == "Key not found.")
        #expect(try request.items[3].command.get().changes.cleared == [.teamID])
    }

    private func failure(_ item: BulkUpdateRequest.Item) -> String? {
        if case .failure(let error) = item.command { error.message } else { nil }
    }

    @Test func `no item and more than 500 are refused`() throws {
        let none = try #require(throws: APIError.self) { try BulkUpdateRequest(["keys": []]) }
        #expect(none.text == #"{"detail":{"error":"No keys provided for update"}}"#)
        let items = JSONValue.array(Array(repeating: ["key": "sk-1"], count: 501))
        let many = try #require(throws: APIError.self) { try BulkUpdateRequest(["keys": items]) }
        #expect(many.text == #"{"detail":{"error":"Maximum 500 keys can be updated at once. Found 501 keys."}}"#)
    }
}
