import Glibc

/// Another product beside which the ledger is measured, driven by a program of `tools/bench/peers`.
final class PeerProcess {
    enum Kind: String {
        case postgres = "PostgreSQL"
        case duckdb = "DuckDB"
        case umadb = "UmaDB"

        var program: String {
            switch self {
            case .postgres: "postgres_peer.py"
            case .duckdb: "duckdb_peer.py"
            case .umadb: "umadb_peer.py"
            }
        }
    }

    let name: String
    private let process: pid_t
    private let input: CInt
    private let output: CInt

    /// Starts a peer.
    ///
    /// - Returns: `nil` if it cannot be had here, which the report says.
    static func start(_ kind: Kind, _ options: BenchOptions, _ report: Report) throws -> PeerProcess? {
        do {
            let peer = try PeerProcess(kind, in: options.folder)
            return peer
        } catch let missing as Missing {
            report.line("– \(kind.rawValue) is left out: \(missing.reason)")
            return nil
        }
    }

    struct Missing: Error {
        var reason: String
    }

    private init(_ kind: Kind, in folder: String) throws {
        guard let programs = getenv("KEYLEDGER_BENCH_PEERS"), let python = getenv("KEYLEDGER_BENCH_PYTHON") else {
            throw Missing(reason: "run tools/bench/run, which prepares peers")
        }
        let program = String(cString: programs) + "/" + kind.program
        var (down, up): ([CInt], [CInt]) = ([0, 0], [0, 0])
        guard pipe(&down) == 0, pipe(&up) == 0 else { throw BenchError("pipe: \(String(cString: strerror(errno)))") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, down[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, up[1], STDOUT_FILENO)
        for end in down + up { posix_spawn_file_actions_addclose(&actions, end) }
        // Threads of the runtime block signals, which a child would inherit: pgbench waits for one.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = [String(cString: python), program, folder].map { (text: String) in strdup(text) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        let result = posix_spawnp(&child, python, &actions, &attributes, &arguments, environ)
        close(down[0])
        close(up[1])
        guard result == 0 else { throw Missing(reason: "python3: \(String(cString: strerror(result)))") }
        (process, input, output) = (child, down[1], up[0])
        // The parent's ends are not for other children: a peer ends when its input does.
        for end in [input, output] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var version: [String] = []
        do { version = try Self.ask("version", input, output) } catch {
            Self.end(process, input, output)
            throw error
        }
        name = ([kind.rawValue] + version).joined(separator: " ")
    }

    deinit { Self.end(process, input, output) }

    private static func end(_ process: pid_t, _ input: CInt, _ output: CInt) {
        close(input)
        close(output)
        waitpid(process, nil, 0)
    }

    /// The numbers that a command is answered with.
    @discardableResult
    func ask(_ command: String) throws -> [Double] { try Self.ask(command, input, output).compactMap { Double($0) } }

    private static func ask(_ command: String, _ input: CInt, _ output: CInt) throws -> [String] {
        let line = Array((command + "\n").utf8)
        guard write(input, line, line.count) == line.count else { throw Missing(reason: "it has ended") }
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1, byte != 10 { answer.append(byte) }
        let words = String(decoding: answer, as: UTF8.self).split(separator: " ").map { String($0) }
        guard words.first == "ok" else { throw Missing(reason: words.dropFirst().joined(separator: " ")) }
        return Array(words.dropFirst())
    }
}
