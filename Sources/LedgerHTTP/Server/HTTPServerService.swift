package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The HTTP server as a service: listens, answers, and on a graceful shutdown stops accepting, answers what has begun, ends.
///
/// Run it in a `ServiceGroup`; give the group the signals to stop at and the longest time that draining may take.
package struct HTTPServerService: Service {
    private let configuration: HTTPServerConfiguration
    private let pipeline: RequestPipeline
    private let logger: Logger
    private let onListening: @Sendable (ListeningAddress) async -> Void

    /// - Parameters:
    ///   - headPosition: the position of the log's head, for `X-KeyLedger-Position`; nil leaves the header out.
    ///   - observers: are told of every answer.
    ///   - onListening: called once, when connections are accepted, with the port that was found if it was 0.
    ///   - routes: adds the routes. HEAD is answered wherever GET is.
    package init(
        configuration: HTTPServerConfiguration, logger: Logger, headPosition: @escaping @Sendable () -> UInt64? = { nil },
        observers: [any RequestObserver] = [], onListening: @escaping @Sendable (ListeningAddress) async -> Void = { _ in },
        routes: (Router<LedgerRequestContext>) -> Void
    ) {
        let router = Router(context: LedgerRequestContext.self, options: [.autoGenerateHeadEndpoints])
        routes(router)
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        pipeline = RequestPipeline(
            router: router.buildResponder(), templates: RouteTemplates(router.routes.map { ($0.path, $0.method) }),
            headPosition: headPosition, observers: observers, logger: logger)
    }

    /// Serves until shut down. Throws `HTTPServerError` if it cannot listen.
    package func run() async throws {
        let connections = OpenFileLimit.makeRoom(for: configuration.maximumConnections)
        if connections < configuration.maximumConnections {
            logger.warning("the limit of open files allows fewer connections than configured", metadata: ["connections": "\(connections)"])
        }
        let server = Server(
            childChannelSetup: BoundedHTTPChannel(configuration: configuration, pipeline: pipeline),
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: configuration.backlog,
                availableConnectionsDelegate: MaximumAvailableConnections(connections, logger: logger)),
            onServerRunning: { channel in
                await onListening(ListeningAddress(host: configuration.host, port: channel.localAddress?.port ?? configuration.port))
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quietLogger)
        try await Self.listening(configuration) { try await server.run() }
    }

    /// Without the server's own word that it has started, which is said with the URL where the address is announced.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        return quiet
    }

    /// Finds out whether the address can be listened on now, by doing so for a moment.
    package static func requireFree(_ configuration: HTTPServerConfiguration) async throws {
        try await listening(configuration) {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: configuration.host, port: configuration.port).get()
            try await channel.close()
        }
    }

    private static func listening(_ configuration: HTTPServerConfiguration, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch  where error is IOError || error is SocketAddressError || error is SocketAddressError.UnknownHost {
            throw HTTPServerError.cannotListen(configuration, cause: error)
        }
    }
}

/// Where the server can be reached.
package struct ListeningAddress: Sendable {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port`, the host of an IPv6 address in brackets.
    var text: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// `http://host:port`
    package var baseURL: String { "http://\(text)" }
}
