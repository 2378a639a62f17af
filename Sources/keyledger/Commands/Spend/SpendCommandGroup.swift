import ArgumentParser

/// `keyledger spend …`
struct SpendCommandGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spend",
        abstract: "Record what is spent with keys.",
        discussion: """
              keyledger spend record charges.ndjson
            """,
        subcommands: [SpendRecord.self])
}
