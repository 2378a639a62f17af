import LedgerSchema
import Synchronization

/// What the views say that is the same for all keys, of the snapshot that was read last: every question about a key's spend needs it, and
/// it changes with a fold alone.
final class SnapshotMemory: Sendable {
    struct Common: Sendable {
        /// The last event that the views hold.
        let position: Position
        /// The last reset of all keys that they hold.
        let lastReset: SpendResetState?
    }

    private let last = Mutex<(commit: Int, common: Common)?>(nil)

    func common(ofCommit number: Int) -> Common? { last.withLock { $0?.commit == number ? $0?.common : nil } }

    func keep(_ common: Common, ofCommit number: Int) { last.withLock { $0 = (number, common) } }
}
