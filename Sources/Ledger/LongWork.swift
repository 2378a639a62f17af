import Glibc
import LMDB
import LedgerProjections

/// Work that takes minutes and goes on beside reads, writes and folds: at most one of its kind at a time, on a thread of its own.
/// Closing the ledger cuts it short.
final class LongWork<Report: Sendable>: Sendable {
    private struct State {
        /// Callers of the work that is under way; none waits while nothing is.
        var waiting: [Answer<Report>] = []
        var progress: ViewRebuildProgress?
        var thread: DedicatedThread?
        var isCancelled = false
        var isClosed = false
    }

    /// What the thread asks and tells.
    struct Control: Sendable {
        let isCancelled: @Sendable () -> Bool
        let report: @Sendable (ViewRebuildProgress) -> Void
    }

    /// As others see it, in a sentence.
    private let name: String
    private let threadName: String
    private let state = Monitor(State())

    init(_ name: String, threadName: String) {
        self.name = name
        self.threadName = threadName
    }

    /// How far the work is; `nil` while none is under way.
    var progress: ViewRebuildProgress? { state.withLock { $0.progress } }

    /// Cuts short what is under way.
    ///
    /// - Returns: whether there was any.
    func cancel() -> Bool {
        state.withLock { state in
            state.isCancelled = !state.waiting.isEmpty
            return state.isCancelled
        }
    }

    /// Lets nothing more begin, and cuts short what is under way.
    func end() { state.withLock { $0.isClosed = true } }

    /// As ``end()``; waits until it has ended.
    func close() {
        end()
        state.withLock { $0.thread }?.join()
    }

    /// Does the work, or waits with those who asked before for what is under way.
    ///
    /// - Parameters:
    ///   - joins: waits for what is under way; otherwise it is refused.
    ///   - isBackground: lets every other thread go first.
    /// - Throws: `locked` if it is refused; `cancelled`, `shuttingDown`; what `body` throws.
    func run(
        joins: Bool, isBackground: Bool, _ progress: @escaping @Sendable (ViewRebuildProgress) -> Void,
        _ body: @escaping @Sendable (Control) throws -> Report
    ) async throws -> Report {
        try await withCheckedThrowingContinuation { answer in
            do {
                try state.withLock { state in
                    if state.isClosed { throw Self.shuttingDown }
                    if state.waiting.isEmpty {
                        try start(&state, isBackground, control(progress), body)
                    } else if !joins || state.isCancelled {
                        throw LedgerError(.locked, "\(name) is under way already. Wait until it is done.")
                    }
                    state.waiting.append(answer)
                }
            } catch { answer.resume(throwing: LedgerError(error)) }
        }
    }

    private func control(_ progress: @escaping @Sendable (ViewRebuildProgress) -> Void) -> Control {
        Control(
            isCancelled: { [self] in state.withLock { $0.isCancelled || $0.isClosed } },
            report: { [self] step in
                state.withLock { $0.progress = step }
                progress(step)
            })
    }

    private func start(
        _ state: inout State, _ isBackground: Bool, _ control: Control, _ body: @escaping @Sendable (Control) throws -> Report
    ) throws {
        state.progress = ViewRebuildProgress(.reading)
        state.isCancelled = false
        do {
            state.thread = try DedicatedThread(name: threadName) { [self] in
                if isBackground { Self.stepBack() }
                finish(Result { try body(control) })
            }
        } catch {
            state.progress = nil
            throw error
        }
    }

    private func finish(_ result: Result<Report, any Error>) {
        let (waiting, isClosed) = state.withLock { state in
            defer { (state.waiting, state.progress, state.thread) = ([], nil, nil) }
            return (state.waiting, state.isClosed)
        }
        let answered = result.mapError { [name] cause -> any Error in
            guard cause is CancellationError else { return LedgerError(cause) }
            if isClosed { return Self.shuttingDown }
            return LedgerError(.cancelled, "\(name) was cut short. Nothing has changed; it can be run again.")
        }
        for answer in waiting { answer.resume(with: answered) }
    }

    private static var shuttingDown: LedgerError {
        LedgerError(.shuttingDown, "The ledger is shutting down. Nothing has changed; it can be run again.", retryAfterSeconds: 1)
    }

    /// On Linux the nice value is the calling thread's own, and that of the threads that it starts.
    private static func stepBack() { setpriority(Int32(PRIO_PROCESS.rawValue), 0, 10) }
}
