import ArgumentParser
import JSONText
import Ledger

/// `keyledger key create`
struct KeyCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a key; prints its secret this once.",
        discussion: """
            The secret is shown once and stored nowhere: keep what is printed, or have it written to a file with --secret-out.
              keyledger key create --alias ci
              keyledger key create --alias ci --team build --model gpt-4o --max-budget 25 --budget-duration 1mo
              keyledger key create --alias ci --secret-out ./ci.key
              keyledger key create --alias ci --quiet | vault kv put secret/ci key=-
              keyledger key create --alias moved --secret-file ./old.key    # a secret that exists already
              keyledger key create --alias gw --role gateway                # may verify keys
            """)

    @Option(name: .long, help: ArgumentHelp("The key's name; no two living keys share one.", valueName: "name"))
    var alias: String?

    @OptionGroup(title: "Fields") var fields: FieldOptions

    @Flag(name: .long, help: "The key starts blocked.")
    var blocked = false

    @Flag(name: .customLong("service-account"), help: "A key of a team, without a user.")
    var isServiceAccount = false

    @Option(
        name: .customLong("secret-file"),
        help: ArgumentHelp("Take the secret in this file instead of making one; - for standard input.", valueName: "file"))
    var secretFile: String?

    @OptionGroup var made: MadeSecretOptions
    @OptionGroup(title: "Recorded with it") var note: NoteOptions
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        var body = try fields.members()
        if let alias { body["key_alias"] = .string(alias) }
        if blocked { body["blocked"] = true }
        if let secretFile { body["key"] = .string(try SecretInput.read(secretFile, for: "--secret-file")) }
        let output = try made.reserve()
        let request = body
        let answer = try await service.change(note.note) { try await $0.perform(.generate(request, isServiceAccount: isServiceAccount)) }
        try made.print(answer, "Created", to: output, isOwn: secretFile != nil, isJSON: service.output.isJSON)
    }
}
