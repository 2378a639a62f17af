import ArgumentParser
import JSONText

/// What becomes of a secret that a command has made.
struct MadeSecretOptions: ParsableArguments {
    @Option(
        name: .customLong("secret-out"),
        help: ArgumentHelp("Write the secret to this new file (0600) instead of standard output.", valueName: "file"))
    var path: String?

    @Flag(name: [.customShort("q"), .customLong("quiet")], help: "Print nothing but the secret.")
    var isQuiet = false

    func validate() throws {
        if path != nil, isQuiet {
            throw ValidationError("--quiet prints the secret that --secret-out keeps out of sight; use one of them.")
        }
    }

    /// Makes the file before there is a secret to lose.
    func reserve() throws -> ReservedOutput { ReservedOutput(file: try path.map { try SecretFile.reserve($0) }) }

    /// Prints the answer of generate or regenerate.
    ///
    /// - Parameter isOwn: the caller brought the secret, which is not put on a screen again.
    func print(_ answer: JSONObject, _ verb: String, to output: ReservedOutput, isOwn: Bool, isJSON: Bool) throws {
        var answer = answer
        let secret = answer["key"]?.string
        if let file = output.file, let secret {
            try file.write(secret)
            answer["key"] = .null
            answer["secret_file"] = .string(file.path)
        }
        if isJSON { return Terminal.output(JSONValue.object(answer).serialized()) }
        if isQuiet {
            guard let secret else { throw Self.notHeld }
            return Terminal.output(secret)
        }
        let shown: KeyText.MadeSecret =
            switch (secret, output.file) {
            case (nil, _): .notHeld
            case (let secret?, nil): isOwn ? .own : .shown(secret)
            case (_, let file?): .inFile(file.path)
            }
        Terminal.output(KeyText.made(answer, verb, shown))
    }

    private static let notHeld = CommandError.failed(
        "The command had been done before, and its secret is not held any more. Rotate the key to get a new one.", code: "secret_not_held")
}

/// Where a made secret goes; nil is standard output.
struct ReservedOutput {
    let file: SecretFile?
}
