import ArgumentParser
import JSONText

/// `keyledger key block`
struct KeyBlock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Refuse every secret of a key, until it is unblocked.",
        discussion: """
            By the token or secret of an old credential in its grace only that credential ends; --scope key acts on the key all the same.
              keyledger key block --alias ci --reason "under investigation"
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var scope: ScopeOptions
    @OptionGroup(title: "Recorded with it") var note: NoteOptions
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        let selection = try target.selection()
        let answer = try await service.change(note.note) { service in
            try await service.perform(.block(scope.adding(to: ["key": .string(service.name(of: selection))])))
        }
        let verb = answer["scope"]?.string == "credential" ? "Ended one credential; the key itself is as it was" : "Blocked"
        Terminal.output(service.output.isJSON ? JSONValue.object(answer).serialized() : KeyText.changed(answer, verb))
    }
}

/// `keyledger key unblock`
struct KeyUnblock: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unblock",
        abstract: "Take a block away again.",
        discussion: """
              keyledger key unblock --alias ci --reason "cleared"
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup(title: "Recorded with it") var note: NoteOptions
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        let selection = try target.selection()
        let answer = try await service.change(note.note) { service in
            try await service.perform(.unblock(["key": .string(service.name(of: selection))]))
        }
        Terminal.output(service.output.isJSON ? JSONValue.object(answer).serialized() : KeyText.changed(answer, "Unblocked"))
    }
}
