import CommandTestSupport
import Glibc
import JSONText
import Testing

/// `keyledger activity` on a made ledger: every row, column and format.
struct ActivityCommandTests {
    private static let firstDay = 1_740_787_200
    private static let range = ["--from", "2025-03-01", "--to", "2025-03-03"]
    private static let dimensions = ["day", "key", "team", "user", "model", "provider", "tag"]
    private static let formula = #"=HYPERLINK("http://x"),z"#
    private static let keyHeader = "key,team_id,key_id,key_exists,spend,requests,failed,prompt_tokens,completion_tokens\r\n"

    private struct Ledger {
        let sandbox: Sandbox
        /// By alias.
        var keyIDs: [String: String] = [:]

        /// Three days: a rotated key, a deleted one, one whose names are formulas, and a secret that no key ever had.
        init() throws {
            sandbox = try Sandbox.withLedger()
            var tokens: [String] = []
            for (alias, team, user) in [("ci", "blue", "ada"), ("gone", "blue", "bob"), (formula, "@red", "-eve")] {
                let made = try sandbox.json("key", "create", "--alias", alias, "--team", team, "--user=\(user)")
                tokens.append(try #require(made["token"]?.string))
                keyIDs[alias] = made["key_id"]?.string
            }
            tokens.append(try #require(try sandbox.json("key", "rotate", "--alias", "ci", "--grace", "1h")["token_id"]?.string))
            tokens.append(String(repeating: "f", count: 64))
            let charges = [
                (0, 0, "0.1", #""model": "gpt-4o", "provider": "openai", "tags": ["prod", "+dev"]"#),
                (3, 1, "0.2", #""model": "gpt-4o", "provider": "openai", "tags": ["prod"]"#),
                (1, 1, "10", #""model": "claude", "status": "failure""#), (2, 2, "0.000000000001", #""prompt_tokens": 7"#),
                (4, 2, "0.5", #""completion_tokens": 5"#),
            ]
            let lines = charges.enumerated().map { number, charge in
                #"{"request_id": "r\#(number)", "token": "\#(tokens[charge.0])", "spend": "\#(charge.2)", "#
                    + #""occurred_at": \#(firstDay + charge.1 * 86_400 + 66_000), \#(charge.3)}"#
            }
            let recorded = try sandbox.json("spend", "record", input: lines.joined(separator: "\n"))
            #expect(recorded["recorded"]?.integer == 5)
            try sandbox.run("key", "delete", "--alias", "gone")
        }

        func rows(_ by: String, _ more: String...) throws -> [(name: String?, spend: String?)] {
            let answer = try sandbox.run(["activity", "--by", by, "--json"] + range + more)
            try #require(answer.status == 0, "\(answer.errors)")
            let rows = try JSONValue.parse(text: answer.output.trimmed)["rows"]?.array ?? []
            return rows.map { ($0["name"]?.string, $0["spend"]?.string) }
        }
    }

    @Test(arguments: [
        ("day", ["2025-03-01", "2025-03-02", "2025-03-03"], ["0.1", "10.2", "0.500000000001"]),
        ("key", ["gone", nil, "ci", formula], ["10", "0.5", "0.3", "0.000000000001"]),
        ("team", ["blue", "Unassigned", "@red"], ["10.3", "0.5", "0.000000000001"]),
        ("user", ["bob", "Unassigned", "ada", "-eve"], ["10", "0.5", "0.3", "0.000000000001"]),
        ("model", ["claude", "unknown-model", "gpt-4o"], ["10", "0.500000000001", "0.3"]),
        ("provider", ["unknown", "openai"], ["10.500000000001", "0.3"]), ("tag", ["prod", "+dev"], ["0.3", "0.1"]),
    ])
    func `rows are named and exact, the dearest first, days in order`(_ by: String, _ names: [String?], _ spends: [String]) throws {
        let rows = try Ledger().rows(by)
        #expect(rows.map(\.name) == names && rows.map(\.spend) == spends, "\(rows)")
    }

    @Test func `a server gives what the folder gives`() throws {
        let ledger = try Ledger()
        let (server, url) = try ledger.sandbox.serve()
        for by in Self.dimensions {
            for more in [[], ["--tz", "Asia/Kathmandu"], ["--csv"], ["--json"]] {
                let arguments = ["activity", "--by", by] + Self.range + more
                let (folder, asked) = (try ledger.sandbox.run(arguments), try ledger.sandbox.run(arguments + ["--url", url]))
                #expect(folder.status == 0 && asked.status == 0 && !folder.output.isEmpty, "\(arguments): \(asked.errors)")
                #expect(folder.output == asked.output, "\(arguments)")
            }
        }
        #expect(try ledger.sandbox.run("activity", "--tz", "Mars/Base", "--url", url).status == 2)
        server.signal(SIGTERM)
        #expect(server.wait().status == 0)
        #expect(try ledger.sandbox.run("activity", "--url", url, "--data", "keyledger-data").status == 6)
    }

    @Test func `a day ends at the zone's midnight`() throws {
        // 18:20 UTC is 00:05 of the next day in Kathmandu.
        let days = try Ledger().rows("day", "--tz", "Asia/Kathmandu")
        #expect(days.map(\.name) == ["2025-03-02", "2025-03-03"] && days.map(\.spend) == ["0.1", "10.2"])
        #expect(try Ledger().rows("day", "--tz", "UTC").count == 3)
    }

    @Test func `the table is right-aligned with bars, and says deleted keys by name`() throws {
        let ledger = try Ledger()
        let days = try ledger.sandbox.run(["activity"] + Self.range)
        #expect(
            days.output == """
                DAY                   SPEND  REQUESTS  FAILED  TOKENS IN  OUT
                2025-03-01   0.1                    1       0          0    0  ▏
                2025-03-02  10.2                    2       1          0    0  ████████████████████
                2025-03-03   0.500000000001         2       0          7    5  ▉
                2025-03-01 to 2025-03-03, UTC: 10.800000000001 USD in 5 requests

                """, "\(days.output)")
        let keys = try ledger.sandbox.run(["activity", "--by", "key"] + Self.range).output.split(separator: "\n")
        #expect(keys[1].hasPrefix("gone (deleted)  ") && keys[2].hasPrefix("- (no key)  "))
        let id = try #require(ledger.keyIDs["ci"])
        #expect(keys[3].contains(id))
        let tags = try ledger.sandbox.run(["activity", "--by", "tag"] + Self.range).output
        #expect(tags.hasSuffix("0.4 USD in 3 requests; a charge with two tags counts in both\n"), "\(tags)")
    }

    @Test func `a narrow terminal gets no bar, then shorter ids and names`() throws {
        let ledger = try Ledger()
        func lines(_ columns: Int) throws -> [Substring] {
            let run = try ledger.sandbox.run(["activity", "--by", "key"] + Self.range, environment: ["COLUMNS": "\(columns)"])
            return run.output.split(separator: "\n").dropLast()
        }
        let wide = try lines(200)
        let id = try #require(ledger.keyIDs["gone"])
        #expect(wide[1].hasSuffix("█") && wide[1].contains(id))
        for columns in [150, 120, 100, 95] {
            let lines = try lines(columns)
            #expect(lines.allSatisfy { $0.count <= columns }, "\(columns): \(lines)")
            #expect(lines[1].hasPrefix("gone (deleted)") && lines[1].contains("10 "), "\(columns)")
        }
        #expect(try lines(95)[1].contains("…\(id.suffix(12))"))
        #expect(try lines(1).count == 5)
    }

    @Test func `CSV is quoted, and no name in it is a formula`() throws {
        let ledger = try Ledger()
        let run = try ledger.sandbox.run(["activity", "--by", "key", "--csv"] + Self.range)
        let (id, gone) = (try #require(ledger.keyIDs[Self.formula]), try #require(ledger.keyIDs["gone"]))
        #expect(run.output.hasPrefix(Self.keyHeader))
        #expect(run.output.hasSuffix("\"'=HYPERLINK(\"\"http://x\"\"),z\",'@red,\(id),true,0.000000000001,1,0,7,0\r\n"), "\(run.output)")
        #expect(run.output.contains("\r\ngone,blue,\(gone),false,10,1,1,0,0\r\n"))
        let users = try ledger.sandbox.run(["activity", "--by", "user", "--csv"] + Self.range).output
        #expect(users.contains("\r\n'-eve,") && users.hasPrefix("user,spend,"))
        #expect(try ledger.sandbox.run(["activity", "--by", "tag", "--csv"] + Self.range).output.contains("\r\n'+dev,0.1,"))
    }

    @Test func `no charges are no table`() throws {
        let sandbox = try Sandbox.withLedger()
        let past = try sandbox.run("activity", "--from", "2025-03-01", "--to", "2025-03-02").output
        #expect(past == "2025-03-01 to 2025-03-02, UTC: no charges\n")
        #expect(try sandbox.run("activity", "--from", "2125-03-01").output == "2125-03-01 to 2125-03-01, UTC: no charges\n")
        let header = "model,spend,requests,failed,prompt_tokens,completion_tokens\r\n"
        #expect(try sandbox.run("activity", "--by", "model", "--csv").output == header)
        #expect(try sandbox.json("activity")["rows"]?.array == [])
    }

    @Test func `colours are for terminals without NO_COLOR`() throws {
        let ledger = try Ledger()
        let line = "keyledger=\(Sandbox.binary); script -qec \"$keyledger activity\" /dev/null"
        #expect(try ledger.sandbox.run("activity").output.contains("\u{1B}") == false)
        #expect(try ledger.sandbox.shell(line).output.contains("\u{1B}[2m"))
        #expect(try ledger.sandbox.shell("export NO_COLOR=1; \(line)").output.contains("\u{1B}") == false)
    }
}
