import ArgumentParser
import JSONText
import Ledger

/// `keyledger init`
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a ledger in an empty or missing folder.",
        discussion: """
            `serve` does this by itself on its first run. The folder's name in checkpoints cannot be changed later.
              keyledger init
              keyledger init --data /var/lib/keyledger --origin keys.example.com
            """)

    @Option(name: .long, help: ArgumentHelp("The name under which the ledger signs checkpoints.", valueName: "name"))
    var origin = LedgerFolder.defaultOrigin

    @OptionGroup var data: DataOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let isPlain = !origin.isEmpty && origin.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0.value < 0x7f && $0 != "+" }
        guard isPlain else { throw ValidationError("--origin is printable ASCII without spaces and plus signs, such as keys.example.com.") }
    }

    func run() throws {
        let folder = data.folder
        try LedgerFolder.create(folder, originName: origin)
        let ledger = try Ledger.open(folder, Ledger.Options(access: .readOnly))
        defer { ledger.close() }
        let signingKey = folder + "/keys/signing.key"
        if output.isJSON {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("folder", folder)
                writer.member("log_id", ledger.logID.description)
                writer.member("origin", origin)
                writer.member("signing_key", signingKey)
            }
            return Terminal.output(writer.text)
        }
        var list = FieldList()
        list.add("log id", ledger.logID.description)
        list.add("log", printable(folder + "/log"))
        list.add("signing key", printable(signingKey) + " (0600; keep a copy)")
        Terminal.output(
            "Made a ledger in \(printable(folder))\n" + list.text(indent: 2) + "\nNext: keyledger serve --data \(printable(folder))")
    }
}
