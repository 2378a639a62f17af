import ArgumentParser
import JSONText

/// `keyledger key info`
struct KeyInfo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show a key, deleted ones too.",
        discussion: """
            By an old secret or its token it also says what became of that secret.
              keyledger key info --alias ci
              keyledger key info 01990d1c-0b1e-7c7e-a5a5-0123456789ab --json
              keyledger key info --secret-file ./ci.key
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        let selection = try target.selection()
        let answer = try await service.read { service in
            try await service.perform(.info(service.name(of: selection, deletedToo: true)))
        }
        Terminal.output(
            service.output.isJSON ? JSONValue.object(answer).serialized() : KeyText.info(answer["info"]?.object ?? JSONObject()))
    }
}
