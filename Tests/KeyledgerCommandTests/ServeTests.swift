import CommandTestSupport
import Glibc
import JSONText
import Testing

/// The server, and commands beside it.
struct ServeTests {
    @Test func `the first run makes ledger and admin secret, the next ones do not show it`() throws {
        let sandbox = try Sandbox()
        let (first, url) = try sandbox.serve()
        #expect(url.hasPrefix("http://127.0.0.1:"))
        let keyPath = sandbox.data + "/keys/master.key"
        let secret = Files.read(keyPath).trimmed
        #expect(Files.mode(keyPath) == 0o600)
        first.signal(SIGTERM)
        let ended = first.wait()
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.output.contains(secret) && ended.output.contains("Made a ledger"))
        #expect(!ended.errors.contains(secret))
        #expect(!Files.exists(sandbox.path + "/ready"), "the ready file goes with the server")
        let (second, _) = try sandbox.serve()
        second.signal(SIGINT)
        let again = second.wait()
        #expect(again.status == 0)
        #expect(!(again.output + again.errors).contains(secret))
    }

    @Test func `commands go through the running server that holds the folder`() throws {
        let sandbox = try Sandbox()
        let (server, url) = try sandbox.serve()
        let made = try sandbox.json(
            "key", "create", "--alias", "ci", "--reason", "new project", "--change-ref", "T-1", "--on-behalf-of", "bob")
        let secret = try #require(made["key"]?.string)
        let event = try JSONValue.parse(text: try sandbox.run("events", "--from", "2", "--json").output.trimmed)
        #expect(event["actor"]?["type"]?.string == "master", "through HTTP, not the folder")
        #expect(event["note"]?["reason"]?.string == "new project")
        #expect(event["note"]?["change_ref"]?.string == "T-1" && event["note"]?["on_behalf_of"]?.string == "bob")
        #expect(event["origin"]?["ip"]?.string == "127.0.0.1")
        for arguments in [[], ["--url", url]] {
            let info = try sandbox.run(["key", "info", "--alias", "ci", "--json"] + arguments)
            #expect(try JSONValue.parse(text: info.output.trimmed)["info"]?["key_alias"]?.string == "ci")
            #expect(try sandbox.run(["key", "verify", "--secret-file", "-"] + arguments, input: secret).status == 0)
            #expect(try sandbox.run(["key", "info", "--alias", "none"] + arguments).status == 4)
            #expect(try sandbox.run(["key", "list"] + arguments).output.contains("1 key"))
        }
        let rotated = try sandbox.json("key", "rotate", "--alias", "ci", "--grace", "1h")
        #expect(rotated["grace_ends_at"]?.string != nil)
        #expect(try sandbox.run("key", "update", "--alias", "ci", "--team", "t").status == 0)
        #expect(try sandbox.run("key", "block", "--alias", "ci").status == 0)
        #expect(try sandbox.run("key", "unblock", "--alias", "ci").status == 0)
        #expect(try sandbox.run("key", "revoke", "--secret-file", "-", input: secret).status == 0)
        #expect(try sandbox.run("key", "create", "--alias", "ci").status == 5)
        #expect(try sandbox.run("key", "create", "--alias", "x", "--expires-in", "soon").status == 2)
        #expect(try sandbox.json("rebuild")["keys"]?["swapped"]?.bool == true)
        #expect(try sandbox.run("fsck").status == 0)
        #expect(try sandbox.run("stat").status == 0)
        #expect(try sandbox.run("key", "delete", "--alias", "ci").status == 0)
        let history = try sandbox.run("key", "history", "--alias", "ci").output
        #expect(history.contains("admin secret") && history.contains("KeyDeleted"))
        server.signal(SIGTERM)
        #expect(server.wait().status == 0)
    }

    @Test func `both ways give the same answers`() throws {
        let sandbox = try Sandbox()
        let (server, url) = try sandbox.serve()
        try sandbox.run("key", "create", "--alias", "ci", "--user", "ada", "--team", "t", "--max-budget", "3", "--model", "gpt-4o")
        let id = try #require(try sandbox.json("key", "info", "--alias", "ci")["key"]?.string)
        for arguments in [["key", "info", id, "--json"], ["key", "list", "--json"], ["key", "info", "--alias", "ci"], ["key", "list"]] {
            #expect(try sandbox.run(arguments).output == sandbox.run(arguments + ["--url", url]).output)
        }
        server.signal(SIGTERM)
        #expect(server.wait().status == 0)
    }

    @Test func `a second writer is refused by process and URL`() throws {
        let sandbox = try Sandbox()
        let (server, url) = try sandbox.serve()
        let second = try sandbox.run("serve", "--listen", "127.0.0.1:0")
        #expect(second.status == 5)
        #expect(second.errors.contains(url) && second.errors.contains(String(server.pid)))
        server.signal(SIGTERM)
        #expect(server.wait().status == 0)
    }

    @Test func `many commands on one folder at once wait for each other`() throws {
        let sandbox = try Sandbox.withLedger()
        let runs = try (1...8).map { try sandbox.start(["key", "create", "--alias", "k\($0)"]) }
        for run in runs {
            let ended = run.wait()
            #expect(ended.status == 0, "\(ended.errors)")
        }
        #expect(try sandbox.json("key", "list")["total_count"]?.integer == 8)
        #expect(try sandbox.run("fsck").status == 0)
    }

    @Test func `without the admin secret a command says what to do`() throws {
        let sandbox = try Sandbox()
        let (server, url) = try sandbox.serve(environment: ["KEYLEDGER_MASTER_KEY": "sk-0123456789abcdef0123"])
        let none = try sandbox.run("key", "create", "--alias", "ci")
        #expect(none.status == 7 && none.errors.contains("--master-key-file"))
        let wrong = try sandbox.run("key", "create", environment: ["KEYLEDGER_MASTER_KEY": "sk-ffffffffffffffffffff"])
        #expect(wrong.status == 7)
        try Files.write("sk-0123456789abcdef0123\n", to: sandbox.path + "/admin.key")
        let right = try sandbox.run("key", "create", "--master-key-file", "admin.key", environment: ["KEYLEDGER_URL": url])
        #expect(right.status == 0, "\(right.errors)")
        server.signal(SIGTERM)
        #expect(server.wait().status == 0)
    }

    @Test func `nobody at the URL ends with 6`() throws {
        let run = try Sandbox().run(
            "key", "list", "--url", "http://127.0.0.1:1", environment: ["KEYLEDGER_MASTER_KEY": "sk-0123456789abcdef0123"])
        #expect(run.status == 6)
        #expect(!run.errors.contains("sk-0123456789abcdef0123"))
    }

    @Test(arguments: [nil, "short", "sk-short", "0123456789abcdef0123", "sk-with a space in it"] as [String?])
    func `a weak or missing admin secret does not go on the network`(_ secret: String?) throws {
        let sandbox = try Sandbox()
        let run = try sandbox.run(
            "serve", "--listen", "0.0.0.0:0", environment: secret.map { ["KEYLEDGER_MASTER_KEY": $0] } ?? [:])
        #expect(run.status == 2, "\(run.errors)")
        #expect(run.errors.contains("--master-key-file"))
        #expect(!Files.exists(sandbox.data), "nothing is made")
    }

    @Test func `flags beat environment beat file`() throws {
        let sandbox = try Sandbox()
        try Files.write(
            #"{"data": "from-file", "listen": "127.0.0.1:1", "default_grace_period": "2h", "log_format": "json", "max_connections": 10}"#,
            to: sandbox.path + "/config.json")
        let (server, _) = try sandbox.serve("--config", "config.json", environment: ["KEYLEDGER_DATA": "from-environment"])
        #expect(Files.exists(sandbox.path + "/from-environment/log/data.mdb") && !Files.exists(sandbox.path + "/from-file"))
        let made = try sandbox.json("key", "create", "--alias", "ci", "--data", "from-environment")
        _ = made
        let rotated = try sandbox.json("key", "rotate", "--alias", "ci", "--data", "from-environment")
        #expect(rotated["grace_ends_at"]?.string != nil, "the file's grace")
        server.signal(SIGTERM)
        let ended = server.wait()
        #expect(ended.status == 0)
        #expect(ended.errors.split(separator: "\n").allSatisfy { (try? JSONValue.parse(text: String($0))) != nil }, "a JSON log")
    }

    @Test(arguments: [
        "not json", "[]", #"{"lisen": "x"}"#, #"{"listen": 1}"#, #"{"log_format": "xml"}"#, #"{"max_connections": 0}"#,
        #"{"default_grace_period": "soon"}"#, #"{"deleted_key_info": "hide"}"#,
    ])
    func `a wrong setting is named`(_ text: String) throws {
        let sandbox = try Sandbox()
        try Files.write(text, to: sandbox.path + "/config.json")
        let run = try sandbox.run("serve", "--config", "config.json")
        #expect(run.status == 2)
        #expect(run.errors.contains("config.json"))
    }

    @Test func `events are followed as they come`() throws {
        let sandbox = try Sandbox()
        let (server, _) = try sandbox.serve()
        let follower = try sandbox.start(["events", "--follow", "--json"])
        try sandbox.run("key", "create", "--alias", "ci")
        for _ in 0..<2_000 where follower.output.split(separator: "\n").count < 2 { usleep(5_000) }
        follower.signal(SIGINT)
        let ended = follower.wait()
        #expect(ended.status == 0)
        #expect(ended.output.split(separator: "\n").count == 2)
        server.signal(SIGTERM)
        #expect(server.wait().status == 0)
    }

    @Test func `a killed server leaves nothing that stops the next command`() throws {
        let sandbox = try Sandbox()
        let (server, _) = try sandbox.serve()
        #expect(try sandbox.run("key", "create", "--alias", "before").status == 0)
        server.signal(SIGKILL)
        #expect(server.wait().status == 128 + SIGKILL)
        #expect(try sandbox.run("key", "create", "--alias", "after").status == 0)
        #expect(try sandbox.json("key", "list")["total_count"]?.integer == 2)
        #expect(try sandbox.run("fsck").status == 0)
        let (again, _) = try sandbox.serve()
        again.signal(SIGTERM)
        #expect(again.wait().status == 0)
    }

    /// A server that could not listen once left a ledger behind that nobody had asked for.
    @Test func `a port in use is told in words, and no ledger is made for it`() throws {
        let sandbox = try Sandbox()
        let (server, url) = try sandbox.serve()
        let address = String(url.dropFirst("http://".count))
        let second = try sandbox.run("serve", "--data", "other", "--listen", address)
        #expect(second.status == 1)
        #expect(second.errors == "keyledger: \(address) is in use by another program; choose another with --listen\n")
        #expect(second.output.isEmpty && !Files.exists(sandbox.path + "/other"))
        let elsewhere = try sandbox.run("serve", "--data", "other", "--listen", "192.0.2.1:4100", environment: Self.secret)
        #expect(elsewhere.status == 1)
        #expect(elsewhere.errors == "keyledger: 192.0.2.1 is no address of this machine; choose another with --listen\n")
        #expect(try sandbox.run("serve", "--data", "other", "--ready-file", "no/such/folder/ready").status == 1)
        #expect(!Files.exists(sandbox.path + "/other"))
        server.signal(SIGTERM)
        #expect(server.wait().status == 0)
        // Of a ledger that is there the port is looked at last: who writes to it says more.
        #expect(try sandbox.run("init", "--data", "other").status == 0)
        let (again, its) = try sandbox.serve()
        let third = try sandbox.run("serve", "--data", "other", "--listen", String(its.dropFirst("http://".count)))
        #expect(third.status == 1 && third.errors.contains("is in use by another program"))
        again.signal(SIGTERM)
        #expect(again.wait().status == 0)
    }

    private static let secret = ["KEYLEDGER_MASTER_KEY": "sk-0123456789abcdef0123"]

    @Test func `a server says once that it listens, and at the end that it has stopped`() throws {
        let sandbox = try Sandbox()
        let (server, url) = try sandbox.serve()
        server.signal(SIGTERM)
        let ended = server.wait()
        let lines = ended.errors.split(separator: "\n")
        #expect(lines.count { $0.contains("listening") } == 1 && ended.errors.contains("url=\(url)"), "\(ended.errors)")
        #expect(lines.last?.contains("stopped") == true, "\(ended.errors)")
    }

    @Test func `every start says where the admin secret is`() throws {
        let sandbox = try Sandbox()
        for _ in 1...2 {
            let (server, _) = try sandbox.serve()
            server.signal(SIGTERM)
            #expect(server.wait().output.contains("The admin secret is in ./keyledger-data/keys/master.key."))
        }
        let (server, _) = try sandbox.serve(environment: Self.secret)
        server.signal(SIGTERM)
        #expect(server.wait().output.contains("The admin secret is in the environment variable KEYLEDGER_MASTER_KEY."))
    }

    /// The hints once began with `keyledger`, which no shell finds after `tools/run`.
    @Test(arguments: ["./keyledger-data", "a folder's, \"quoted\" $(name)"])
    func `the commands that a first run offers work as they are copied`(_ folder: String) throws {
        let sandbox = try Sandbox()
        let (server, _) = try sandbox.serve("--data", folder)
        for _ in 0..<2_000 where !server.output.contains("Bearer") { usleep(5_000) }
        let offered = server.output.split(separator: "\n").drop { !$0.hasPrefix("Try,") }.dropFirst().map { $0.dropFirst(2) }
        #expect(offered.count == 4)
        for command in offered {
            let run = try sandbox.shell(String(command))
            #expect(run.status == 0, "\(command): \(run.errors)")
            #expect(run.output.contains("first") || run.output.contains("total_count"), "\(command): \(run.output)")
        }
        server.signal(SIGTERM)
        #expect(server.wait().status == 0)
    }

    @Test func `a note in any language arrives through the server`() throws {
        let sandbox = try Sandbox()
        let (server, url) = try sandbox.serve()
        #expect(try sandbox.run("key", "create", "--alias", "Grüße 日本", "--reason", "für Müller", "--on-behalf-of", "Zoë").status == 0)
        #expect(try sandbox.run("key", "info", "--alias", "Grüße 日本", "--url", url).status == 0)
        let history = try sandbox.run("key", "history", "--alias", "Grüße 日本").output
        #expect(history.contains("für Müller") && history.contains("Zoë"))
        server.signal(SIGTERM)
        #expect(server.wait().status == 0)
    }
}
