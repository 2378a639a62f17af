import LMDB
import LedgerLog
import LedgerSchema
import MerkleTree

/// Compares leaves with the hashes that the log has of them: LMDB has no checksums, and bytes that rotted would be folded as they are.
struct LeafVerifier {
    private let tables: LogTables
    private var first: Position = .none
    private var hashes: [Hash32] = []

    init(_ tables: LogTables) { self.tables = tables }

    /// Reads the hashes of the events that come next.
    mutating func load(from position: Position, limit: Int, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        first = position
        hashes.removeAll(keepingCapacity: true)
        try transaction.scan(tables.leaves, from: LogTables.key(position), limit: limit) { _, value in
            guard let hash = Hash32(value) else { return .stop }
            hashes.append(hash)
            return .continue
        }
    }

    /// - Throws: `damaged` if a record's leaf has another hash.
    func verify(_ record: Span<UInt8>, at position: Position) throws {
        let number = Int(position.value - first.value)
        guard number < hashes.count, LogReader.leafHash(record) == hashes[number] else {
            throw LogError(
                .damaged, "the leaf's bytes do not match their hash. The log is damaged here; restore a backup.", position: position)
        }
    }
}
