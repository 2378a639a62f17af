import CommandTestSupport
import Glibc
import JSONText
import LMDB
import LedgerProjections
import LedgerTestSupport
import Testing

/// The views of spend of a running server: compared by itself, compared and rebuilt when asked.
struct ViewStories {
    /// The value of a metric.
    private func metric(_ name: String, _ ledger: StoryLedger) throws -> Double? {
        let lines = try ledger.get("/metrics", as: .nobody).body.split(separator: "\n")
        return lines.first { $0.hasPrefix("\(name) ") }.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    private func isCompared(_ ledger: StoryLedger) throws {
        for _ in 0..<2_000 {
            if try metric("keyledger_reconcile_timestamp_seconds", ledger) ?? 0 > 1.7e9 { return }
            usleep(10_000)
        }
        Issue.record("the server has compared nothing: \(ledger.log)")
    }

    @Test func `a server compares by itself, and a row that differs is a metric and an error in its log`() throws {
        try StoryLedger.run(configuration: #"{"reconcile_interval": "1s"}"#) { ledger in
            let key = try ledger.makeKey(["key_alias": "ci"])
            for number in 0..<6 { try ledger.charge(key.secret, "0.008", id: "r\(number)") }
            try isCompared(ledger)
            #expect(try metric("keyledger_reconcile_differences", ledger) == 0)
            try ledger.restart { try tamperWithViews(ledger.sandbox.data) { try $0.damageFirstRow(.keySpend, in: &$1) } }
            try isCompared(ledger)
            #expect(try metric("keyledger_reconcile_differences", ledger) == 1)
            #expect(try metric("keyledger_reconcile_failures_total", ledger) == 0)
            #expect(ledger.log.contains("the views of spend are not what the log says") && ledger.log.contains("key \(key.keyID)"))
            let report = try ledger.change("/v1/reconcile", .null)
            #expect(report["clean"]?.bool == false && report["differences"]?[0]?["row"]?.string == "key \(key.keyID)")
            #expect(try ledger.change("/v1/rebuild", ["view": "activity"])["swapped"]?.bool == true)
            let mended = try ledger.change("/v1/reconcile", .null)
            #expect(mended["clean"]?.bool == true && mended["sums"]?[0]?["days"]?.string == "0.048")
            #expect(try metric("keyledger_reconcile_differences", ledger) == 0)
            #expect(try ledger.sums(key.keyID, tokens: [key.token]).total == "0.048")
        }
    }

    @Test func `a server that is told never to compare does so only when asked`() throws {
        try StoryLedger.run(configuration: #"{"reconcile_interval": 0}"#) { (ledger: StoryLedger) throws in
            #expect(try metric("keyledger_reconcile_timestamp_seconds", ledger) == 0)
            #expect(try ledger.change("/v1/reconcile", .null)["clean"]?.bool == true)
            #expect(try metric("keyledger_reconcile_timestamp_seconds", ledger) ?? 0 > 1.7e9)
        }
    }

    @Test func `a view that there is not, and no rebuild to look at or to end`() throws {
        try StoryLedger.run { ledger in
            for view: JSONValue in ["spend", "", 1, ["keys"]] {
                let refused = try ledger.post("/v1/rebuild", ["view": view])
                #expect(refused.status == 400 && refused["code"]?.string == "unknown_view", "\(view)")
            }
            #expect(try ledger.change("/v1/rebuild", ["view": .null])["view"]?.string == "keys")
            let idle = try ledger.get("/v1/rebuild")
            #expect(idle["running"]?.bool == false && idle["done"] == nil)
            #expect(try ledger.ask("DELETE", "/v1/rebuild")["cancelled"]?.bool == false)
        }
    }
}
