import CommandTestSupport
import JSONText
import Testing

/// What a person mistypes, and what programs rely on.
struct UsageTests {
    @Test(arguments: [
        ["frobnicate"], ["key"], ["key", "create", "--frob"], ["key", "info"], ["key", "info", "sk-0123456789abcdef"],
        ["key", "info", "ci"],
        ["key", "info", "--alias", "a", "--secret-file", "-"], ["key", "create", "-q", "--secret-out", "x"], ["events", "--from", "0"],
        ["key", "list", "--url", "localhost:4100"], ["rebuild", "--view", "spend"],
        ["rebuild", "--replace"], ["rebuild", "--view", "keys", "--replace"],
        ["rebuild", "--view", "activity", "--replace", "--url", "http://127.0.0.1:1"],
        ["key", "revoke", "--at", "soon", "--alias", "a"],
        ["key", "create", "--reason", "two\nlines"], ["serve", "--listen", "4100"], ["serve", "--listen", "::1:80"],
        ["serve", "--config", "missing.json"], ["serve", "--reconcile-interval", "often"], ["serve", "--reconcile-interval", "-1h"],
        ["serve", "--report-zones", "Mars/Base"], ["serve", "--report-zones", "Europe/Berlin,"],
        ["serve", "--report-zones", "../../etc/passwd"], ["serve", "--report-zones", "+05:45"],
        ["serve", "--report-zones", (1...12).map { "Etc/GMT-\($0),Etc/GMT+\($0)" }.joined(separator: ",")],
        ["init", "--origin", "a b"], ["activity", "--by", "hour"], ["activity", "--from", "2026-02-30"], ["activity", "--to", "yesterday"],
        ["activity", "--from", "2026-11-02", "--to", "2026-11-01"], ["activity", "--json", "--csv"], ["activity", "--tz", "Mars/Base"],
        ["activity", "--tz", "../../etc/passwd"], ["activity", "today"],
    ])
    func `a wrong command line ends with 2 and says why`(_ arguments: [String]) throws {
        let run = try Sandbox.withLedger().run(arguments)
        // `key` alone shows its help, as every group does.
        #expect(run.status == (arguments == ["key"] ? 0 : 2), "\(arguments): \(run.errors)")
        #expect(!(run.errors + run.output).isEmpty)
        #expect(!run.errors.contains("0123456789abcdef"), "no secret is echoed")
    }

    @Test(arguments: [
        ["--help"], ["--version"], ["help"], ["key", "--help"], ["help", "key", "rotate"], ["serve", "--help"],
        ["--generate-completion-script", "bash"], ["--generate-completion-script", "zsh"], ["--generate-completion-script", "fish"],
    ])
    func `help, version and completions go to standard output with 0`(_ arguments: [String]) throws {
        let run = try Sandbox().run(arguments)
        #expect(run.status == 0)
        #expect(!run.output.isEmpty && run.errors.isEmpty)
    }

    @Test(arguments: ["create", "info", "list", "update", "rotate", "block", "unblock", "delete", "revoke", "verify", "history"])
    func `every help of a key command shows an example`(_ name: String) throws {
        #expect(try Sandbox().run("key", name, "--help").output.contains("keyledger key \(name)"))
    }

    @Test(arguments: ["record"])
    func `every help of a spend command shows an example`(_ name: String) throws {
        #expect(try Sandbox().run("spend", name, "--help").output.contains("keyledger spend \(name)"))
    }

    @Test(arguments: ["init", "serve", "events", "rebuild", "reconcile", "activity", "fsck", "stat"])
    func `every help shows an example`(_ name: String) throws {
        #expect(try Sandbox().run(name, "--help").output.contains("\n  keyledger \(name)"))
    }

    @Test(arguments: [
        ["key", "list"], ["key", "create"], ["events"], ["stat"], ["rebuild"], ["rebuild", "--view", "activity"], ["reconcile"],
        ["activity"], ["fsck"], ["key", "history", "--alias", "a"],
        ["spend", "record"],
    ])
    func `without a ledger each command ends with 4 and says how to make one`(_ arguments: [String]) throws {
        let run = try Sandbox().run(arguments)
        #expect(run.status == 4, "\(run.errors)")
        #expect(run.errors.contains("keyledger-data"))
    }

