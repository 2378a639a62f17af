package import Hummingbird
import NIOCore

/// What the operator's routes show.
package struct OperationalRoutes: Sendable {
    /// Nil while the ledger takes requests; otherwise why not, without secrets.
    package var notReadyBecause: @Sendable () async -> String?
    /// The metrics as Prometheus text.
    package var metrics: @Sendable () async -> [UInt8]
    /// The API's description as JSON.
    package var openAPI: @Sendable () -> [UInt8]

    package init(
        notReadyBecause: @escaping @Sendable () async -> String?, metrics: @escaping @Sendable () async -> [UInt8],
        openAPI: @escaping @Sendable () -> [UInt8]
    ) {
        self.notReadyBecause = notReadyBecause
        self.metrics = metrics
        self.openAPI = openAPI
    }

    /// Adds `/livez`, `/readyz`, their LiteLLM aliases, `/metrics` and `/openapi.json`; none of them asks who is calling.
    package func add(to router: Router<LedgerRequestContext>) {
        for path in ["/livez", "/health/liveliness", "/health/liveness"] {
            router.get(RouterPath(path)) { _, _ in Response.json(Array("\"I'm alive!\"".utf8)) }
        }
        for path in ["/readyz", "/health/readiness"] {
            router.get(RouterPath(path)) { [notReadyBecause] _, _ in
                if let reason = await notReadyBecause() { throw APIError.storeUnavailable(reason).retrying(afterSeconds: 5) }
                return Response.json(Array(#"{"status":"healthy","db":"connected"}"#.utf8))
            }
        }
        router.get("/metrics") { [metrics] _, _ in
            Response.bytes(await metrics(), contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
        router.get("/openapi.json") { [openAPI] _, _ in Response.json(openAPI()) }
    }
}
