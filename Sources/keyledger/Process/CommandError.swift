/// Why a command did not do what it was asked.
struct CommandError: Error, Sendable, CustomStringConvertible {
    let status: ExitStatus
    /// In snake case, for `--json`.
    let code: String
    /// What happened and what to do. Never a secret.
    let message: String

    init(_ status: ExitStatus, code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    static func usage(_ message: String) -> CommandError { CommandError(.usage, code: "usage", message) }
    static func notFound(_ message: String) -> CommandError { CommandError(.notFound, code: "not_found", message) }
    static func failed(_ message: String, code: String = "failed") -> CommandError { CommandError(.failed, code: code, message) }

    var description: String { message }
}
