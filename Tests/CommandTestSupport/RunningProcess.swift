package import Glibc
import Testing

/// A program that was run to its end.
package struct Finished {
    /// -1 if it had to be killed.
    package let status: Int32
    package let output: String
    package let errors: String
}

/// A program that is running; its output goes to files.
package final class RunningProcess {
    package let pid: pid_t
    private let outputPath: String
    private let errorPath: String
    private var isReaped = false

    package init(_ program: String, _ arguments: [String], environment: [String], input: String, in folder: String, number: Int) throws {
        let base = "\(folder)/.run-\(number)"
        (outputPath, errorPath) = (base + ".out", base + ".err")
        try Files.write(input, to: base + ".in")
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let create = O_WRONLY | O_CREAT | O_TRUNC
        unsafe posix_spawn_file_actions_addopen(&actions, 0, base + ".in", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, outputPath, create, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errorPath, create, 0o600)
        var child: pid_t = 0
        // The shell changes the folder and then becomes the program.
        let shell = ["sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder, program]
        let result = unsafe Self.withCStrings(shell + arguments) { argv in
            unsafe Self.withCStrings(environment) { unsafe posix_spawn(&child, "/bin/sh", &actions, nil, argv, $0) }
        }
        try #require(result == 0, "\(program) cannot be started: \(unsafe String(cString: strerror(result)))")
        pid = child
    }

    deinit {
        guard !isReaped else { return }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        unsafe waitpid(pid, &status, 0)
    }

    package var output: String { Files.read(outputPath) }
    package var errors: String { Files.read(errorPath) }

    package func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for the end; what takes too long is killed.
    package func wait(atMostSeconds limit: Int = 90) -> Finished {
        for _ in 0..<(limit * 200) {
            var status: Int32 = 0
            if unsafe waitpid(pid, &status, WNOHANG) == pid {
                isReaped = true
                let signal = status & 0x7f
                return Finished(status: signal == 0 ? status >> 8 & 0xff : 128 + signal, output: output, errors: errors)
            }
            usleep(5_000)
        }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        unsafe waitpid(pid, &status, 0)
        isReaped = true
        return Finished(status: -1, output: output, errors: errors)
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
}
