import Glibc
import Hummingbird
import Ledger
import LedgerHTTP
import Logging

/// A server in a process of its own: its memory and its processor time are its alone.
final class ServerProcess {
    static let command = "--serve"
    static let masterSecret = "sk-bench-master-secret"
    static let emptyPath = "/bench/empty"

    let process: pid_t
    let port: UInt16
    let folder: String

    /// Starts this program again as a server over a ledger and waits until it answers.
    init(_ folder: String) throws {
        self.folder = folder
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw BenchError("pipe: \(String(cString: strerror(errno)))") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        posix_spawn_file_actions_addclose(&actions, ends[1])
        var arguments: [UnsafeMutablePointer<CChar>?] = ["bench", Self.command, folder].map { (text: String) in strdup(text) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        let result = posix_spawn(&child, "/proc/self/exe", &actions, nil, &arguments, environ)
        close(ends[1])
        guard result == 0 else { throw BenchError("the server cannot be started: \(String(cString: strerror(result)))") }
        process = child
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(ends[0], &bytes, bytes.count)
        close(ends[0])
        guard count > 0, let port = UInt16(String(decoding: bytes.prefix(count), as: UTF8.self).filter(\.isNumber)) else {
            throw BenchError("the server did not start")
        }
        self.port = port
    }

    func stop() {
        kill(process, SIGTERM)
        waitpid(process, nil, 0)
    }

    /// The child's life. The empty route does what every route does — the body is drained, the answer has the common headers — and nothing else.
    static func serve(_ arguments: [String]) async throws {
        signal(SIGPIPE, SIG_IGN)
        let ledger = try Ledger.open(arguments[2])
        let metrics = LedgerMetrics()
        metrics.watch(ledger)
        var logger = Logger(label: "bench")
        logger.logLevel = .critical
        let settings = HTTPSettings(masterToken: Token(secret: masterSecret))
        let server = HTTPServerService(
            // As `keyledger serve` has them.
            configuration: HTTPServerConfiguration(port: 0, limits: HTTPLimits(longBodyBytes: ["/v1/spend": 8 << 20])), logger: logger,
            headPosition: { ledger.head.position.value },
            observers: [RequestMetrics(registry: metrics.registry)],
            onListening: { address in
                print(address.port)
                fflush(nil)
            },
            routes: { router in
                LedgerService.addRoutes(to: router, ledger: ledger, settings: settings, metrics: metrics)
                router.post(RouterPath(emptyPath)) { _, _ in Response.json([UInt8]()) }
            })
        try await server.run()
    }
}
