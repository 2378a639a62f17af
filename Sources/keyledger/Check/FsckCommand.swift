import ArgumentParser
import Glibc
import JSONText
import Ledger

/// `keyledger fsck`
struct FsckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Recompute everything that the ledger states about itself.",
        discussion: """
            Positions without a gap, times, every leaf hash, the tree, commitments, the chain of each key; then the key tables and the views of \
            spend, each against a fresh fold of the log. Works beside a running server and changes nothing: it catches nothing up and mends \
            nothing. Views that are missing are said to be, which is no damage. Exit status 0 if all is well, 3 if not.
              keyledger fsck
              keyledger fsck /var/lib/keyledger --json
            """)

    @Argument(help: ArgumentHelp("The ledger's folder. (default: --data)", valueName: "dir")) var folder: String?

    @Option(
        name: .customLong("temporary-folder"),
        help: ArgumentHelp(
            "Where fresh folds are kept meanwhile; each needs as much room as what it is compared with. (default: TMPDIR, else /tmp)",
            valueName: "dir"))
    var temporaryFolder: String?

    @Option(
        name: .customLong("patience"),
        help: ArgumentHelp("A check that says nothing for so long is given up as caught in damage.", valueName: "seconds"))
    var patienceSeconds = 600

    @OptionGroup var data: DataOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard patienceSeconds >= 1 else { throw ValidationError("--patience is at least 1 second.") }
    }

    /// Damage can make liblmdb read beyond its map or run in circles, which no program survives: the check is a process of its own.
    func run() throws {
        let folder = folder.map(DataOptions.trimmed) ?? data.folder
        guard unsafe access(folder, F_OK) == 0 else { throw CommandError.notFound("\(folder) does not exist.") }
        let scratch = try ScratchFolder(in: temporaryFolder ?? ProcessEnvironment["TMPDIR"] ?? "/tmp")
        defer { scratch.remove() }
        var arguments = [FsckWorker.name, folder, "--temporary-folder", scratch.path]
        if output.isJSON { arguments.append("--json") }
        let child = try ChildProcess(arguments: arguments)
        var last = CheckProgress()
        var line = ProgressLine("fsck", isSilent: output.isJSON)
        let isDone = child.readProgress(patienceSeconds: patienceSeconds) { text in
            guard let progress = CheckProgress(text) else { return }
            if progress.step != last.step { line = ProgressLine("fsck \(progress.step)", isSilent: output.isJSON) }
            last = progress
            line.show(progress.done, of: progress.total)
        }
        if !isDone { child.kill() }
        line.end()
        switch child.wait() {
        case .exited(0): return
        case .exited(let status): throw ExitCode(status)
        case .signalled(let signal):
            throw crash(
                folder, isDone ? "the check was ended by signal \(signal) (\(Self.signalName(signal)))" : "the check made no progress", last
            )
        }
    }

    private func crash(_ folder: String, _ what: String, _ last: CheckProgress) -> CommandError {
        guard last.step == Ledger.CheckStep.views.rawValue else {
            return CommandError(
                .integrity, code: "damaged",
                "\(folder)/log/data.mdb is damaged: \(what) \(last.text). Restore a backup, and keep this folder for examination.")
        }
        return CommandError(
            .integrity, code: "damaged",
            """
            The views of spend in \(folder) are damaged: \(what) \(last.text). The log is well, and they can be made of it: stop the server, \
            remove the file \(folder)/views and run `keyledger rebuild --view activity`.
            """)
    }

    private static func signalName(_ signal: Int32) -> String { unsafe String(cString: strsignal(signal)) }
}

/// Where a check is, as a line on the pipe: `step done total`.
struct CheckProgress {
    var step = ""
    var done: UInt64 = 0
    var total: UInt64 = 0

    init() {}

    init?(_ line: Substring) {
        let parts = line.split(separator: " ")
        guard parts.count == 3, let done = UInt64(parts[1]), let total = UInt64(parts[2]) else { return nil }
        (step, self.done, self.total) = (String(parts[0]), done, total)
    }

    /// `after 5000 of 20000 (log)`
    var text: String {
        if step.isEmpty { return "before it could say how far it was" }
        return "after \(done)\(total == 0 ? "" : " of \(total)") (step \(step))"
    }
}
