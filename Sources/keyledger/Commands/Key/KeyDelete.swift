import ArgumentParser
import JSONText

/// `keyledger key delete`
struct KeyDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "End a key for good; its history stays.",
        discussion: """
            Every secret of the key is refused at once. Its alias is free again, and `key history` still finds it by the alias.
              keyledger key delete --alias ci --reason "project closed"
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var scope: ScopeOptions
    @OptionGroup(title: "Recorded with it") var note: NoteOptions
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        let selection = try target.selection()
        let (name, answer) = try await service.change(note.note) { service in
            let name = try await service.name(of: selection)
            return (name, try await service.perform(.delete(scope.adding(to: ["keys": .array([.string(name)])]))))
        }
        if service.output.isJSON { return Terminal.output(JSONValue.object(answer).serialized()) }
        let isCredential = answer["scope"]?.string == "credential"
        Terminal.output(isCredential ? "Ended one credential; the key itself is as it was: \(name)" : "Deleted \(name)")
    }
}