    @Test func `errors are JSON for who asks for JSON`() throws {
        let run = try Sandbox().run("key", "list", "--json")
        #expect(run.output.isEmpty)
        let error = try JSONValue.parse(text: run.errors.trimmed)["error"]
        #expect(error?["code"]?.string == "not_a_ledger")
        #expect(error?["exit_status"]?.integer == 4)
        let usage = try Sandbox().run("key", "list", "--frob", "--json")
        #expect(try JSONValue.parse(text: usage.errors.trimmed)["error"]?["code"]?.string == "usage")
    }

    @Test func `init makes a private folder once, and never in somebody else's`() throws {
        let sandbox = try Sandbox()
        let made = try sandbox.run("init", "--data", "deep/er/ledger", "--json")
        #expect(made.status == 0)
        #expect(try JSONValue.parse(text: made.output.trimmed)["log_id"]?.string?.count == 36)
        #expect(Files.mode(sandbox.path + "/deep/er/ledger") == 0o700)
        #expect(Files.mode(sandbox.path + "/deep/er/ledger/keys/signing.key") == 0o600)
        #expect(try sandbox.run("init", "--data", "deep/er/ledger").status == 5)
        #expect(try sandbox.run("init", "--data", "deep").status == 5)
    }

    @Test func `a secret's file that others can read is refused`() throws {
        let sandbox = try Sandbox.withLedger()
        try Files.write("sk-0123456789abcdef0123", to: sandbox.path + "/open.key", mode: 0o644)
        let refused = try sandbox.run("key", "verify", "--secret-file", "open.key")
        #expect(refused.status != 0 && refused.errors.contains("chmod 600"))
        #expect(try sandbox.run("key", "verify", "--secret-file", "missing.key").status == 4)
        #expect(try sandbox.run("key", "verify", "--secret-file", "-", input: "\n").status == 2)
    }

    @Test func `an alias cannot steer the terminal`() throws {
        let sandbox = try Sandbox.withLedger()
        try sandbox.run("key", "create", "--alias", "a\u{202E}b", "--team", "\u{1B}[31mred")
        for arguments in [["key", "list"], ["events"], ["key", "history", "--alias", "a\u{202E}b"]] {
            let run = try sandbox.run(arguments)
            #expect(run.status == 0)
            #expect(!run.output.unicodeScalars.contains("\u{1B}") && !run.output.unicodeScalars.contains("\u{202E}"))
        }
    }

    @Test func `events are one line each, as text and as JSON, from any position`() throws {
        let sandbox = try Sandbox.withLedger()
        let secret = try #require(try sandbox.json("key", "create", "--alias", "ci", "--user", "ada")["key"]?.string)
        try sandbox.run("key", "rotate", "--alias", "ci")
        let text = try sandbox.run("events").output
        #expect(text.split(separator: "\n").count == 4)
        #expect(!text.contains(secret))
        let lines = try sandbox.run("events", "--from", "3", "--json").output.split(separator: "\n")
        let events = try lines.map { try JSONValue.parse(text: String($0)) }
        #expect(events.map { $0["type"]?.string } == ["KeyCreated", "KeyRegenerated"])
        #expect(events.map { $0["position"]?.integer } == [3, 4])
        #expect(events[0]["data"]?["user_id"]?.string == "ada")
        #expect(try sandbox.run("events", "--from", "99").output.isEmpty)
        #expect(try sandbox.run("events", "--limit", "1").output.contains("LedgerOpened"))
    }

    @Test func `stat and rebuild tell the same digest`() throws {
        let sandbox = try Sandbox.withLedger()
        try sandbox.run("key", "create", "--alias", "ci")
        let before = try sandbox.json("stat")
        let rebuilt = try sandbox.json("rebuild", "--view", "keys")
        let after = try sandbox.json("stat")
        #expect(rebuilt["new_digest"] == before["keys_digest"] && after["keys_digest"] == before["keys_digest"])
        #expect(rebuilt["swapped"]?.bool == true)
        #expect(after["keys_set"] != before["keys_set"])
        #expect(before["living_keys"]?.integer == 1 && before["head"]?.integer == 2)
    }
}
