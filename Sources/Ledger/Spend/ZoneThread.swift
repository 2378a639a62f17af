import LMDB
import LedgerProjections
import LedgerSchema

/// The thread that fills the tables of report zones after an opening, and ends when that is done.
final class ZoneThread: Sendable {
    /// Between slices, so that a fold that waits comes first.
    private static let pauseNanoseconds: Int64 = 5_000_000

    private struct State {
        var isStopping = false
        var failure: String?
        var thread: DedicatedThread?
    }

    private let views: ViewStore
    private let state = Monitor(State())

    init(_ views: ViewStore) { self.views = views }

    /// Why a slice failed, which ended the filling until the next start; `nil` if none has.
    var failure: String? { state.withLock { $0.failure } }

    func start() throws {
        try state.withLock { state in
            state.thread = try DedicatedThread(name: "report-zones") { [self] in run() }
        }
    }

    /// Lets the thread end by itself, with what it has done so far.
    func requestStop() {
        state.withLock { $0.isStopping = true }
        state.signalAll()
    }

    /// Ends the thread and waits for it.
    func stop() {
        requestStop()
        state.withLock { $0.thread }?.join()
    }

    private func run() {
        do {
            try views.tendZones {
                state.withLock(when: { $0.isStopping }, orAfter: Self.pauseNanoseconds) { !$0.isStopping }
            }
        } catch { state.withLock { $0.failure = "\(error)" } }
    }
}
