import Ledger

/// What a server prints for people when it starts.
struct Welcome: Sendable {
    let folder: String
    let logID: String
    let master: MasterSecret
    let isNewLedger: Bool
    let isNewSecret: Bool

    init(ledger: Ledger, settings: ServeSettings, master: MasterSecret, isNewLedger: Bool, isNewSecret: Bool) {
        folder = settings.data
        logID = ledger.logID.description
        self.master = master
        self.isNewLedger = isNewLedger
        self.isNewSecret = isNewSecret
    }

    /// What was made on a first run; said at once, so that it is not lost if the server cannot listen. nil on later runs.
    var made: String? {
        var lines: [String] = []
        if isNewLedger { lines.append("Made a ledger in \(printable(folder)) (log \(logID)).") }
        if isNewSecret {
            lines += ["The admin secret, shown this once; it is in \(printable(master.source)) (0600):", "", "  \(master.secret)", ""]
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    /// What is said once the server answers.
    func listening(_ url: String) -> String {
        var lines = ["KeyLedger answers at \(url)", "The admin secret \(master.place)."]
        if isNewSecret { lines += ["Try, in another terminal, in this folder:"] + examples(url).map { "  " + $0 } }
        return lines.joined(separator: "\n")
    }

    private func examples(_ url: String) -> [String] {
        let program = ProgramName.word
        let data = folder == DataOptions.defaultFolder ? "" : " --data \(ShellText.word(folder))"
        return [
            "\(program) key create --alias first\(data)", "\(program) key list\(data)", "\(program) key history --alias first\(data)",
            "curl -s \(url)/key/list -H \"Authorization: Bearer $(cat \(ShellText.word(master.source)))\"",
        ]
    }
}
