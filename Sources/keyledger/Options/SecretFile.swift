import Glibc

/// A new file, readable by its owner alone, that is there before a secret is made: what was made is never lost to a path that cannot be
/// written, and no file is ever replaced.
final class SecretFile {
    let path: String
    private let descriptor: Int32
    private var isWritten = false

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Makes the file.
    ///
    /// Not an initialiser: one that throws late runs `deinit`, which would remove a file that is somebody else's.
    ///
    /// - Throws: if there is such a file already, or it cannot be made.
    static func reserve(_ path: String) throws -> SecretFile {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor >= 0 { return SecretFile(path: path, descriptor: descriptor) }
        guard errno == EEXIST else { throw CommandError.failed("\(path) cannot be made: \(SystemError.text).") }
        throw CommandError(
            .conflict, code: "file_exists", "\(path) exists already and is not replaced. Name another file with --secret-out.")
    }

    /// Writes the secret and flushes it.
    func write(_ secret: String) throws {
        let bytes = Array((secret + "\n").utf8)
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw CommandError.failed("\(path) cannot be written: \(SystemError.text).")
        }
        isWritten = true
    }

    deinit {
        close(descriptor)
        if !isWritten { unsafe unlink(path) }
    }
}
