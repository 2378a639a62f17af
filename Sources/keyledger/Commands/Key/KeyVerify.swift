import ArgumentParser
import JSONText
import Ledger

/// `keyledger key verify`
struct KeyVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Ask whether a secret may be used now.",
        discussion: """
            Exit status 0 if it is good, 4 if no key ever had it, 1 if it is refused for another reason. By alias the key's current secret is meant.
              keyledger key verify --secret-file ./ci.key
              printf %s "$SECRET" | keyledger key verify --secret-file - --model gpt-4o
              keyledger key verify --alias ci
            """)

    @OptionGroup var target: TargetOptions
    @Option(name: .long, help: ArgumentHelp("For this model.", valueName: "name")) var model: String?
    @OptionGroup var service: ServiceOptions

    func run() async throws {
        let selection = try target.selection()
        let answer = try await service.read { service in
            var body = try await credential(selection, service)
            if let model { body["model"] = .string(model) }
            return try await service.perform(.verify(body))
        }
        Terminal.output(service.output.isJSON ? JSONValue.object(answer).serialized() : KeyText.verdict(answer))
        if answer["valid"]?.bool != true { throw ExitCode(answer["code"]?.string == "NOT_FOUND" ? ExitStatus.notFound.rawValue : 1) }
    }

    private func credential(_ selection: TargetOptions.Selection, _ service: KeyService) async throws -> JSONObject {
        switch selection {
        case .secret(let secret): return ["key": .string(secret)]
        case .token(let token): return ["token": .string(token.hex)]
        case .alias(let alias): return ["token": .string(try await service.currentToken(ofAlias: alias))]
        case .keyID:
            throw CommandError.usage(
                "verify asks about a secret: name it by its token, by --secret-file, or --alias for a key's current one.")
        }
    }
}
