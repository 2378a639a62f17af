import Glibc
import Synchronization

/// Takes finished log lines, each with its newline. Called from any thread.
package typealias LogSink = @Sendable (_ line: String) -> Void

/// The process's standard error.
package enum StandardError {
    private static let lock = Mutex(())

    /// Writes a line whole: lines of several threads do not mix. What cannot be written is dropped; a log must not stop the process.
    package static func write(_ line: String) {
        let bytes = Array(line.utf8)
        lock.withLock { _ in
            unsafe bytes.withUnsafeBytes { buffer in
                var rest = unsafe buffer[...]
                while unsafe !rest.isEmpty {
                    let written = unsafe Glibc.write(STDERR_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if written < 0 && errno == EINTR { continue }
                    guard written > 0 else { return }
                    unsafe rest = rest.dropFirst(written)
                }
            }
        }
    }

    /// True if a person reads standard error.
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether to colour: on a terminal, unless NO_COLOR is set to anything but nothing (no-color.org).
    package static func usesColor(isTerminal: Bool, noColor: String?) -> Bool {
        isTerminal && (noColor ?? "").isEmpty
    }
}
