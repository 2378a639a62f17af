import CommandTestSupport
import Glibc
import JSONText
import LMDB
import LedgerProjections
import LedgerTestSupport
import Testing

/// rebuild, reconcile and fsck on the views of spend: with the ledger stopped, beside a server, and by a server.
struct ViewCommandTests {
    /// A ledger with charges that are folded.
    private static func filled(_ charges: Int = 40) throws -> Sandbox {
        let sandbox = try Sandbox.withLedger()
        let token = try #require(try sandbox.json("key", "create", "--alias", "ci")["token"]?.string)
        try sandbox.run("spend", "record", input: lines(0..<charges, token))
        return sandbox
    }

    private static func lines(_ numbers: Range<Int>, _ token: String) -> String {
        numbers.map {
            #"{"request_id": "r\#($0)", "token": "\#(token)", "spend": 0.008, "occurred_at": \#(1_740_787_200 + $0 * 60)}"#
        }.joined(separator: "\n")
    }

    private func pointer(_ sandbox: Sandbox) -> String { Files.read(sandbox.data + "/views").trimmed }

    /// Tampers with the generation that answers.
    private func tamper(_ sandbox: Sandbox, _ body: (ViewTables, inout WriteTransaction) throws -> Void) throws {
        let number = try #require(pointer(sandbox).split(separator: ".").last.flatMap { Int($0) })
        try tamperWithViews(sandbox.data, generation: number, body)
    }

    private func stop(_ server: RunningProcess) {
        server.signal(SIGTERM)
        #expect(server.wait().status == 0)
    }

    @Test func `rebuild makes every view anew, or the one that is named`() throws {
        let sandbox = try Self.filled()
        let all = try sandbox.json("rebuild")
        #expect(all["keys"]?["swapped"]?.bool == true && all["activity"]?["swapped"]?.bool == true)
        #expect(all["activity"]?["old_digest"] == all["activity"]?["new_digest"] && all["activity"]?["events"] == all["keys"]?["events"])
        #expect(pointer(sandbox) == "views.2" && !Files.exists(sandbox.data + "/views.1"))
        let one = try sandbox.run("rebuild", "--view", "activity")
        #expect(one.status == 0 && one.output.hasPrefix("Rebuilt activity: same digest\n  events  42\n  digest  "), "\(one.output)")
        #expect(pointer(sandbox) == "views.3")
        #expect(try sandbox.json("rebuild", "--view", "keys")["view"]?.string == "keys")
        #expect(pointer(sandbox) == "views.3")
    }

    @Test func `a running server is asked, goes on meanwhile, and answers from the fresh views`() throws {
        let sandbox = try Self.filled()
        let (server, url) = try sandbox.serve()
        for arguments in [["rebuild", "--view", "activity"], ["rebuild", "--view", "activity", "--url", url]] {
            let report = try sandbox.run(arguments + ["--json"])
            #expect(report.status == 0 && (try? JSONValue.parse(text: report.output.trimmed))?["swapped"]?.bool == true, "\(report.errors)")
        }
        #expect(pointer(sandbox) == "views.3")
        #expect(try sandbox.run("rebuild", "--view", "activity", "--replace").status == 5)
        let compared = try sandbox.json("reconcile", "--url", url)
        #expect(compared["clean"]?.bool == true && compared["sums"]?[0]?["log"]?.string == "0.32")
        #expect(try sandbox.json("reconcile")["clean"]?.bool == true)
        let check = try sandbox.json("fsck")
        #expect(check["views"]?["generation"]?.integer == 3 && check["views"]?["digest"] == check["views"]?["fresh_digest"])
        stop(server)
        #expect(pointer(sandbox) == "views.3")
    }

    @Test func `reconcile says what it compared`() throws {
        let sandbox = try Self.filled()
        let report = try sandbox.json("reconcile")
        #expect(report["days"]?.integer == 1 && report["keys"]?.integer == 1 && report["position"] == report["head"])
        let spend = try #require(report["sums"]?.array?.first { $0["metric"]?.string == "spend" })
        #expect(["log", "days", "quarters"].map { spend[$0]?.string } == ["0.32", "0.32", "0.32"])
        let text = try sandbox.run("reconcile").output
        #expect(text.hasPrefix("OK  ") && text.contains("1 day and 1 key, up to position 42 of 42") && text.contains("0.32  0.32"))
    }

    @Test(arguments: [ViewTables.Kind.days, .quarters, .keySpend])
    func `a damaged row is named by reconcile and by fsck, and rebuild mends it`(_ kind: ViewTables.Kind) throws {
        let sandbox = try Self.filled()
        try tamper(sandbox) { try $0.damageFirstRow(kind, in: &$1) }
        let run = try sandbox.run("reconcile")
        #expect(run.status == 3 && run.output.contains("DIFFERENT") && run.output.contains("  \(kind): "), "\(run.output)")
        #expect(run.errors.contains("keyledger rebuild --view activity"))
        let check = try sandbox.run("fsck")
        #expect(check.status == 3 && check.output.contains("\n  \(kind): "))
        #expect(check.output.contains("Run `keyledger rebuild --view activity`."))
        #expect(try sandbox.run("fsck").status == 3, "fsck mends nothing")
        #expect(try sandbox.run("rebuild", "--view", "activity").status == 0)
        #expect(try sandbox.run("fsck").status == 0)
        #expect(try sandbox.run("reconcile").status == 0)
    }

