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

    func listening(_ url: String) -> String {
        var lines = ["KeyLedger answers at \(url)"]
        if isNewSecret { lines += ["Try, in another terminal:"] + examples(url).map { "  " + $0 } }
        return lines.joined(separator: "\n")
    }

    private func examples(_ url: String) -> [String] {
        let data = folder == DataOptions.defaultFolder ? "" : " --data \(printable(folder))"
        return [
            "keyledger key create --alias first\(data)", "keyledger key list\(data)", "keyledger key history --alias first\(data)",
            "curl -s \(url)/key/list -H \"Authorization: Bearer $(cat \(printable(master.source)))\"",
        ]
    }
}
