import ArgumentParser
import Glibc

/// The process: one command, one exit status.
@main enum Main {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let status: ExitStatus
        do {
            try await run(arguments)
            status = .done
        } catch {
            status = FailureReport(error, isJSON: arguments.contains("--json")).print()
        }
        exit(status.rawValue)
    }

    private static func run(_ arguments: [String]) async throws {
        var command = try KeyLedgerCommand.parseAsRoot(arguments)
        if !(command is FsckWorker) { DamageReport.install(isJSON: arguments.contains("--json")) }
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
    }
}
