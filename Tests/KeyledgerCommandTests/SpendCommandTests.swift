import CommandTestSupport
import JSONText
import Testing

/// `keyledger spend record` from files and pipes, to a folder and to a server.
struct SpendCommandTests {
    private static func charge(_ id: Int, _ token: String, _ spend: String = "0.001") -> String {
        #"{"request_id": "r\#(id)", "token": "\#(token)", "spend": \#(spend), "occurred_at": 1795269788}"#
    }

    private func spent(_ sandbox: Sandbox, _ token: String) throws -> String? {
        try sandbox.json("key", "info", token)["info"]?["total_spend"]?.decimalText
    }

    private func token(_ sandbox: Sandbox) throws -> String {
        try #require(try sandbox.json("key", "create", "--alias", "a")["token"]?.string)
    }

    @Test func `one charge, an array, an object on several lines, and lines`() throws {
        let sandbox = try Sandbox.withLedger()
        let token = try token(sandbox)
        let inputs = [
            Self.charge(1, token), "\n \(Self.charge(2, token))\n\n", "[\(Self.charge(3, token)),\n\(Self.charge(4, token))]\n",
            Self.charge(5, token).replacing(",", with: ",\n"), Self.charge(6, token) + "\r\n\n" + Self.charge(7, token),
        ]
        for (input, count) in zip(inputs, [1, 1, 2, 1, 2]) {
            let answer = try sandbox.json("spend", "record", input: input)
            #expect(answer["recorded"]?.integer == Int64(count) && answer["failures"] == [], "\(input)")
        }
        #expect(try spent(sandbox, token) == "0.007")
        try Files.write(inputs[4], to: sandbox.path + "/charges.ndjson")
        let again = try sandbox.run("spend", "record", "charges.ndjson")
        #expect(again.status == 0 && again.output == "Recorded 0, 2 recorded before\n")
        #expect(try spent(sandbox, token) == "0.007")
    }

    @Test func `a long file goes in several requests, and may be given again`() throws {
        let sandbox = try Sandbox.withLedger()
        let token = try token(sandbox)
        let lines = (0..<2_500).map { Self.charge($0, token) }
        try Files.write(lines.prefix(1_200).joined(separator: "\n"), to: sandbox.path + "/half")
        try Files.write(lines.joined(separator: "\n") + "\n", to: sandbox.path + "/whole")
        #expect(try sandbox.json("spend", "record", "half")["recorded"]?.integer == 1_200)
        let whole = try sandbox.json("spend", "record", "whole")
        #expect(whole["recorded"]?.integer == 1_300 && whole["duplicate"]?.integer == 1_200)
        #expect(try spent(sandbox, token) == "2.5")
    }

    @Test func `what is not recorded is told, the rest is recorded`() throws {
        let sandbox = try Sandbox.withLedger()
        let token = try token(sandbox)
        let lines = [Self.charge(1, token), Self.charge(2, token, "-1"), "{", Self.charge(1, token, "5"), Self.charge(3, token)]
        let run = try sandbox.run("spend", "record", input: lines.joined(separator: "\n"))
        #expect(run.status == 2)
        #expect(run.output.hasPrefix("Recorded 2\n  charge 2 (r2): negative_spend: "))
        #expect(run.output.contains("charge 3: invalid_json: ") && run.output.contains("charge 4 (r1): conflict: "))
        #expect(run.errors == "keyledger: 3 of 5 charges are not in the ledger.\n")
        let conflict = try sandbox.run("spend", "record", "--json", input: Self.charge(1, token, "5"))
        #expect(conflict.status == 5)
        let answer = try JSONValue.parse(text: conflict.output.trimmed)
        #expect(answer["conflict"]?.integer == 1 && answer["failures"]?[0]?["number"]?.integer == 1)
        #expect(answer["failures"]?[0]?["error"]?["code"]?.string == "conflict")
        #expect(try spent(sandbox, token) == "0.002")
    }

    @Test(arguments: ["", "\n\n", "[]", "not JSON", "[{}", "{\"request_id\": 1"])
    func `input without a charge is a mistake`(_ input: String) throws {
        let run = try Sandbox.withLedger().run("spend", "record", input: input)
        #expect(run.status == 2, "\(run.output)\(run.errors)")
        #expect(!run.errors.isEmpty)
    }

    @Test func `a missing file is named`() throws {
        let run = try Sandbox.withLedger().run("spend", "record", "charges.ndjson")
        #expect(run.status == 4 && run.errors.contains("charges.ndjson does not exist"))
    }

    @Test func `a running server is asked, by its URL or because it holds the folder`() throws {
        let sandbox = try Sandbox.withLedger()
        let token = try token(sandbox)
        let (server, url) = try sandbox.serve()
        let master = sandbox.data + "/keys/master.key"
        let named = try sandbox.json(
            "spend", "record", "--url", url, "--master-key-file", master, input: "[\(Self.charge(1, token)), \(Self.charge(2, token))]")
        #expect(named["recorded"]?.integer == 2)
        #expect(try sandbox.json("spend", "record", input: Self.charge(3, token))["recorded"]?.integer == 1)
        let refused = try sandbox.run("spend", "record", input: Self.charge(4, token, "-1"))
        #expect(refused.status == 2 && refused.output.contains("charge 1 (r4): negative_spend: "))
        #expect(try spent(sandbox, token) == "0.003")
        server.signal(15)
        #expect(server.wait().status == 0)
    }
}
