import CommandTestSupport
import JSONText
import Testing

/// Each command by hand against a folder, with no server running.
struct KeyCommandTests {
    @Test func `a created key is shown once and found by id, alias, token and secret`() throws {
        let sandbox = try Sandbox.withLedger()
        let made = try sandbox.json("key", "create", "--alias", "ci", "--team", "build", "--model", "gpt-4o", "--max-budget", "12.50")
        let secret = try #require(made["key"]?.string)
        let id = try #require(made["key_id"]?.string)
        let token = try #require(made["token"]?.string)
        #expect(secret.hasPrefix("sk-kl"))
        for arguments in [[id], ["--alias", "ci"], [token]] {
            let shown = try sandbox.run(["key", "info", "--json"] + arguments)
            #expect(shown.status == 0)
            let info = try JSONValue.parse(text: shown.output.trimmed)["info"]
            #expect(info?["key_id"]?.string == id)
            #expect(info?["max_budget"]?.decimalText == "12.5")
            #expect(!shown.output.contains(secret))
        }
        let bySecret = try sandbox.run("key", "info", "--secret-file", "-", input: secret + "\n")
        #expect(bySecret.status == 0)
        #expect(bySecret.output.contains(id))
        #expect(!bySecret.output.contains(secret))
    }

    @Test func `quiet prints the secret alone, secret-out keeps it off the screen`() throws {
        let sandbox = try Sandbox.withLedger()
        let quiet = try sandbox.run("key", "create", "--alias", "a", "-q")
        #expect(quiet.output.trimmed.hasPrefix("sk-kl"))
        #expect(quiet.output.split(separator: "\n").count == 1)
        let file = try sandbox.run("key", "create", "--alias", "b", "--secret-out", "b.key")
        #expect(file.status == 0)
        let secret = Files.read(sandbox.path + "/b.key").trimmed
        #expect(secret.hasPrefix("sk-kl"))
        #expect(!file.output.contains(secret))
        #expect(Files.mode(sandbox.path + "/b.key") == 0o600)
    }

    @Test func `a secret's file is never replaced, and no key is made for it`() throws {
        let sandbox = try Sandbox.withLedger()
        try Files.write("precious", to: sandbox.path + "/b.key")
        let refused = try sandbox.run("key", "create", "--alias", "b", "--secret-out", "b.key")
        #expect(refused.status == 5)
        #expect(Files.read(sandbox.path + "/b.key") == "precious")
        #expect(try sandbox.json("key", "list")["total_count"]?.integer == 0)
    }

    @Test func `a file reserved for a secret goes away when no key is made`() throws {
        let sandbox = try Sandbox.withLedger()
        #expect(try sandbox.run("key", "create", "--alias", "b", "--expires-in", "soon", "--secret-out", "b.key").status == 2)
        #expect(!Files.exists(sandbox.path + "/b.key"))
    }

    @Test func `rotation with grace keeps the old secret good, block refuses both, unblock takes it back`() throws {
        let sandbox = try Sandbox.withLedger()
        let old = try #require(try sandbox.json("key", "create", "--alias", "ci")["key"]?.string)
        let rotated = try sandbox.json("key", "rotate", "--alias", "ci", "--grace", "1h", "--reason", "yearly")
        let new = try #require(rotated["key"]?.string)
        func verdict(_ secret: String) throws -> (String?, Int32) {
            let run = try sandbox.run("key", "verify", "--secret-file", "-", "--json", input: secret)
            return (try JSONValue.parse(text: run.output.trimmed)["code"]?.string, run.status)
        }
        #expect(try verdict(old) == ("DEPRECATED", 0))
        #expect(try verdict(new) == ("VALID", 0))
        #expect(try sandbox.run("key", "block", "--alias", "ci").status == 0)
        #expect(try verdict(old) == ("BLOCKED", 1))
        #expect(try verdict(new) == ("BLOCKED", 1))
        #expect(try sandbox.run("key", "unblock", "--alias", "ci").status == 0)
        #expect(try verdict(new) == ("VALID", 0))
        #expect(try verdict("sk-0123456789abcdef0123") == ("NOT_FOUND", 4))
        #expect(try verdict("nonsense") == ("MALFORMED", 1))
    }

    @Test func `revoke ends one secret alone`() throws {
        let sandbox = try Sandbox.withLedger()
        let old = try #require(try sandbox.json("key", "create", "--alias", "ci")["key"]?.string)
        let new = try #require(try sandbox.json("key", "rotate", "--alias", "ci", "--grace", "1h")["key"]?.string)
        #expect(try sandbox.run("key", "revoke", "--secret-file", "-", input: old).status == 0)
        #expect(try sandbox.run("key", "verify", "--secret-file", "-", input: old).status == 1)
        #expect(try sandbox.run("key", "verify", "--secret-file", "-", input: new).status == 0)
        #expect(try sandbox.run("key", "revoke", "--alias", "ci").status == 2)
        #expect(try sandbox.run("key", "revoke", "--secret-file", "-", input: "sk-0123456789abcdef0123").status == 4)
    }