    @Test func `views whose digest differs are kept until --replace`() throws {
        let sandbox = try Self.filled()
        try tamper(sandbox) {
            try $0.damageFirstRow(.keySpend, in: &$1)
            try $0.damageDigest(in: &$1)
        }
        #expect(try sandbox.run("fsck").output.contains("--replace"))
        let run = try sandbox.run("rebuild", "--view", "activity")
        #expect(run.status == 3 && run.output.contains("digests differ") && run.output.contains("keySpend: rows 1 changed"))
        #expect(run.output.contains("  keySpend: key ") && run.errors.contains("--replace"), "\(run.output)\(run.errors)")
        #expect(pointer(sandbox) == "views.1" && Files.exists(sandbox.data + "/views.2.differs/data.mdb"))
        let (server, _) = try sandbox.serve()
        #expect(try sandbox.run("rebuild", "--view", "activity").status == 3)
        stop(server)
        #expect(try sandbox.run("rebuild", "--view", "activity", "--replace").status == 0)
        #expect(try sandbox.run("fsck").status == 0)
        #expect(Files.exists(sandbox.data + "/views.1.differs/data.mdb"))
    }

    @Test func `views that are missing are no damage, and are made again`() throws {
        let sandbox = try Self.filled()
        #expect(unsafe unlink(sandbox.data + "/views") == 0)
        let check = try sandbox.run("fsck")
        #expect(check.status == 0 && check.output.contains("missing") && check.output.contains("rebuild --view activity"))
        #expect(try sandbox.json("fsck")["views"]?["missing"]?.bool == true)
        #expect(!Files.exists(sandbox.data + "/views"), "fsck makes nothing")
        #expect(try sandbox.run("reconcile").status != 0)
        #expect(try sandbox.run("rebuild", "--view", "activity").status == 0)
        #expect(try sandbox.json("fsck")["views"]?["missing"]?.bool == false)
        #expect(try sandbox.run("reconcile").status == 0)
    }

    @Test(arguments: ["pointer", "folder", "cut", "empty", "version"])
    func `damage to the whole of the views is said with what to do, and a rebuild mends it`(_ damage: String) throws {
        let sandbox = try Self.filled()
        let file = sandbox.data + "/views.1/data.mdb"
        switch damage {
        case "pointer": try Files.write("nonsense", to: sandbox.data + "/views")
        case "folder": Files.removeFolder(sandbox.data + "/views.1")
        case "cut": try Files.write(Array(#require(Files.bytes(file)).prefix(9_000)), to: file)
        case "empty": try Files.write([], to: file)
        default:
            try tamper(sandbox) { tables, transaction in
                var row = try #require(try transaction.copy(tables.meta, Array("state".utf8)))
                row[3] += 1
                try transaction.put(tables.meta, Array("state".utf8), row)
            }
        }
        let check = try sandbox.run("fsck", "--patience", "20")
        #expect(check.status == (damage == "version" ? 0 : 3), "\(check.output)\(check.errors)")
        #expect((check.output + check.errors).contains("rebuild --view activity"), "\(check.output)\(check.errors)")
        let reading = [["reconcile"], ["key", "list"], ["activity"]]
        let writing = [["key", "create"], ["serve", "--listen", "127.0.0.1:0"]]
        // Who writes makes views of another version anew by itself.
        for arguments in damage == "version" ? reading : reading + writing {
            let run = try sandbox.run(arguments)
            #expect(run.status == 3 && run.errors.contains("rebuild --view activity") && !run.errors.contains("/log/"), "\(run.errors)")
        }
        let mended = try sandbox.run("rebuild", "--view", "activity")
        #expect(mended.status == 0, "\(mended.output)\(mended.errors)")
        #expect(try sandbox.run("fsck").status == 0)
        #expect(try sandbox.json("reconcile")["sums"]?[0]?["days"]?.string == "0.32")
    }

    @Test func `what a rebuild that was killed has left is gone after the next one`() throws {
        let sandbox = try Self.filled()
        #expect(unsafe mkdir(sandbox.data + "/views.2.new", 0o700) == 0)
        try Files.write("half", to: sandbox.data + "/views.2.new/data.mdb")
        #expect(try sandbox.run("rebuild", "--view", "activity").status == 0)
        #expect(!Files.exists(sandbox.data + "/views.2.new") && pointer(sandbox) != "views.1")
    }
}
