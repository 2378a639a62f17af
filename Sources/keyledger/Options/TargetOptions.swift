import ArgumentParser
import Ledger

/// Which key a command is about: a key_id, a token, an alias, or a secret from a file.
struct TargetOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The key's key_id, or the token (64 hexadecimal digits) of one of its secrets.", valueName: "key"))
    var key: String?

    @Option(name: .long, help: ArgumentHelp("The key with this alias.", valueName: "name"))
    var alias: String?

    @Option(
        name: .customLong("secret-file"),
        help: ArgumentHelp("The key with the secret in this file; - for standard input. A secret is never an argument.", valueName: "file"))
    var secretFile: String?

    /// How the command names the key.
    enum Selection: Sendable {
        case keyID(KeyID)
        case token(Token)
        case alias(String)
        case secret(String)
    }

    func validate() throws {
        guard [key, alias, secretFile].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("Name one key: by KEY (a key_id or a token), --alias or --secret-file.")
        }
        guard let key else { return }
        if key.hasPrefix(Secret.prefix) {
            throw ValidationError(
                "A secret does not belong on the command line, where others can read it. Use --secret-file FILE, or - for standard input.")
        }
        guard KeyID(key) != nil || Token(hex: key) != nil else {
            throw ValidationError("KEY is neither a key_id (a UUID) nor a token (64 hexadecimal digits). Use --alias for a name.")
        }
    }

    /// - Throws: if the file with the secret cannot be read.
    func selection() throws -> Selection {
        if let alias { return .alias(alias) }
        if let secretFile { return .secret(try SecretInput.read(secretFile, for: "--secret-file")) }
        if let keyID = key.flatMap({ KeyID($0) }) { return .keyID(keyID) }
        if let token = key.flatMap({ Token(hex: $0) }) { return .token(token) }
        throw CommandError.usage("Name one key: by KEY, --alias or --secret-file.")
    }
}
