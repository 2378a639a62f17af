import Glibc

/// The file that says where a server answers, there only while it does.
struct ReadyFile: Sendable {
    let path: String

    private var new: String { "\(path).\(getpid())" }

    /// Finds out whether the file can be made; touches none that is there.
    func check() throws {
        close(try make())
        unsafe unlink(new)
    }

    /// Takes away what an earlier server has left, and finds out now whether the file can be made.
    func prepare() throws {
        try check()
        remove()
    }

    func remove() { unsafe unlink(path) }

    /// Puts the file in place whole, so that no reader sees half of it.
    func write(_ url: String) throws {
        let descriptor = try make()
        let bytes = Array((url + "\n").utf8)
        let isWritten = unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count
        close(descriptor)
        guard isWritten, unsafe rename(new, path) == 0 else {
            unsafe unlink(new)
            throw CommandError.failed("The ready file \(path) cannot be written: \(SystemError.text).")
        }
    }

    private func make() throws -> Int32 {
        let descriptor = unsafe open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw CommandError.failed("The ready file \(path) cannot be made: \(SystemError.text).") }
        return descriptor
    }
}
