import ArgumentParser

/// Which ledger a command is about.
struct DataOptions: ParsableArguments {
    @Option(name: .customLong("data"), help: "The ledger's folder. (default: KEYLEDGER_DATA, else ./keyledger-data)")
    var given: String?

    var folder: String { Self.trimmed(given ?? ProcessEnvironment["KEYLEDGER_DATA"] ?? Self.defaultFolder) }

    static let defaultFolder = "./keyledger-data"

    func validate() throws {
        if given?.isEmpty ?? false { throw ValidationError("--data needs the path of a folder.") }
    }

    /// The path without slashes at its end.
    static func trimmed(_ path: String) -> String {
        var path = path
        while path.count > 1, path.last == "/" { path.removeLast() }
        return path
    }
}

/// How results are written.
struct OutputOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Write results as JSON, errors too.")
    var isJSON = false
}
