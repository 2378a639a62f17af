import LMDB
import LedgerLog
import LedgerProjections
import LedgerSchema
import MerkleTree

/// What a start looks at before it takes commands: the first event's log id, the last events' bytes against their hashes, the key
/// tables at the head.
enum TailCheck {
    static let events: UInt64 = 256

    static func run(_ store: Store, _ logID: LogID) throws {
        let log = LogReader(store.log)
        try store.environment.read { (transaction: inout ReadTransaction) throws in
            let head = try log.head(in: &transaction).position
            guard head > .none else {
                throw LedgerError(.damaged, "the log is empty although the folder was made into a ledger. Restore a backup.")
            }
            do {
                guard case .ledgerOpened(let opened) = try log.event(at: .first, in: &transaction).event, opened.logID == logID else {
                    throw LedgerError(.damaged, "position 1 does not open log \(logID), which the format row names. Restore a backup.")
                }
                var tail = VerifiedEvents(log)
                for value in (head.value > events ? head.value - events + 1 : 1)...head.value {
                    _ = try tail.event(at: Position(value), in: &transaction)
                }
            } catch let error as LogError {
                throw LedgerError(.damaged, error.description)
            }
            let fold = try KeyFold(store.keys(LiveSet.read(store.log, in: &transaction)), in: &transaction)
            guard fold.position == head else {
                throw LedgerError(
                    .damaged, "the key tables stand at position \(fold.position), the log at \(head). Run `keyledger rebuild`.")
            }
        }
    }
}
