import LedgerProjections
import LedgerSchema
import Synchronization

/// What was spent of a key's budgets up to an event.
final class KnownSpend: Sendable {
    let answer: KeySpendAnswer
    private let seen: Atomic<UInt64>

    init(_ answer: KeySpendAnswer, upTo position: Position) {
        self.answer = answer
        seen = Atomic(position.value)
    }

    /// The last event that it is known to count, whether or not that is one of the key.
    var position: Position { Position(seen.load(ordering: .relaxed)) }

    /// Notes that up to that event nothing was added.
    func stands(until position: Position) { seen.max(position.value, ordering: .relaxed) }
}
