import LMDB
import MerkleTree

/// Hands rows in order to the thread that puts them, and sums their digest.
struct RowStream {
    private let queue: BoundedQueue<RowBlock>
    private let monitor: ViewRebuildMonitor
    private var block: RowBlock?
    private var digest = ViewDigest()
    private var rows: UInt64 = 0

    init(_ queue: BoundedQueue<RowBlock>, _ monitor: ViewRebuildMonitor) {
        self.queue = queue
        self.monitor = monitor
    }

    /// The rows that follow are those of another table.
    mutating func begin(_ kind: ViewTables.Kind) throws { try handOver(RowBlock(kind)) }

    @inline(__always)
    mutating func append(_ key: Span<UInt8>, _ value: Span<UInt8>) throws {
        if let hash = block?.append(key, value) { try count(hash) }
    }

    @inline(__always)
    mutating func append(_ row: ChargeIDRow) throws {
        if let hash = block?.append(row) { try count(hash) }
    }

    /// - Returns: the digest of all rows.
    mutating func finish() throws -> ViewDigest {
        try handOver(nil)
        return digest
    }

    @inline(__always)
    private mutating func count(_ hash: Hash32) throws {
        digest.add(rowHash: hash)
        rows += 1
        if let full = block, full.isFull { try handOver(RowBlock(full.kind)) }
    }

    private mutating func handOver(_ next: RowBlock?) throws {
        try monitor.report(.loading, rows, of: 0)
        let full = block
        block = next
        if let full, !full.isEmpty, !queue.put(full) { throw CancellationError() }
    }
}
