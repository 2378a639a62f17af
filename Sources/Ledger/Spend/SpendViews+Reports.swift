import LMDB
import LedgerProjections
import LedgerSchema

extension SpendViews {
    /// Runs `body` with a snapshot of the views, the segments that it lacks of the log, and the last event of both.
    func report<R>(_ body: ([SpendSegment], SpendReader, Position, inout ReadTransaction) throws -> R) throws -> R {
        switch source {
        case .writer(let tail):
            // What the tail drops after this is in the views by then.
            let segments = tail.snapshot()
            return try views.read { reader, transaction in try answer(segments, reader, &transaction) }
        case .reader(let follower):
            return try follower.read { reader, transaction, tail in try answer(tail.snapshot(), reader, &transaction) }
        }

        func answer(_ segments: [SpendSegment], _ reader: SpendReader, _ transaction: inout ReadTransaction) throws -> R {
            let folded = try reader.position(in: &transaction)
            let lacking = segments.filter { $0.last > folded }
            return try body(lacking, reader, lacking.last?.last ?? folded, &transaction)
        }
    }

    /// The text of a name that has no number, or of a team that only charges name; by the beginning of its hash.
    func text(_ hash: [UInt8]) throws -> String? {
        try views.read { reader, transaction in try reader.text(hash, in: &transaction) }
    }
}
