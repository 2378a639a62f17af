import LMDB

/// Hands rows in order, block by block, to the threads that hash and put them.
struct RowStream {
    private let queue: BoundedQueue<RowBlock>
    private let monitor: ViewRebuildMonitor
    private var block: RowBlock?
    private var rows: UInt64 = 0

    init(_ queue: BoundedQueue<RowBlock>, _ monitor: ViewRebuildMonitor) {
        self.queue = queue
        self.monitor = monitor
    }

    /// The rows that follow are those of another table.
    mutating func begin(_ kind: ViewTables.Kind) throws { try handOver(RowBlock(kind)) }

    @inline(__always)
    mutating func append(_ key: Span<UInt8>, _ value: Span<UInt8>) throws {
        block?.append(key, value)
        try count()
    }

    @inline(__always)
    mutating func append(_ row: ChargeIDRow) throws {
        block?.append(row)
        try count()
    }

    mutating func finish() throws { try handOver(nil) }

    @inline(__always)
    private mutating func count() throws {
        rows += 1
        if let kind = block?.kind, block?.isFull == true { try handOver(RowBlock(kind)) }
    }

    private mutating func handOver(_ next: RowBlock?) throws {
        try monitor.report(.loading, rows, of: 0)
        let full = block
        block = next
        if let full, !full.isEmpty, !queue.put(full) { throw CancellationError() }
    }
}

/// Sums the digest of rows on their way.
enum RowHasher {
    static func run(_ rows: BoundedQueue<RowBlock>, _ hashed: BoundedQueue<RowBlock>) throws -> ViewDigest {
        defer { hashed.close() }
        var digest = ViewDigest()
        while let block = rows.take() {
            block.add(to: &digest)
            guard hashed.put(block) else { throw CancellationError() }
        }
        return digest
    }
}
