import LMDB

/// What the writer is asked to do, and where its answer goes.
enum Job: Sendable {
    case command(CommandRequest, Answer<Receipt>)
    case charges(ChargeJob, Answer<ChargeReceipt>)
    case adjustment(AdjustmentJob, Answer<ChargeReceipt>)
    case spendReset(SpendResetRequest, Answer<SpendResetReceipt>)
    case acceptClock(Answer<Void>)
    case rebuildKeys(progress: @Sendable (RebuildProgress) -> Void, Answer<RebuildReport>)

    /// Charges that it brings.
    var charges: Int {
        switch self {
        case .charges(let job, _): job.charges.count
        case .adjustment: 1
        default: 0
        }
    }

    /// What the charges take.
    var sizeBytes: Int {
        switch self {
        case .charges(let job, _): job.sizeBytes
        case .adjustment(let job, _): job.charge.sizeBytes
        default: 0
        }
    }

    func fail(_ error: LedgerError) {
        switch self {
        case .command(_, let answer): answer.resume(throwing: error)
        case .charges(_, let answer), .adjustment(_, let answer): answer.resume(throwing: error)
        case .spendReset(_, let answer): answer.resume(throwing: error)
        case .acceptClock(let answer): answer.resume(throwing: error)
        case .rebuildKeys(_, let answer): answer.resume(throwing: error)
        }
    }
}

/// The caller who waits for a job.
typealias Answer<Value> = CheckedContinuation<Value, any Error>

/// The bounded queue before the writer (invariant 10: full is an answer, nothing is half done).
final class CommandQueue: Sendable {
    /// Charges that may wait, and what they may take.
    static let mostCharges = 100_000
    static let mostBytes = 64 << 20

    private struct State {
        var jobs: [Job] = []
        var charges = 0
        var sizeBytes = 0
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
            if job.charges > 0, state.charges + job.charges > Self.mostCharges || state.sizeBytes + job.sizeBytes > Self.mostBytes {
                return LedgerError(
                    .queueFull, "\(state.charges) charges wait to be written; nothing was recorded. Try again.", retryAfterSeconds: 1)
            }
            state.charges += job.charges
            state.sizeBytes += job.sizeBytes
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
            for job in taken {
                state.charges -= job.charges
                state.sizeBytes -= job.sizeBytes
            }
            return taken
        }
    }

    /// Lets nothing more in; what is in will be done.
    func close() {
        state.withLock { $0.isClosed = true }
        state.signalAll()
    }
}
