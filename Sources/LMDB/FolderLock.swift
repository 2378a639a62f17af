import Glibc

/// The right to write to a folder: an advisory lock on `writer.lock` in it, held until released or the process ends.
///
/// liblmdb lets a second process write; this is what refuses it. Take it before ``Environment/open(_:tables:options:)``.
public final class FolderLock: Sendable {
    /// The lock file.
    public let path: String
    private let state: Monitor<Int32>

    /// Takes the lock, creating folder (0700) and file (0600) where missing, and writes `pid url` into the file for whoever is refused.
    ///
    /// - Throws: ``LMDBError/Code/lockedByOther`` naming the holder by what it wrote.
    public init(_ folder: String, url: String = "") throws(LMDBError) {
        path = folder + "/writer.lock"
        try Environment.prepareFolder(folder, Environment.Options())
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw LMDBError(result: errno, operation: "open", path: path) }
        do throws(LMDBError) {
            try FolderLock.lock(descriptor, path)
            try FolderLock.write("\(getpid()) \(url)\n", descriptor, path)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        state = Monitor(descriptor)
    }

    deinit { release() }

    /// Names another URL in the file, once it is known.
    public func announce(url: String) throws(LMDBError) {
        try state.withLock { descriptor throws(LMDBError) in
            guard descriptor >= 0 else { return }
            try FolderLock.write("\(getpid()) \(url)\n", descriptor, path)
        }
    }

    /// Gives the lock back. The file stays: removing it would let two holders lock two files of one name.
    public func release() {
        state.withLock { descriptor in
            guard descriptor >= 0 else { return }
            ftruncate(descriptor, 0)
            // Closing is not enough: a child process between fork and exec holds the descriptor too.
            flock(descriptor, LOCK_UN)
            Glibc.close(descriptor)
            descriptor = -1
        }
    }

    /// What the holder of a folder's lock has written, `pid url`; nil if nobody has.
    public static func holder(of folder: String) -> String? {
        let descriptor = unsafe Glibc.open(folder + "/writer.lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        let text = read(descriptor)
        return text.isEmpty ? nil : text
    }

    private static func lock(_ descriptor: Int32, _ path: String) throws(LMDBError) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return }
        guard errno == EWOULDBLOCK else { throw LMDBError(result: errno, operation: "flock", path: path) }
        throw LMDBError(.lockedByOther, refusal(holder: read(descriptor)), operation: "flock", path: path, resultCode: EWOULDBLOCK)
    }

    /// - Parameter holder: `pid url`, `pid ` or nothing.
    private static func refusal(holder: String) -> String {
        let parts = holder.split(separator: " ", maxSplits: 1)
        let process = parts.first.map { "process \($0)" } ?? "another process"
        guard parts.count == 2 else { return "\(process) writes to this folder; wait until it has ended, or stop it first" }
        return "\(process) at \(parts[1]) writes to this folder; use it or stop it first"
    }

    private static func write(_ text: String, _ descriptor: Int32, _ path: String) throws(LMDBError) {
        let bytes = [UInt8](text.utf8)
        guard ftruncate(descriptor, 0) == 0, unsafe pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw LMDBError(result: errno, operation: "write", path: path)
        }
    }

    private static func read(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        return String(text.prefix { $0 != "\n" })
    }
}
