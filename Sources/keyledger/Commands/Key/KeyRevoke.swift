import ArgumentParser
import JSONText
import Ledger

/// `keyledger key revoke`
struct KeyRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End one secret of a key, the others stay good.",
        discussion: """
            The secret is named by its token, or by a file that holds it. It ends now or at a time before the end that it has.
              keyledger key revoke 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
              keyledger key revoke --secret-file ./leaked.key --reason "seen in a repository"
              keyledger key revoke --secret-file ./old.key --at 2026-12-01T00:00:00Z
            """)

    @OptionGroup var target: TargetOptions

    @Option(name: .long, help: ArgumentHelp("When it ends: an RFC 3339 time. (default: now)", valueName: "time"))
    var at: String?

    @OptionGroup(title: "Recorded with it") var note: NoteOptions
    @OptionGroup var service: ServiceOptions

    func validate() throws {
        if let at, Instant(rfc3339: at) == nil { throw ValidationError("--at needs a time such as 2026-12-01T00:00:00Z.") }
    }

    func run() async throws {
        let token = try token()
        var body = JSONObject()
        if let at { body["at"] = .string(at) }
        let request = body
        let answer = try await service.change(note.note) { try await $0.perform(.revoke(token, request)) }
        if service.output.isJSON { return Terminal.output(JSONValue.object(answer).serialized()) }
        let verb = answer["changed"]?.bool == false ? "Nothing to do: the secret ends no later than that" : "Revoked"
        Terminal.output(KeyText.revoked(answer, verb))
    }

    private func token() throws -> Token {
        switch try target.selection() {
        case .token(let token): return token
        case .secret(let secret): return Token(secret: secret)
        case .keyID, .alias:
            throw CommandError.usage(
                "revoke ends one secret: name it by its token or by --secret-file. `key block` or `key delete` end all of a key's.")
        }
    }
}
