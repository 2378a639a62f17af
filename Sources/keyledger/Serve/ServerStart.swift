import Ledger
import LedgerHTTP
import LedgerTelemetry
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// A ledger that is opened for a server, and the server on it.
struct ServerStart {
    private static let drainSeconds: Int64 = 30

    let settings: ServeSettings
    let master: MasterSecret
    let ledger: Ledger
    let metrics: LedgerMetrics
    let logger: Logger

    /// Finds out whether an address can be listened on now.
    ///
    /// - Throws: `HTTPServerError` if not.
    static func requireFree(_ address: ListenAddress) async throws {
        try await HTTPServerService.requireFree(HTTPServerConfiguration(host: address.host, port: address.port))
    }

    /// Serves until SIGTERM or SIGINT; answers what has begun before it returns.
    ///
    /// - Parameter onListening: called once with the URL that clients on this machine reach it at.
    func run(onListening: @escaping @Sendable (String) async -> Void) async throws {
        var configuration = HTTPServerConfiguration(host: settings.listen.host, port: settings.listen.port)
        if let seconds = settings.idleTimeoutSeconds { configuration.idleTimeout = .seconds(seconds) }
        if let count = settings.maximumConnections { configuration.maximumConnections = count }
        metrics.watch(ledger)
        let service = LedgerService(
            ledger: ledger,
            settings: HTTPSettings(
                masterToken: Token(secret: master.secret), defaultGrace: settings.grace?.duration,
                hidesDeletedKeys: settings.hidesDeletedKeys),
            configuration: configuration, metrics: metrics, logger: logger, accessLog: accessLog,
            onListening: { await onListening(Self.reachable($0)) })
        let reconcile = ReconcileService(ledger: ledger, metrics: metrics, interval: settings.reconcileInterval, logger: logger)
        // Shut down from the last to the first.
        var group = ServiceGroupConfiguration(
            services: [service, reconcile], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(Self.drainSeconds)
        try await ServiceGroup(configuration: group).run()
    }

    private var accessLog: AccessLog.Format? {
        guard settings.logsRequests else { return nil }
        switch settings.logFormat {
        case .text: return .plain
        case .json: return .json
        }
    }

    /// A URL with an address that can be connected to: "all addresses" is none.
    private static func reachable(_ url: String) -> String {
        for (all, local) in [("//0.0.0.0:", "//127.0.0.1:"), ("//[::]:", "//[::1]:")] {
            guard let place = url.firstRange(of: all) else { continue }
            return url.replacingCharacters(in: place, with: local)
        }
        return url
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        self[..<range.lowerBound] + text + self[range.upperBound...]
    }
}
