import Glibc
package import JSONText
import Synchronization
package import Testing

/// A temporary folder in which the built binary runs, and nothing of the caller's environment but what a test gives.
package final class Sandbox: Sendable {
    package let path: String
    private let runs = Mutex(0)

    package var data: String { path + "/keyledger-data" }

    package init() throws {
        var template = Array("/tmp/keyledger-cli-XXXXXX".utf8CString)
        let made = unsafe mkdtemp(&template) != nil
        try #require(made)
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        Files.removeFolder(path)
    }

    package static let binary: String = {
        if let path = unsafe getenv("KEYLEDGER_BINARY") { return unsafe String(cString: path) }
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(root)/.build/debug/keyledger"
    }()

    package func start(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> RunningProcess {
        try start(Self.binary, arguments, input: input, environment: environment)
    }

    /// Runs a command line in the sandbox's folder.
    package func shell(_ line: String) throws -> Finished {
        try start("/bin/sh", ["-c", line], input: "", environment: [:]).wait()
    }

    private func start(
        _ program: String, _ arguments: [String], input: String, environment: [String: String]
    ) throws -> RunningProcess {
        let number = runs.withLock { count in
            count += 1
            return count
        }
        let variables = ["PATH=/usr/bin:/bin", "HOME=\(path)", "USER=tester"] + environment.map { "\($0.key)=\($0.value)" }
        return try RunningProcess(program, arguments, environment: variables, input: input, in: path, number: number)
    }

    @discardableResult
    package func run(_ arguments: String..., input: String = "", environment: [String: String] = [:]) throws -> Finished {
        try run(arguments, input: input, environment: environment)
    }

    @discardableResult
    package func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Finished {
        try start(arguments, input: input, environment: environment).wait()
    }

    /// Runs a command with `--json` that must succeed, and reads its answer.
    package func json(
        _ arguments: String..., input: String = "", environment: [String: String] = [:], location: SourceLocation = #_sourceLocation
    ) throws -> JSONValue {
        let finished = try run(arguments + ["--json"], input: input, environment: environment)
        try #require(finished.status == 0, "\(arguments): \(finished.errors)", sourceLocation: location)
        return try JSONValue.parse(text: finished.output.trimmed)
    }

    /// A sandbox with a ledger in `keyledger-data`.
    package static func withLedger() throws -> Sandbox {
        let sandbox = try Sandbox()
        let made = try sandbox.run("init")
        try #require(made.status == 0, "\(made.errors)")
        return sandbox
    }

    /// Starts a server and waits until its ready file says where.
    package func serve(_ arguments: String..., environment: [String: String] = [:]) throws -> (process: RunningProcess, url: String) {
        let ready = path + "/ready"
        // A killed server leaves its own.
        unsafe unlink(ready)
        let process = try start(
            ["serve", "--listen", "127.0.0.1:0", "--ready-file", ready] + arguments, environment: environment)
        for _ in 0..<4_000 {
            if Files.exists(ready) { return (process, Files.read(ready).trimmed) }
            usleep(5_000)
        }
        process.signal(SIGKILL)
        Issue.record("the server did not get ready: \(process.errors)")
        throw NotReady()
    }

    package struct NotReady: Error {}
}

extension String {
    /// Without white space at its ends.
    package var trimmed: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}
