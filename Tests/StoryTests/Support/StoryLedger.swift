import CommandTestSupport
import Glibc
import JSONText
import Testing

/// The built program, serving a fresh ledger, and a client of it.
///
/// After each test the server must end in order, and no secret that was ever sent or made may stand in what it wrote: log, data, output.
final class StoryLedger {
    static let masterSecret = "sk-story-admin-0123456789abcdef"

    /// Who sends a request.
    enum Caller {
        case master, nobody
        /// A key, by its secret.
        case key(String)
    }

    let sandbox: Sandbox
    private var process: RunningProcess
    private var port: UInt16
    private let environment: [String: String]
    private var secrets: Set<String> = [masterSecret]

    /// Runs a test on a ledger of its own.
    /// - Parameter configuration: what stands in the file of `--config`.
    static func run(
        environment: [String: String] = [:], configuration: String = "{}", _ test: (StoryLedger) throws -> Void
    ) throws {
        let ledger = try StoryLedger(environment: environment, configuration: configuration)
        try test(ledger)
        ledger.stop()
        ledger.expectNoSecretWritten()
    }

    private init(environment: [String: String], configuration: String) throws {
        sandbox = try Sandbox()
        try Files.write(configuration, to: sandbox.path + "/config.json")
        self.environment = environment.merging(["KEYLEDGER_MASTER_KEY": Self.masterSecret]) { own, _ in own }
        (process, port) = try Self.serve(sandbox, self.environment)
    }

    private static func serve(_ sandbox: Sandbox, _ environment: [String: String]) throws -> (RunningProcess, UInt16) {
        let (process, url) = try sandbox.serve("--config", "config.json", environment: environment)
        return (process, try #require(url.split(separator: ":").last.flatMap { UInt16($0) }))
    }

    /// Everything the server has written to its standard output and error.
    var log: String { process.output + process.errors }

    func stop(_ location: SourceLocation = #_sourceLocation) {
        process.signal(SIGTERM)
        let ended = process.wait()
        #expect(ended.status == 0, "\(ended.errors)", sourceLocation: location)
    }

    /// Stops the server and starts it on the same folder.
    /// - Parameter meanwhile: what happens to the folder.
    func restart(_ meanwhile: () throws -> Void = {}) throws {
        stop()
        expectNoSecretWritten()
        try meanwhile()
        (process, port) = try Self.serve(sandbox, environment)
    }

    /// Kills the server without a word and starts it on the same folder.
    func kill() throws {
        process.signal(SIGKILL)
        _ = process.wait()
        (process, port) = try Self.serve(sandbox, environment)
    }

    // MARK: Requests

    /// - Parameters:
    ///   - body: any JSON; nil sends none.
    ///   - raw: a body as it is, instead.
    func ask(
        _ method: String, _ path: String, _ body: JSONValue? = nil, raw: String? = nil, as caller: Caller = .master,
        headers: [(String, String)] = []
    ) throws -> Answer {
        let text = raw ?? body?.serialized()
        var lines = ["\(method) \(path) HTTP/1.1"]
        switch caller {
        case .master: lines.append("Authorization: Bearer \(Self.masterSecret)")
        case .key(let secret): lines.append("Authorization: Bearer \(secret)")
        case .nobody: break
        }
        if text != nil, !headers.contains(where: { $0.0 == "Content-Type" }) { lines.append("Content-Type: application/json") }
        lines += headers.map { "\($0.0): \($0.1)" }
        learn(from: lines.joined(separator: "\n") + (text ?? ""))
        let answer = try Exchange.send(lines.joined(separator: "\r\n"), body: text, toPort: port)
        learn(from: answer.body)
        return answer
    }

    func post(_ path: String, _ body: JSONValue, as caller: Caller = .master, headers: [(String, String)] = []) throws -> Answer {
        try ask("POST", path, body, as: caller, headers: headers)
    }

    func get(_ path: String, as caller: Caller = .master, headers: [(String, String)] = []) throws -> Answer {
        try ask("GET", path, as: caller, headers: headers)
    }

    // MARK: Secrets

    /// Notes whatever looks like a whole secret.
    private func learn(from text: String) {
        for word in text.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == ".") }) {
            if word.hasPrefix("sk-"), !word.hasPrefix("sk-..."), word.count >= 16 { secrets.insert(String(word)) }
        }
    }

    private func expectNoSecretWritten(_ location: SourceLocation = #_sourceLocation) {
        for path in Files.below(sandbox.path) {
            for secret in Files.bytes(path).map({ SecretSearch.found(of: secrets, in: $0) }) ?? [] {
                Issue.record("the secret ...\(secret.suffix(4)) stands in \(path)", sourceLocation: location)
            }
        }
    }
}
