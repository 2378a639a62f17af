import Glibc

/// Standard output for results, standard error for everything said beside them.
enum Terminal {
    static func output(_ text: String) { write(text, to: STDOUT_FILENO) }
    static func note(_ text: String) { write(text, to: STDERR_FILENO) }

    static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var isNoteTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Columns that results have: those of the terminal, or what COLUMNS says; `nil` for a file or a pipe.
    static var outputWidth: Int? {
        if let told = ProcessEnvironment["COLUMNS"].flatMap({ Int($0) }), told > 0 { return told }
        var size = winsize()
        guard isOutputTerminal, unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Whether results are coloured: on a terminal, unless NO_COLOR is set (no-color.org).
    static var isColored: Bool { isOutputTerminal && ProcessEnvironment["NO_COLOR"] == nil && ProcessEnvironment["TERM"] != "dumb" }

    /// Writes text and a line's end whole. A reader that has gone ends the process: nobody is left to tell.
    private static func write(_ text: String, to descriptor: Int32) {
        raw(text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n", to: descriptor)
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
