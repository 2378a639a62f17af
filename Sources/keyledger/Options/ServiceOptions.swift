import ArgumentParser

/// Where a command on keys goes: to a server or to the ledger's folder.
struct ServiceOptions: ParsableArguments {
    @OptionGroup var data: DataOptions

    @Option(name: .customLong("url"), help: "Base URL of a running server. (default: KEYLEDGER_URL; without one the folder itself)")
    var givenURL: String?

    @Option(
        name: .customLong("master-key-file"),
        help: ArgumentHelp(
            "File with the secret that the server is asked with; - for standard input. (default: KEYLEDGER_MASTER_KEY_FILE, "
                + "KEYLEDGER_MASTER_KEY, else keys/master.key in the ledger's folder)",
            valueName: "file"))
    var masterKeyFile: String?

    @OptionGroup var output: OutputOptions

    /// The server's URL; nil if the folder is meant. A folder named on the command line counts more than a URL in the environment.
    var url: String? { givenURL ?? (data.given == nil ? ProcessEnvironment["KEYLEDGER_URL"] : nil) }

    func validate() throws {
        guard let url else { return }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw ValidationError("--url and KEYLEDGER_URL need a base URL such as http://127.0.0.1:4100.")
        }
    }
}
