import Glibc

/// A file or standard input, read from the front.
final class InputFile {
    private let path: String
    private let descriptor: Int32

    /// - Parameter path: `-` for standard input.
    init(_ path: String) throws {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            throw errno == ENOENT
                ? CommandError.notFound("\(printable(path)) does not exist.")
                : CommandError.failed("\(printable(path)) cannot be opened: \(SystemError.text).")
        }
        if path == "-", isatty(STDIN_FILENO) == 1 { Terminal.note("Reading standard input; end it with Ctrl-D.") }
    }

    deinit {
        if descriptor > STDIN_FILENO { close(descriptor) }
    }

    /// What can be read at once; empty at the end.
    func read(atMost count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        while true {
            let read = unsafe Glibc.read(descriptor, &buffer, count)
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else {
                throw CommandError.failed("\(path == "-" ? "Standard input" : printable(path)) cannot be read: \(SystemError.text).")
            }
            buffer.removeLast(count - read)
            return buffer
        }
    }
}
