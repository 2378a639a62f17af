import JSONText
import Testing

/// Fields that a request has and the ledger knows nothing of are kept as they were written, and given back in the same place.
struct LosslessFieldTests {
    /// Texts that come back to the letter.
    static let values = [
        "1.0", "1", "1e400", "-0", "-0.0", "1E+2", "0.1e-7", "12345678901234567890", "0.1234567890123456789012345678901234567890",
        "123456789012345678901234567890123456789012345678901234567890.5", "true", "false", "null", "[]", "{}", #""""#, #""text""#,
        #"[1,[2,[3,{"a":[{}]}]]]"#, #"{"b":1,"a":2,"":3}"#, #"[null,1.50,"1.50"]"#, #""grüße 🔑 \"quoted\" \\ / ""#,
        String(repeating: "[", count: 100) + String(repeating: "]", count: 100), "\"" + String(repeating: "ü", count: 20_000) + "\"",
    ]

    @Test(arguments: values) func `a value of any kind comes back as it was written`(_ text: String) throws {
        try StoryLedger.run { ledger in
            let made = try ledger.ask(
                "POST", "/key/generate", raw: #"{"x_unknown": \#(text), "metadata": {"inner": \#(text)}, "key_alias": "a"}"#)
            let key = try MadeKey(made, #_sourceLocation)
            func expectKept(_ row: JSONValue?, _ place: String) {
                #expect(row?["x_unknown"]?.serialized() == text, "\(place)")
                #expect(row?["metadata"]?["inner"]?.serialized() == text, "\(place)")
            }
            expectKept(key.json, "generate")
            expectKept(try ledger.info(key.token), "info")
            expectKept(try ledger.change("/v2/key/info", ["key_aliases": ["a"]])["info"]?[0], "v2")
            expectKept(try ledger.get("/key/list?return_full_object=true")["keys"]?[0], "list")
            expectKept(try ledger.change("/key/update", ["key": .string(key.token), "max_budget": 1]), "update")
            expectKept(try ledger.change("/key/block", ["key": .string(key.token)]), "block")
            expectKept(try ledger.change("/key/unblock", ["key": .string(key.token)]), "unblock")
            let next = try ledger.rotate(key.secret)
            expectKept(next.json, "regenerate")
            try ledger.change("/key/delete", ["keys": [.string(next.token)]])
            expectKept(try ledger.info(next.token), "deleted")
        }
    }

    @Test func `all of them outlive the process`() throws {
        try StoryLedger.run { ledger in
            let keys = try Self.values.map { text in
                try MadeKey(try ledger.ask("POST", "/key/generate", raw: #"{"x_unknown": \#(text)}"#), #_sourceLocation)
            }
            try ledger.restart()
            for (key, text) in zip(keys, Self.values) { #expect(try ledger.info(key.token)["x_unknown"]?.serialized() == text) }
        }
    }

    /// Escapes are another way to write the same text; the text is what is kept.
    @Test func `escaped characters are the same characters`() throws {
        try StoryLedger.run { ledger in
            let text = #""\u00fc \ud83d\udd11 \u0000 \n \u2028 \/""#
            let key = try MadeKey(try ledger.ask("POST", "/key/generate", raw: #"{"x": \#(text), "x\u0021": 1}"#), #_sourceLocation)
            let info = try ledger.info(key.token)
            #expect(info["x"]?.string == "ü 🔑 \u{0} \n \u{2028} /" && info["x!"]?.integer == 1)
        }
    }

    @Test func `update replaces and takes away, and leaves the rest`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey(["x": .number("1.0"), "y": ["a": 1], "z": "z"])
            try ledger.change("/key/update", ["key": .string(key.token), "x": .number("2.00"), "y": nil, "w": [.number("3e0")]])
            let info = try ledger.info(key.token)
            #expect(info["x"]?.serialized() == "2.00" && info["w"]?.serialized() == "[3e0]" && info["z"]?.string == "z")
            #expect(info["y"] == nil)
        }
    }

    /// What the ledger itself says of a key cannot be said by a request.
    @Test func `a request's own token, spend or status is not believed`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey([
                "token": "x", "token_id": "y", "key_id": "z", "status": "deleted", "revision": 99, "created_by": "eve",
                "expires": "2000-01-01",
                "deleted_at": "2000-01-01T00:00:00Z", "total_spend": 5, "created_at": "2000-01-01T00:00:00Z",
            ])
            let info = try ledger.info(key.secret)
            #expect(info["status"]?.string == "active" && info["revision"]?.integer == 1 && info["created_by"]?.string == "default_user_id")
            #expect(info["key_id"]?.string == key.keyID && info["expires"]?.isNull == true && info["deleted_at"] == nil)
            #expect(info["created_at"]?.string?.hasPrefix("2000") == false && info["total_spend"]?.decimalText == "0.0")
            #expect(key.json["token"]?.string == key.token)
        }
    }

    @Test func `numbers that JSON does not have are refused, wherever they stand`() throws {
        try StoryLedger.run { ledger in
            for text in ["NaN", "Infinity", "-Infinity", "[{\"a\": NaN}]"] {
                let answer = try ledger.ask("POST", "/key/generate", raw: "{\"x\": \(text)}")
                #expect(answer.status == 400 && answer.message?.contains("x holds NaN or Infinity") == true, "\(answer.body)")
            }
        }
    }

    @Test func `nesting beyond 128 levels is refused`() throws {
        try StoryLedger.run { ledger in
            for depth in [128, 100_000] {
                let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
                let answer = try ledger.ask("POST", "/key/generate", raw: "{\"x\": \(nested)}")
                #expect(answer.status == 422 && answer.position == 1)
            }
        }
    }

    @Test func `more than can be kept is refused whole`() throws {
        try StoryLedger.run { ledger in
            let key = try ledger.makeKey()
            let large = JSONValue.string(String(repeating: "x", count: 200_000))
            try ledger.change("/key/update", ["key": .string(key.token), "x": large])
            let head = try ledger.get("/livez").position
            let answer = try ledger.post("/key/update", ["key": .string(key.token), "y": large, "max_budget": 5])
            #expect(answer.status == 400 || answer.status == 413, "\(answer.body)")
            #expect(try ledger.get("/livez").position == head)
            #expect(try ledger.info(key.token)["max_budget"]?.isNull == true)
            let body = try ledger.post("/key/generate", ["x": .string(String(repeating: "x", count: 300_000))])
            #expect(body.status == 413)
        }
    }
}
