import ArgumentParser
import JSONText
import Ledger

/// `keyledger key history`
struct KeyHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "The life of a key: every event, and which secret was good when.",
        discussion: """
            Deleted keys too. An alias finds every key that has or ever had it.
              keyledger key history --alias ci
              keyledger key history 01990d1c-0b1e-7c7e-a5a5-0123456789ab --json
              keyledger key history 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08    # by a token of old
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let selection = try target.selection()
        let ledger = try Ledger.open(data.folder, Ledger.Options(access: .readOnly))
        defer { ledger.close() }
        let names = EventNames(ledger)
        let lives = try keyIDs(selection, ledger).map { (keyID: $0, history: try ledger.history($0)) }.filter { !$0.history.isEmpty }
        guard !lives.isEmpty else { throw CommandError.notFound("The ledger knows no such key.") }
        if output.isJSON {
            let keys = lives.map { JSONValue.object(KeyLifeJSON.object($0.keyID, $0.history, names)) }
            Terminal.output(JSONValue.object(["keys": .array(keys)]).serialized())
        } else {
            Terminal.output(lives.map { KeyLifeText(keyID: $0.keyID, history: $0.history, names: names).text }.joined(separator: "\n\n"))
        }
    }

    private func keyIDs(_ selection: TargetOptions.Selection, _ ledger: Ledger) throws -> [KeyID] {
        switch selection {
        case .keyID(let keyID): return [keyID]
        case .token(let token): return try ledger.key(.token(token)).map { [$0.state.keyID] } ?? []
        case .secret(let secret): return try ledger.key(.token(Token(secret: secret))).map { [$0.state.keyID] } ?? []
        case .alias(let alias): return try ledger.keyIDs(everNamed: alias)
        }
    }
}
