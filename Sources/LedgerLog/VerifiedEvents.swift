package import LMDB
package import LedgerSchema
import MerkleTree

/// Reads events one by one, none whose leaf is not what the tree says. Made for reading in order: what a group's records were compared
/// with is kept for the next event.
package struct VerifiedEvents: Sendable {
    private let log: LogReader
    private var first: Position = .first
    private var hashes: [Hash32] = []

    package init(_ log: LogReader) { self.log = log }

    /// An event whose group is what was written, and whose slots' text matches its commitments.
    ///
    /// - Throws: as ``LogReader/event(at:in:)``, and `damaged`.
    package mutating func event(
        at position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> RecordedEvent {
        let record = try log.record(at: position, in: &transaction)
        let event = try LogReader.event(position, record)
        guard try hash(at: position, in: &transaction) == event.leafHash else {
            throw LogError.damaged("the leaf's bytes do not match their hash", at: position)
        }
        for opening in record.openings where opening.form == .plain {
            guard event.envelope.commitment(of: opening.slot) == opening.commitment else {
                throw LogError.damaged("the text of the \(opening.slot) slot does not match its commitment", at: position)
            }
        }
        return event
    }

    private mutating func hash(
        at position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Hash32 {
        if position < first || position.value - first.value >= UInt64(hashes.count) {
            let group = LeafGroup(holding: position, head: try log.head(in: &transaction).position)
            hashes = try log.verifiedHashes(of: group, in: &transaction)
            first = group.first
        }
        return hashes[Int(position.value - first.value)]
    }
}
