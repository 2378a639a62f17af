import ArgumentParser
import JSONText

/// `keyledger key rotate`
struct KeyRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Give a key a new secret; prints it this once.",
        discussion: """
            The key keeps its id, alias, budget and history. With --grace the old secret stays good that long, otherwise it ends at once. \
            Secrets still in an earlier grace keep their own ends.
              keyledger key rotate --alias ci --grace 1h
              keyledger key rotate --alias ci --grace 1d --secret-out ./ci.new
              keyledger key rotate --alias ci --reason "seen in a log"      # the old secret ends now
            """)

    @OptionGroup var target: TargetOptions

    @Option(
        name: .long,
        help: ArgumentHelp("How long the old secret stays good: 30s, 5m, 1h, 2d, 1w, 1mo; 0 for not at all.", valueName: "duration"))
    var grace: String?

    @Option(
        name: .customLong("new-secret-file"),
        help: ArgumentHelp("Take the new secret in this file instead of making one; - for standard input.", valueName: "file"))
    var newSecretFile: String?

    @OptionGroup(title: "Fields to change with it") var fields: FieldOptions
    @OptionGroup var made: MadeSecretOptions
    @OptionGroup(title: "Recorded with it") var note: NoteOptions
    @OptionGroup var service: ServiceOptions

    func validate() throws {
        if newSecretFile == "-", target.secretFile == "-" { throw ValidationError("Only one secret can come from standard input.") }
    }

    func run() async throws {
        let selection = try target.selection()
        var members = try fields.members()
        if let grace { members["grace_period"] = .string(grace) }
        if let newSecretFile { members["new_key"] = .string(try SecretInput.read(newSecretFile, for: "--new-secret-file")) }
        let output = try made.reserve()
        let changes = members
        let answer = try await service.change(note.note) { service in
            var body: JSONObject = ["key": .string(try await service.name(of: selection))]
            for member in changes { body[member.name] = member.value }
            return try await service.perform(.regenerate(body))
        }
        try made.print(answer, "Rotated", to: output, isOwn: newSecretFile != nil, isJSON: service.output.isJSON)
    }
}