    @Test func `block by an old secret in its grace ends that secret alone, unless the key is meant`() throws {
        let sandbox = try Sandbox.withLedger()
        let old = try #require(try sandbox.json("key", "create", "--alias", "ci")["key"]?.string)
        let new = try #require(try sandbox.json("key", "rotate", "--alias", "ci", "--grace", "1h")["key"]?.string)
        let blocked = try sandbox.run("key", "block", "--secret-file", "-", input: old)
        #expect(blocked.output.contains("one credential"))
        #expect(try sandbox.run("key", "verify", "--secret-file", "-", input: new).status == 0)
        #expect(try sandbox.run("key", "block", "--secret-file", "-", input: old).status == 5)
        #expect(try sandbox.run("key", "block", "--secret-file", "-", "--scope", "key", input: old).status == 0)
        #expect(try sandbox.run("key", "verify", "--secret-file", "-", input: new).status == 1)
    }

    @Test func `update sets and clears fields and says what is wrong`() throws {
        let sandbox = try Sandbox.withLedger()
        try sandbox.run("key", "create", "--alias", "ci", "--max-budget", "5", "--expires-in", "1d")
        let updated = try sandbox.json(
            "key", "update", "--alias", "ci", "--new-alias", "ci-eu", "--clear", "max_budget", "--clear", "expires", "--field",
            "guardrails=[\"pii\"]")
        #expect(updated["key_alias"]?.string == "ci-eu")
        #expect(updated["max_budget"]?.isNull == true)
        #expect(updated["expires"]?.isNull == true)
        #expect(updated["metadata"]?["guardrails"]?[0]?.string == "pii")
        #expect(try sandbox.run("key", "update", "--alias", "ci-eu").status == 2)
        #expect(try sandbox.run("key", "update", "--alias", "ci", "--team", "x").status == 4)
        #expect(try sandbox.run("key", "update", "--alias", "ci-eu", "--max-budget", "lots").status == 2)
        #expect(try sandbox.run("key", "update", "--alias", "ci-eu", "--metadata", "[1]").status == 2)
        #expect(try sandbox.run("key", "update", "--alias", "ci-eu", "--field", "new_key=\"sk-1\"").status == 2)
    }

    @Test func `a taken alias and a taken secret are conflicts`() throws {
        let sandbox = try Sandbox.withLedger()
        try sandbox.run("key", "create", "--alias", "ci", "--secret-file", "-", input: "sk-0123456789abcdef0123")
        #expect(try sandbox.run("key", "create", "--alias", "ci").status == 5)
        #expect(try sandbox.run("key", "create", "--secret-file", "-", input: "sk-0123456789abcdef0123").status == 5)
    }

    @Test func `a deleted key keeps its history under its alias, apart from the next one's`() throws {
        let sandbox = try Sandbox.withLedger()
        let first = try #require(try sandbox.json("key", "create", "--alias", "ci", "--team", "build")["key_id"]?.string)
        #expect(try sandbox.run("key", "delete", "--alias", "ci", "--reason", "closed").status == 0)
        let second = try #require(try sandbox.json("key", "create", "--alias", "ci")["key_id"]?.string)
        let history = try sandbox.json("key", "history", "--alias", "ci")
        #expect(history["keys"]?.array?.compactMap { $0["key_id"]?.string } == [second, first])
        let text = try sandbox.run("key", "history", first).output
        for part in ["KeyCreated", "KeyDeleted", "closed", "build", "\"ci\" (deleted)", "operator tester", "the key was deleted"] {
            #expect(text.contains(part), "\(part) is missing in:\n\(text)")
        }
        #expect(try sandbox.json("key", "info", first)["info"]?["status"]?.string == "deleted")
    }

