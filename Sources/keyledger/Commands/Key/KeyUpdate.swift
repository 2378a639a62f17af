import ArgumentParser
import JSONText

/// `keyledger key update`
struct KeyUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change fields of a key.",
        discussion: """
            Fields that are not named stay. An update that changes nothing records nothing.
              keyledger key update --alias ci --max-budget 50 --reason "new quarter"
              keyledger key update --alias ci --new-alias ci-eu --model gpt-4o --model o3
              keyledger key update --alias ci --clear max_budget --clear expires
              keyledger key update --alias ci --field 'guardrails=["pii"]'
            """)

    @OptionGroup var target: TargetOptions
    @Option(name: .customLong("new-alias"), help: ArgumentHelp("Another name.", valueName: "name")) var newAlias: String?
    @OptionGroup(title: "Fields") var fields: FieldOptions

    @Option(name: .customLong("clear"), help: ArgumentHelp("Take a field's value away; once for each.", valueName: "field"))
    var cleared: [String] = []

    @OptionGroup(title: "Recorded with it") var note: NoteOptions
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        let selection = try target.selection()
        let members = try members()
        let answer = try await service.change(note.note) { service in
            var body: JSONObject = ["key": .string(try await service.name(of: selection))]
            for member in members { body[member.name] = member.value }
            return try await service.perform(.update(body))
        }
        Terminal.output(service.output.isJSON ? JSONValue.object(answer).serialized() : "Updated\n" + KeyText.info(answer))
    }

    private func members() throws -> JSONObject {
        var body = try fields.members()
        if let newAlias { body["key_alias"] = .string(newAlias) }
        for name in cleared {
            let plain = name.replacing("-", with: "_")
            let field = Self.requestNames[plain] ?? plain
            guard body[field] == nil else { throw CommandError.usage("\(name) cannot be set and cleared at once.") }
            body[field] = .null
        }
        guard !body.isEmpty else { throw CommandError.usage("Say what to change: a field, --new-alias or --clear.") }
        return body
    }

    /// Fields that answers name otherwise than requests do, or that options do.
    private static let requestNames = [
        "expires": "duration", "alias": "key_alias", "team": "team_id", "user": "user_id", "organization": "organization_id",
        "project": "project_id", "parallel_limit": "max_parallel_requests", "expires_in": "duration", "model": "models", "tag": "tags",
    ]
}
