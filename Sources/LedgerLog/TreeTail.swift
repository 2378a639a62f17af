import LMDB
import LedgerSchema
import MerkleTree

/// The meta row `tail`: what the tree was when the last transaction that appended was committed. Value: position of the head (8) ‖
/// root (32) ‖ leaf hashes (32 each) of the unfinished ``LeafGroup``, for which the nodes have nothing to compare with.
struct TreeTail: Equatable {
    private static let rowName = Array("tail".utf8)

    var position: Position
    var root: Hash32
    var leafHashes: [Hash32]

    func write(_ tables: LogTables, in transaction: inout WriteTransaction) throws {
        var row = LogTables.key(position)
        row.reserveCapacity(8 + Hash32.byteCount * (1 + leafHashes.count))
        root.append(to: &row)
        for hash in leafHashes { hash.append(to: &row) }
        try transaction.put(tables.meta, Self.rowName, row)
    }

    /// - Throws: `damaged` if the row is missing or none.
    static func read(_ tables: LogTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> TreeTail {
        guard let row = try transaction.get(tables.meta, rowName) else { throw LogError.damaged("the meta row `tail` is missing") }
        guard row.count >= 8 + Hash32.byteCount, let hashes = StoredHashes.read(row.extracting(8..<row.count)) else {
            throw LogError.damaged("the meta row `tail` has \(row.count) bytes, which none has")
        }
        return TreeTail(position: Position(row.bigEndian(at: 0)), root: hashes[0], leafHashes: Array(hashes.dropFirst()))
    }

    static func misplaced(_ position: Position, _ head: Position) -> LogError {
        .damaged("the meta row `tail` belongs to position \(position), the last event is at \(head)")
    }

    static let otherRoot = LogError.damaged("the tree has another root than the meta row `tail` says")
}

enum StoredHashes {
    /// Hashes that stand one behind the other; `nil` if the bytes are no whole number of them.
    static func read(_ bytes: Span<UInt8>) -> [Hash32]? {
        guard bytes.count.isMultiple(of: Hash32.byteCount) else { return nil }
        return stride(from: 0, to: bytes.count, by: Hash32.byteCount).compactMap {
            Hash32(bytes.extracting($0..<$0 + Hash32.byteCount))
        }
    }
}