    @Test func `history tells before and after and when each secret was good`() throws {
        let sandbox = try Sandbox.withLedger()
        try sandbox.run("key", "create", "--alias", "ci", "--user", "ada", "--max-budget", "5")
        try sandbox.run(
            "key", "update", "--alias", "ci", "--max-budget", "7.5", "--user", "eve", "--change-ref", "T-1", "--on-behalf-of", "bob")
        try sandbox.run("key", "rotate", "--alias", "ci", "--grace", "1h")
        try sandbox.run("key", "block", "--alias", "ci")
        try sandbox.run("key", "unblock", "--alias", "ci")
        let key = try #require(try sandbox.json("key", "history", "--alias", "ci")["keys"]?[0])
        let changes = try #require(key["events"]?[1]?["changes"]?.array)
        let budget = changes.first { $0["field"]?.string == "max_budget" }
        #expect(budget?["before"]?.string == "5" && budget?["after"]?.string == "7.5")
        let user = changes.first { $0["field"]?.string == "user_id" }
        #expect(user?["before"]?.string == "ada" && user?["after"]?.string == "eve")
        #expect(key["events"]?[1]?["note"]?["change_ref"]?.string == "T-1")
        let credentials = try #require(key["credentials"]?.array)
        #expect(credentials.count == 2)
        #expect(credentials[0]["good"]?.array?.count == 2, "good until the block, then again")
        #expect(credentials[0]["good"]?[1]?["until"]?.string == credentials[0]["revoke_at"]?.string)
        #expect(credentials[1]["good"]?[1]?["until"]?.isNull == true)
        let text = try sandbox.run("key", "history", "--alias", "ci").output
        #expect(text.contains("5 → 7.5") && text.contains("ada → eve") && text.contains("end of its grace"))
    }

    @Test func `list filters, pages and sums`() throws {
        let sandbox = try Sandbox.withLedger()
        for number in 1...5 { try sandbox.run("key", "create", "--alias", "k\(number)", "--team", number > 3 ? "red" : "blue") }
        #expect(try sandbox.json("key", "list", "--team", "blue")["total_count"]?.integer == 3)
        let page = try sandbox.json("key", "list", "--size", "2", "--page", "3")
        #expect(page["keys"]?.array?.count == 1)
        let all = try sandbox.json("key", "list", "--all")
        #expect(all["keys"]?.array?.compactMap { $0["key_alias"]?.string } == ["k5", "k4", "k3", "k2", "k1"])
        let ascending = try sandbox.json("key", "list", "--ascending")
        #expect(ascending["keys"]?[0]?["key_alias"]?.string == "k1")
        #expect(try sandbox.run("key", "list", "--status", "odd").status == 2)
        #expect(try sandbox.run("key", "list", "--size", "1000").status == 2)
        #expect(try sandbox.run("key", "list").output.contains("5 keys"))
    }

    @Test func `an idempotency key makes one key of two runs, and refuses another body`() throws {
        let sandbox = try Sandbox.withLedger()
        let first = try sandbox.json("key", "create", "--alias", "ci", "--idempotency-key", "one")
        let second = try sandbox.json("key", "create", "--alias", "ci", "--idempotency-key", "one")
        #expect(first["key_id"] == second["key_id"])
        #expect(second["replayed"]?.bool == true && second["key"]?.isNull == true)
        #expect(try sandbox.run("key", "create", "--alias", "other", "--idempotency-key", "one").status == 5)
    }

    @Test func `an alias of several deleted keys names them all`() throws {
        let sandbox = try Sandbox.withLedger()
        for _ in 1...2 {
            try sandbox.run("key", "create", "--alias", "ci")
            try sandbox.run("key", "delete", "--alias", "ci")
        }
        let several = try sandbox.run("key", "info", "--alias", "ci")
        #expect(several.status == 5)
        let ids = try sandbox.json("key", "history", "--alias", "ci")["keys"]?.array?.compactMap { $0["key_id"]?.string } ?? []
        #expect(ids.count == 2 && ids.allSatisfy(several.errors.contains))
        #expect(try sandbox.run("key", "block", "--alias", "ci").status == 4)
        #expect(try sandbox.json("key", "list", "--status", "deleted")["total_count"]?.integer == 2)
    }

    @Test func `a secret that the caller brought is not put on the screen again`() throws {
        let sandbox = try Sandbox.withLedger()
        let own = "sk-0123456789abcdef0123"
        let made = try sandbox.run("key", "create", "--alias", "ci", "--secret-file", "-", input: own)
        #expect(made.status == 0 && !made.output.contains(own))
        let next = "sk-fedcba9876543210fedc"
        let rotated = try sandbox.run("key", "rotate", "--secret-file", "own.key", "--new-secret-file", "-", input: next)
        #expect(rotated.status == 4, "there is no such file")
        try Files.write(own, to: sandbox.path + "/own.key")
        #expect(try sandbox.run("key", "rotate", "--secret-file", "own.key", "--new-secret-file", "-", input: next).status == 0)
        #expect(try sandbox.run("key", "verify", "--secret-file", "-", input: next).status == 0)
        #expect(try sandbox.run("key", "verify", "--secret-file", "own.key").status == 1)
    }
}
