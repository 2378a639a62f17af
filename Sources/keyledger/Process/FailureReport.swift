import ArgumentParser
import JSONText

/// An error as the operator reads it: on standard error, or for help and version on standard output.
struct FailureReport {
    private let error: any Error
    private let isJSON: Bool

    init(_ error: any Error, isJSON: Bool) {
        self.error = error
        self.isJSON = isJSON
    }

    /// Prints the error and returns what the process ends with.
    func print() -> ExitStatus {
        if let error = CommandError(error) {
            show(error.message, code: error.code, status: error.status)
            return error.status
        }
        if let exit = error as? ExitCode { return ExitStatus(rawValue: exit.rawValue) ?? .failed }
        let code = KeyLedgerCommand.exitCode(for: error)
        let text = KeyLedgerCommand.fullMessage(for: error)
        if code.isSuccess {
            Terminal.output(text)
            return .done
        }
        guard code == .validationFailure else {
            show("\(error)", code: "failed", status: .failed)
            return .failed
        }
        if isJSON { show(KeyLedgerCommand.message(for: error), code: "usage", status: .usage) } else { Terminal.note(text) }
        return .usage
    }

    private func show(_ message: String, code: String, status: ExitStatus) {
        guard isJSON else { return Terminal.note("keyledger: \(message)") }
        var writer = JSONWriter()
        writer.object { writer in
            writer.name("error")
            writer.object { writer in
                writer.member("code", code)
                writer.member("message", message)
                writer.member("exit_status", status.rawValue)
            }
        }
        Terminal.note(writer.text)
    }
}
