import CommandTestSupport
import Glibc
import JSONText
import Testing

/// A server that is told of report zones.
struct ReportZoneStories {
    @Test(arguments: [
        (variables: [:], file: #"{"report_zones": ["Asia/Kathmandu", "UTC"]}"#),
        (variables: ["KEYLEDGER_REPORT_ZONES": "Asia/Kathmandu, Etc/UTC"], file: #"{"report_zones": ["Europe/Berlin"]}"#),
    ])
    func `the days of a report zone are those of its minutes, before a restart and after it`(
        _ variables: [String: String], _ file: String
    ) throws {
        try StoryLedger.run(environment: variables, configuration: file) { (ledger: StoryLedger) throws in
            let key = try ledger.makeKey(["key_alias": "ci"])
            for number in 0..<12 {
                let moment = "2026-03-0\(number % 3 + 1)T18:1\(number % 9):00Z"
                try ledger.charge(key.secret, "0.008", id: "r\(number)", ["occurred_at": .string(moment)])
            }
            for _ in 0..<2 {
                try isReady("Asia/Kathmandu", ledger)
                let range = "start_date=2026-03-01&end_date=2026-03-05"
                let named = try ledger.get("/user/daily/activity?\(range)&tz=Asia/Kathmandu", as: .master)
                let minutes = try ledger.get("/user/daily/activity?\(range)&timezone=-345", as: .master)
                #expect(named.status == 200 && named.body == minutes.body)
                #expect(named["results"]?.array?.count == 4 && named["metadata"]?["total_spend"]?.decimalText == "0.096")
                try ledger.restart()
            }
        }
    }

    private func isReady(_ zone: String, _ ledger: StoryLedger) throws {
        for _ in 0..<2_000 {
            let zones = try ledger.sandbox.json("stat")["report_zones"]?.array ?? []
            #expect(zones.count == 1 && zones.first?["name"]?.string == zone)
            if zones.first?["ready"]?.bool == true { return }
            usleep(10_000)
        }
        Issue.record("the zone is not ready: \(ledger.log)")
    }
}
