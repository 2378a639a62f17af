import Glibc

/// This program run once more, with a pipe on descriptor 3 for what it says of its progress.
struct ChildProcess {
    /// How a child ended.
    enum End: Hashable {
        case exited(Int32)
        case signalled(Int32)
    }

    static let progressDescriptor: Int32 = 3

    private let pid: pid_t
    private let progress: Int32

    /// - Throws: ``CommandError`` if it cannot be started.
    init(arguments: [String]) throws {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw CommandError.failed("No pipe: \(SystemError.text).") }
        // The child's end is its descriptor 3 alone, so that the pipe closes when the child ends.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        progress = ends[0]
        defer { close(ends[1]) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], Self.progressDescriptor)
        var child: pid_t = 0
        let result = unsafe Self.withCStrings(["keyledger"] + arguments) { argv in
            unsafe Self.withCStrings(Self.environment) { unsafe posix_spawn(&child, "/proc/self/exe", &actions, nil, argv, $0) }
        }
        guard result == 0 else {
            close(ends[0])
            throw CommandError.failed("The check cannot be started: \(SystemError.text(result)).")
        }
        pid = child
    }

    /// A crash is what the parent reports: no backtrace of it, which would take longer than the check.
    private static var environment: [String] {
        ["SWIFT_BACKTRACE=enable=no"]
            + ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "NO_COLOR", "TERM", "LANG"].compactMap { name in
                ProcessEnvironment[name].map { "\(name)=\($0)" }
            }
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { fatalError("an array with a last nil has an address") }
            return unsafe body(base)
        }
    }

    /// Hands on each line of progress until the child closes the pipe.
    ///
    /// - Returns: whether it did so; false if nothing came for `patienceSeconds`.
    func readProgress(patienceSeconds: Int, _ line: (Substring) -> Void) -> Bool {
        var pending: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            var descriptor = pollfd(fd: progress, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&descriptor, 1, Int32(clamping: patienceSeconds * 1_000))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return false }
            let count = unsafe read(progress, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return true }
            pending += buffer.prefix(count)
            let lines = pending.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            for bytes in lines.dropLast() { line(Substring(decoding: bytes, as: UTF8.self)) }
            pending = Array(lines.last ?? [])
        }
    }

    func kill() { _ = Glibc.kill(pid, SIGKILL) }

    /// Waits for the end.
    func wait() -> End {
        defer { close(progress) }
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
    }
}
