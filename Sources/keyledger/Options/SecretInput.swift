import Glibc
import Ledger

/// Secrets that come in: from a file of the operator's or from standard input, never from an argument.
enum SecretInput {
    private static let limitBytes = 65_536

    /// The first line of the file, or of standard input for `-`.
    ///
    /// A file that others may read is refused.
    static func read(_ path: String, for option: String) throws -> String {
        let text = path == "-" ? try standardInput() : try file(path)
        let secret = String(text.prefix { !$0.isNewline })
        guard !secret.isEmpty else { throw CommandError.usage("\(path == "-" ? "Standard input" : path) holds no secret (\(option)).") }
        return secret
    }

    private static func file(_ path: String) throws -> String {
        if unsafe access(path, F_OK) != 0 { throw CommandError.notFound("\(path) does not exist.") }
        return try PrivateFile.read(path)
    }

    private static func standardInput() throws -> String {
        if isatty(STDIN_FILENO) == 1 { Terminal.note("Type the secret and press Enter:") }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count <= limitBytes, !bytes.contains(UInt8(ascii: "\n")) {
            let count = unsafe Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CommandError.failed("Standard input cannot be read: \(SystemError.text).") }
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
