import Glibc

/// Files that hold a secret.
public enum PrivateFile {
    /// The file's text without white space at its ends; less than 64 KiB.
    ///
    /// - Throws: if it cannot be read, or others than its owner may read it.
    public static func read(_ path: String) throws(LedgerError) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw error(path, "cannot be read: \(unsafe String(cString: strerror(errno)))") }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw error(path, "cannot be read") }
        guard status.st_mode & 0o077 == 0 else { throw error(path, "may be read by others. Run `chmod 600 \(path)`") }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw error(path, "cannot be read: \(unsafe String(cString: strerror(errno)))") }
        guard count < bytes.count else { throw error(path, "is too large for a secret") }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Writes a new file that only its owner can read, flushed when it returns. An existing file is never replaced.
    public static func create(_ path: String, _ text: String) throws(LedgerError) { try Layout.writePrivate(text + "\n", to: path) }

    private static func error(_ path: String, _ what: String) -> LedgerError { LedgerError(.storage, "\(path) \(what).") }
}
