import LedgerHTTP
import LedgerTelemetry
import Synchronization
import Testing

struct ObserverTests {
    private func record(
        _ target: String, route: String?, status: Int = 200, nanoseconds: Int64 = 1_234_567
    ) -> RequestRecord {
        RequestRecord(requestID: "r-1", method: "GET", route: route, target: target, status: status, durationNanoseconds: nanoseconds)
    }

    /// Collects the lines of a JSON log.
    private final class Lines: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func log(_ format: AccessLog.Format = .json) -> AccessLog {
            AccessLog(format: format, sink: { line in self.kept.withLock { $0.append(line) } }, now: { 1_795_243_323_000_456 })
        }
    }

    @Test func `each answer is one line, which nothing in it can break`() {
        let lines = Lines()
        lines.log().requestAnswered(record("/key/info", route: "/key/info"))
        lines.log(.plain).requestAnswered(record("/a?b=\u{1B}[2J\u{202E}é\n", route: nil, status: 404, nanoseconds: 7_000_999))
        #expect(
            lines.all == [
                #"{"time":"2026-11-21T06:42:03.000456Z","level":"info","message":"request","source":"LedgerHTTP","label":"access","#
                    + #""metadata":{"method":"GET","ms":1.234,"path":"/key/info","request_id":"r-1","route":"/key/info","status":200}}"#
                    + "\n",
                "2026-11-21T06:42:03.000456Z info    GET /a?b=\\u{1B}[2J\\u{202E}\\u{00E9}\\n 404 7.000 ms request_id=r-1\n",
            ])
    }

    /// Invariant 7.
    @Test(arguments: [
        ("/key/sk-AAAABBBBCCCCDDDDEEEE/regenerate", "/key/{key}/regenerate"), ("/key/info?key=sk-AAAABBBBCCCCDDDDEEEE", "/key/info"),
        ("/key/info?a=1&key=sk-AAAABBBBCCCCDDDDEEEE&b=2", "/key/info"), ("/nope/sk-AAAABBBBCCCCDDDDEEEE", nil),
        ("/key/info?key=%73k-AAAABBBBCCCCDDDDEEEE", "/key/info"), ("/?Authorization=Bearer%20sk-AAAABBBBCCCCDDDDEEEE", nil),
    ])
    func `a secret in path or query is not in the line`(target: String, route: String?) {
        let lines = Lines()
        lines.log().requestAnswered(record(target, route: route))
        #expect(lines.all.count == 1)
        #expect(!lines.all[0].contains("AAAABBBB"))
        #expect(lines.all[0].contains(#""status":200"#))
        let plain = Lines()
        plain.log(.plain).requestAnswered(record(target, route: route))
        #expect(!plain.all[0].contains("AAAABBBB"))
    }

    @Test func `answers are counted by route and code, and timed`() {
        let registry = MetricsRegistry()
        let metrics = RequestMetrics(registry: registry)
        metrics.requestAnswered(record("/key/info", route: "/key/info"))
        metrics.requestAnswered(record("/key/info?key=a", route: "/key/info"))
        metrics.requestAnswered(record("/key/info", route: "/key/info", status: 401))
        metrics.requestAnswered(record("/nope", route: nil, status: 404))
        let text = registry.render()
        #expect(text.contains(#"keyledger_http_requests_total{code="200",route="/key/info"} 2"#))
        #expect(text.contains(#"keyledger_http_requests_total{code="401",route="/key/info"} 1"#))
        #expect(text.contains(#"keyledger_http_requests_total{code="404",route="unmatched"} 1"#))
        #expect(text.contains(#"keyledger_http_request_duration_seconds_count{route="/key/info"} 3"#))
    }
}
