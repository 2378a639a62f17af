import LMDB
import LedgerProjections
import LedgerSchema

/// The thread that folds the tail into the views, some time after the charges were acknowledged. What fails here loses nothing: the
/// log has it, and the tail answers for it.
final class FoldThread: Sendable {
    /// So many charges are folded at once, however little time has passed.
    static let charges = 10_000
    /// Events that are no charges may wait longer.
    private static let patience: Int64 = 20

    private struct State {
        var events = 0
        var charges = 0
        var isStopping = false
        var foldsRest = true
        /// Why the last fold failed; tried again while the views can still be written.
        var failure: String?
        var failures: UInt64 = 0
        /// Nothing can be folded before a restart.
        var isEnded = false

        var isDue: Bool { isStopping || charges >= FoldThread.charges || events >= FoldThread.charges }
    }

    private let fold: @Sendable () throws -> Void
    private let interval: Int64
    private let state = Monitor(State())
    private let thread = Monitor<DedicatedThread?>(nil)

    /// - Parameter fold: folds what the tail holds.
    init(intervalNanoseconds: Int64, _ fold: @escaping @Sendable () throws -> Void) {
        self.fold = fold
        interval = intervalNanoseconds
    }

    /// Why the views do not follow the log; `nil` while they do.
    var failure: String? { state.withLock { $0.failure } }

    /// Folds that failed since the start.
    var failures: UInt64 { state.withLock { $0.failures } }

    func start() throws {
        let started = try DedicatedThread(name: "ledger-fold") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Says that so much was added to the tail.
    func wake(events: Int, charges: Int) {
        let wakes = state.withLock { state in
            let wasIdle = state.events == 0
            state.events += events
            state.charges += charges
            return wasIdle || state.isDue || state.charges == charges
        }
        if wakes { state.signalAll() }
    }

    /// Ends the thread and waits for it.
    ///
    /// - Parameter folding: folds what is left.
    func stop(folding: Bool) {
        requestStop(folding: folding)
        thread.withLock { $0 }?.join()
    }

    /// Lets the thread end by itself.
    func requestStop(folding: Bool) {
        state.withLock {
            $0.isStopping = true
            $0.foldsRest = $0.foldsRest && folding
        }
        state.signalAll()
    }

    private func run() {
        while true {
            state.withLock(when: { $0.isStopping || $0.events > 0 }) { _ in }
            let charges = state.withLock(when: { $0.isDue || $0.charges > 0 }, orAfter: interval * Self.patience) { $0.charges }
            if charges > 0 { state.withLock(when: { $0.isDue }, orAfter: interval) { _ in } }
            let (isStopping, foldsRest, isEnded) = state.withLock { state in
                (state.events, state.charges) = (0, 0)
                return (state.isStopping, state.foldsRest, state.isEnded)
            }
            if !isEnded, foldsRest || !isStopping { foldTail() }
            if isStopping { return }
        }
    }

    private func foldTail() {
        do {
            try fold()
            state.withLock { $0.failure = nil }
        } catch {
            let isOver = (error as? LMDBError).map { $0.outcome == .unknown || $0.code == .poisoned || $0.code == .corrupted } ?? true
            state.withLock { state in
                state.failure = "\(error)"
                state.failures += 1
                state.isEnded = isOver
                // Tried again when the interval is over.
                if !isOver { (state.events, state.charges) = (state.events + 1, state.charges + 1) }
            }
        }
    }
}
