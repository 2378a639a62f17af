import ArgumentParser
import Glibc
import JSONText
import Ledger

/// The check itself, run by `fsck` as a child.
struct FsckWorker: ParsableCommand {
    static let name = "fsck-worker"
    static let configuration = CommandConfiguration(commandName: name, shouldDisplay: false)

    @Argument var folder: String
    @Option(name: .customLong("temporary-folder")) var temporaryFolder = "/tmp"
    @OptionGroup var output: OutputOptions

    func run() throws {
        // A crash here is an answer, not something to examine.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        let report = try Ledger.check(folder, temporaryFolder: temporaryFolder) { step, done, total in
            Terminal.raw("\(step.rawValue) \(done) \(total)\n", to: ChildProcess.progressDescriptor)
        }
        Terminal.output(output.isJSON ? CheckText.json(report, folder) : CheckText.text(report, folder))
        if report.failure != nil { throw ExitCode(ExitStatus.integrity.rawValue) }
    }
}
