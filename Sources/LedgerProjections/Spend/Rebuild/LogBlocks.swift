import LMDB
import LedgerSchema

/// Deals the log out to threads in blocks, and lets them do one after the other what depends on the order of events.
final class LogBlocks: Sendable {
    /// The events from `after` to `last`.
    struct Block {
        let number: Int
        let after: Position
        let last: Position
    }

    private struct State {
        var claimed = 0
        /// The first block that is not done.
        var turn = 0
        var isEnded = false
    }

    private let state = Monitor(State())
    private let size: UInt64
    private let last: Position

    /// - Parameter last: the last event that is dealt out.
    init(of size: Int, through last: Position) {
        self.size = UInt64(max(size, 1))
        self.last = last
    }

    /// The next block that nobody has; `nil` at the end.
    func claim() -> Block? {
        state.withLock { state in
            let after = UInt64(state.claimed) * size
            guard !state.isEnded, after < last.value else { return nil }
            defer { state.claimed += 1 }
            return Block(number: state.claimed, after: Position(after), last: Position(min(after + size, last.value)))
        }
    }

    /// Waits until every earlier block is done.
    ///
    /// - Throws: `CancellationError` if somebody has given up.
    func wait(for block: Block) throws(CancellationError) {
        try state.withLock(when: { $0.isEnded || $0.turn == block.number }) { state throws(CancellationError) in
            if state.isEnded { throw CancellationError() }
        }
    }

    /// Says that a block is done, in its turn.
    func finish(_ block: Block) {
        state.withLock { $0.turn = block.number + 1 }
        state.signalAll()
    }

    /// Gives up: nobody gets another block or waits.
    func end() {
        state.withLock { $0.isEnded = true }
        state.signalAll()
    }
}
