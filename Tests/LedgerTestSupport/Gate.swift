import LMDB
public import Ledger

/// Holds the writer's thread between its flush and its answers, so that a test can let commands gather.
public final class Gate: Sendable {
    private struct State {
        var isOpen: Bool
        var holds = false
    }

    private let state: Monitor<State>

    public init(isOpen: Bool = false) { state = Monitor(State(isOpen: isOpen)) }

    public var observer: LedgerObserver {
        LedgerObserver { [state] _ in
            state.withLock { $0.holds = true }
            state.withLock(when: { $0.isOpen }) { $0.holds = false }
        }
    }

    public func close() { state.withLock { $0.isOpen = false } }

    public func open() {
        state.withLock { $0.isOpen = true }
        state.signalAll()
    }

    /// Returns once the writer stands at the gate.
    public func writerStands() async {
        while !state.withLock({ $0.holds }) { await Task.yield() }
    }
}

extension TestLedger {
    /// Returns once so many commands wait for the writer.
    public func queueHolds(_ count: Int) async throws {
        while try ledger.statistics().queueDepth != count { await Task.yield() }
    }
}
