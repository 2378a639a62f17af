import Glibc

/// How this program can be started once more.
enum ProgramName {
    /// What a shell in the current folder takes: the name as it was given, without the current folder before it.
    static var word: String { ShellText.word(text(CommandLine.arguments.first ?? "keyledger", currentFolder: currentFolder)) }

    private static func text(_ name: String, currentFolder: String?) -> String {
        guard let currentFolder, name.hasPrefix(currentFolder + "/") else { return name }
        let rest = name.dropFirst(currentFolder.count + 1)
        return rest.contains("/") ? String(rest) : "./" + rest
    }

    private static var currentFolder: String? {
        guard let path = unsafe getcwd(nil, 0) else { return nil }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
