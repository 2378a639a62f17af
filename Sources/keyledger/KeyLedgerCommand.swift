import ArgumentParser

/// `keyledger`: every command hangs below it.
struct KeyLedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keyledger",
        abstract: "An append-only ledger for API keys: every change to a key is one event.",
        discussion: """
            A first walk:
              keyledger serve                                  # makes ./keyledger-data, prints the admin secret once
              keyledger key create --alias ci --model gpt-4o   # in another terminal
              keyledger key list
              keyledger key rotate --alias ci --grace 1h
              keyledger key history --alias ci

            Commands that read open the ledger's folder beside a running server. Commands that change something go to the server at --url or \
            KEYLEDGER_URL; without one they write to the folder themselves, or to the server that has it open.

            Environment:
              KEYLEDGER_DATA              the ledger's folder (default ./keyledger-data)
              KEYLEDGER_URL               base URL of a running server
              KEYLEDGER_LISTEN            where `serve` listens
              KEYLEDGER_MASTER_KEY_FILE   file with the admin secret
              KEYLEDGER_MASTER_KEY        the admin secret itself
              NO_COLOR                    no colours

            Exit status: 0 done, 1 failed, 2 usage, 3 integrity violation, 4 not found, 5 conflict, 6 server unreachable or busy, \
            7 not authorised.

            Shell completion: keyledger --generate-completion-script bash|zsh|fish
            """,
        version: version,
        subcommands: [
            InitCommand.self, ServeCommand.self, KeyCommandGroup.self, SpendCommandGroup.self, EventsCommand.self, StatCommand.self,
            ActivityCommand.self, RebuildCommand.self, ReconcileCommand.self,
            FsckCommand.self, FsckWorker.self,
        ])

    static let version = "0.1.0"
}
