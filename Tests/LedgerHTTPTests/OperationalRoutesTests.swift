import Hummingbird
import LedgerHTTP
import Synchronization
import Testing

struct OperationalRoutesTests {
    @Test func `operators see that it lives, is ready, and its figures`() async throws {
        let reason = Mutex<String?>(nil)
        let operational = OperationalRoutes(
            notReadyBecause: { reason.withLock { $0 } }, metrics: { Array("keyledger_head 7\n".utf8) },
            openAPI: { Array(#"{"openapi":"3.1.0"}"#.utf8) })
        try await TestServer.run(routes: operational.add) { server in
            for path in ["/livez", "/health/liveliness", "/health/liveness"] {
                #expect(try await server.exchange("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n").body == "\"I'm alive!\"")
            }
            for path in ["/readyz", "/health/readiness"] {
                #expect(
                    try await server.exchange("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n").body == #"{"status":"healthy","db":"connected"}"#)
            }
            let metrics = try await server.exchange("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(metrics.body == "keyledger_head 7\n")
            #expect(metrics["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(try await server.exchange("GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n").body == #"{"openapi":"3.1.0"}"#)

            reason.withLock { $0 = "The last flush failed. Restart the server." }
            let answer = try await server.exchange("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.status == 503)
            #expect(answer["retry-after"] == "5")
            #expect(
                answer.body
                    == #"{"error":{"message":"The last flush failed. Restart the server.","type":"no_db_connection","param":null,"code":"503"}}"#
            )
            #expect(try await server.exchange("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }
    }
}
