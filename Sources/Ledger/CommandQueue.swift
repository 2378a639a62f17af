import LMDB

/// What the writer is asked to do, and where its answer goes.
enum Job: Sendable {
    case command(CommandRequest, Answer<Receipt>)
    case acceptClock(Answer<Void>)
    case rebuildKeys(progress: @Sendable (RebuildProgress) -> Void, Answer<RebuildReport>)

    func fail(_ error: LedgerError) {
        switch self {
        case .command(_, let answer): answer.resume(throwing: error)
        case .acceptClock(let answer): answer.resume(throwing: error)
        case .rebuildKeys(_, let answer): answer.resume(throwing: error)
        }
    }
}

/// The caller who waits for a job.
typealias Answer<Value> = CheckedContinuation<Value, any Error>

/// The bounded queue before the writer (invariant 10: full is an answer, nothing is half done).
final class CommandQueue: Sendable {
    private struct State {
        var jobs: [Job] = []
        var isClosed = false
    }

    let capacity: Int
    private let state = Monitor(State())

    init(capacity: Int) { self.capacity = capacity }

    var depth: Int { state.withLock { $0.jobs.count } }

    /// Puts a job behind the others, or says at once why not.
    func add(_ job: Job) -> LedgerError? {
        let refusal: LedgerError? = state.withLock { state in
            if state.isClosed {
                return LedgerError(.shuttingDown, "The ledger is shutting down; nothing was done. Try again.", retryAfterSeconds: 1)
            }
            if state.jobs.count >= capacity {
                return LedgerError(
                    .queueFull, "\(capacity) commands wait to be written; nothing was done. Try again.", retryAfterSeconds: 1)
            }
            state.jobs.append(job)
            return nil
        }
        if refusal == nil { state.signalAll() }
        return refusal
    }

    /// Takes what has gathered, at most `most`; waits for the first if `waits`. `nil` once the queue is closed and empty.
    func take(most: Int, waits: Bool) -> [Job]? {
        state.withLock(when: { !waits || $0.isClosed || !$0.jobs.isEmpty }) { state in
            if state.jobs.isEmpty { return state.isClosed ? nil : [] }
            let taken = Array(state.jobs.prefix(most))
            state.jobs.removeFirst(taken.count)
            return taken
        }
    }

    /// Lets nothing more in; what is in will be done.
    func close() {
        state.withLock { $0.isClosed = true }
        state.signalAll()
    }
}
