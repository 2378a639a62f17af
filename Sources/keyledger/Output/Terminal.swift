import Glibc

/// Standard output for results, standard error for everything said beside them.
enum Terminal {
    static func output(_ text: String) { write(text, to: STDOUT_FILENO) }
    static func note(_ text: String) { write(text, to: STDERR_FILENO) }

    static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var isNoteTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether results are coloured: on a terminal, unless NO_COLOR is set (no-color.org).
    static var isColored: Bool { isOutputTerminal && ProcessEnvironment["NO_COLOR"] == nil && ProcessEnvironment["TERM"] != "dumb" }

    /// Writes text and a line's end whole. A reader that has gone ends the process: nobody is left to tell.
    private static func write(_ text: String, to descriptor: Int32) {
        raw(text.hasSuffix("\n") ? text : text + "\n", to: descriptor)
    }

    /// Writes text as it is.
    static func raw(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                if descriptor == STDOUT_FILENO { exit(ExitStatus.failed.rawValue) }
                return
            }
            rest = rest.dropFirst(written)
        }
    }
}
