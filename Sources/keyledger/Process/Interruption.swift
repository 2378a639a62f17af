import Glibc
import LMDB
import Synchronization
import UnixSignals

/// SIGINT and SIGTERM as a wish to stop: work that can be cut short ends in order. The second signal ends the process at once.
enum Interruption {
    /// Runs `body` on a thread of its own; it asks now and then whether it is to stop.
    static func run<R: Sendable>(
        _ body: @escaping @Sendable (_ isInterrupted: @escaping @Sendable () -> Bool) throws -> R
    ) async throws -> R {
        let wish = Wish()
        return try await watching({ wish.isThere.store(true, ordering: .relaxed) }) {
            try await withCheckedThrowingContinuation { answer in
                do {
                    _ = try DedicatedThread(name: "command") {
                        answer.resume(with: Result { try body { wish.isThere.load(ordering: .relaxed) } })
                    }
                } catch { answer.resume(throwing: error) }
            }
        }
    }

    /// Runs `body`, and `onSignal` at the first signal meanwhile.
    static func watching<R: Sendable>(_ onSignal: @escaping @Sendable () async -> Void, _ body: () async throws -> R) async throws -> R {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                var isFirst = true
                for await _ in signals {
                    guard isFirst else { exit(ExitStatus.failed.rawValue) }
                    isFirst = false
                    await onSignal()
                }
            }
            return try await body()
        }
    }

    private final class Wish: Sendable {
        let isThere = Atomic(false)
    }
}
