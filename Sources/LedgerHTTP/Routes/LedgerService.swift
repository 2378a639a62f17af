package import Hummingbird
package import Ledger
import LedgerTelemetry
package import Logging
import ServiceLifecycle

/// The HTTP face of a ledger as a service: every route, the metrics, the log.
package struct LedgerService: Service {
    private let server: HTTPServerService

    /// - Parameters:
    ///   - metrics: where figures are kept; what the ledger's own observer counts goes into the same.
    ///   - accessLog: how each request is written to standard error; `nil`: not at all.
    ///   - onListening: called once with the base URL.
    package init(
        ledger: Ledger, settings: HTTPSettings, configuration: HTTPServerConfiguration, metrics: LedgerMetrics, logger: Logger,
        accessLog: AccessLog.Format?, onListening: @escaping @Sendable (String) async -> Void
    ) {
        var configuration = configuration
        configuration.limits.longBodyBytes[SpendRoutes.recordPath] = ChargeBody.mostBytes
        server = HTTPServerService(
            configuration: configuration, logger: logger, headPosition: { ledger.head.position.value },
            observers: (accessLog.map { [AccessLog(format: $0)] } ?? []) + [RequestMetrics(registry: metrics.registry)],
            onListening: { await onListening($0.baseURL) },
            routes: { Self.addRoutes(to: $0, ledger: ledger, settings: settings, metrics: metrics) })
    }

    /// Adds every route that the service answers; `Schemas/openapi.yaml` describes the same ones.
    package static func addRoutes(
        to router: Router<LedgerRequestContext>, ledger: Ledger, settings: HTTPSettings, metrics: LedgerMetrics
    ) {
        let authenticator = Authenticator(ledger: ledger, masterToken: settings.masterToken)
        let operational = OperationalRoutes(
            notReadyBecause: { ledger.unreadiness }, metrics: { metrics.render(ledger) }, openAPI: { OpenAPIDocument.json })
        operational.add(to: router)
        KeyRoutes(ledger: ledger, settings: settings).add(to: router)
        CheckRoutes(ledger: ledger, authenticator: authenticator, count: metrics.count).add(to: router)
        OwnRoutes(ledger: ledger, authenticator: authenticator).add(to: router)
        ViewRoutes(ledger: ledger, authenticator: authenticator, metrics: metrics).add(to: router)
        SpendRoutes(ledger: ledger, authenticator: authenticator, count: metrics.count).add(to: router)
        SpendReportRoutes(ledger: ledger, authenticator: authenticator).add(to: router)
        GlobalSpendRoutes(ledger: ledger, authenticator: authenticator).add(to: router)
        ActivityRoutes(ledger: ledger, authenticator: authenticator).add(to: router)
    }

    package func run() async throws { try await server.run() }
}
