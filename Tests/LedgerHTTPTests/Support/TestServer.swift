import Hummingbird
import LedgerHTTP
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// A server of a test on a port of its own.
struct TestServer {
    let port: Int
    let observed: ObservedRequests
    private let group: ServiceGroup

    /// Runs a server with `routes` while `body` runs, then shuts it down in order.
    static func run<Result: Sendable>(
        _ configuration: HTTPServerConfiguration = .patient, position: UInt64? = 7,
        routes: (Router<LedgerRequestContext>) -> Void = TestServer.routes, _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        var configuration = configuration
        configuration.port = 0
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let observed = ObservedRequests()
        let service = HTTPServerService(
            configuration: configuration, logger: logger, headPosition: { position }, observers: [observed],
            onListening: { found.yield($0.port) }, routes: routes)
        let group = ServiceGroup(services: [service], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { found.finish() }
                try await group.run()
            }
            var result: Result?
            for await port in ports {
                result = try await body(TestServer(port: port, observed: observed, group: group))
                break
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            guard let result else { throw CancellationError() }
            return result
        }
    }

    func beginShutdown() async { await group.triggerGracefulShutdown() }

    /// Sends `text` on a connection of its own and reads one answer.
    func exchange(_ text: String, toHead: Bool = false) async throws -> RawClient.Answer {
        try await RawClient.connect(to: port) { client in
            try await client.send(text)
            return try await client.answer(toHead: toHead)
        }
    }

    /// Routes that most tests are content with.
    static func routes(_ router: Router<LedgerRequestContext>) {
        router.get("/key/info") { request, context in Response.json(Array("{\"query\":\"\(request.uri.query ?? "")\"}".utf8)) }
        router.post("/echo") { _, context in Response.bytes(context.bodyBytes, contentType: "text/plain") }
        router.post("/v1/echo") { _, context in Response.bytes(context.bodyBytes, contentType: "text/plain") }
        router.post("/key/{key}/regenerate") { _, context in Response.json(Array(try context.pathParameter("key").utf8)) }
        router.get("/stream") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    for part in ["one ", "two ", "three"] { try await writer.write(ByteBuffer(string: part)) }
                    try await writer.finish(nil)
                })
        }
        router.get("/fails") { _, _ -> Response in throw Unforeseen() }
        router.any("/auth/gateway/**") { request, _ in Response.json(Array(request.method.rawValue.utf8)) }
    }

    struct Unforeseen: Error, CustomStringConvertible {
        var description: String { "sk-this-must-not-be-seen" }
    }
}

/// Keeps what the server tells its observers.
final class ObservedRequests: RequestObserver {
    private let kept = Mutex<[RequestRecord]>([])

    func requestAnswered(_ record: RequestRecord) { kept.withLock { $0.append(record) } }

    var records: [RequestRecord] { kept.withLock { $0 } }
}

extension HTTPServerConfiguration {
    /// Timeouts that no busy machine reaches, for tests of anything else.
    static var patient: HTTPServerConfiguration { HTTPServerConfiguration(idleTimeout: .hours(1), receiveTimeout: .hours(1)) }
}
