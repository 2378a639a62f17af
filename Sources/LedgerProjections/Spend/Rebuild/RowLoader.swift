import LMDB
import LedgerSchema
import MerkleTree

/// Rows of one table in order, on their way from the thread that merges to the one that puts.
struct RowBlock: Sendable {
    private static let sizeBytes = 1 << 18

    let kind: ViewTables.Kind
    /// Row by row what its digest covers: number of the table (1) ‖ length of key (4) ‖ key ‖ value.
    private var bytes: [UInt8] = []
    private var counts: [(key: UInt16, value: UInt16)] = []

    init(_ kind: ViewTables.Kind) {
        self.kind = kind
        bytes.reserveCapacity(Self.sizeBytes + 4_096)
    }

    var isFull: Bool { bytes.count >= Self.sizeBytes }
    var isEmpty: Bool { counts.isEmpty }

    @inline(__always)
    mutating func append(_ key: Span<UInt8>, _ value: Span<UInt8>) {
        bytes.append(kind.rawValue)
        bytes.append(bigEndian: UInt32(key.count))
        bytes.append(copying: key)
        bytes.append(copying: value)
        counts.append((UInt16(key.count), UInt16(value.count)))
    }

    @inline(__always)
    mutating func append(_ row: ChargeIDRow) {
        bytes.append(kind.rawValue)
        // The length of the key, and the hour's four bytes.
        bytes.append(bigEndian: 20 << 32 | row.hour)
        bytes.append(bigEndian: row.high)
        bytes.append(bigEndian: row.low)
        bytes.append(bigEndian: row.position)
        counts.append((20, 8))
    }

    func add(to digest: inout ViewDigest) {
        var start = 0
        for count in counts {
            let end = start + 5 + Int(count.key) + Int(count.value)
            digest.add(rowHash: Hash32.sha256(bytes.span.extracting(start..<end)))
            start = end
        }
    }

    func put(in table: Table, _ transaction: inout WriteTransaction) throws(LMDBError) {
        var start = 5
        for count in counts {
            let (end, next) = (start + Int(count.key), start + Int(count.key) + Int(count.value))
            try transaction.put(table, bytes.span.extracting(start..<end), bytes.span.extracting(end..<next), .append)
            start = next + 5
        }
    }
}

/// Puts blocks of rows at the ends of their tables.
struct RowLoader: Sendable {
    /// Blocks in one transaction: some 16 MB.
    private static let mostBlocks = 64

    private let environment: Environment
    private let tables: ViewTables

    init(_ environment: Environment, _ tables: ViewTables) {
        self.environment = environment
        self.tables = tables
    }

    /// Until the queue is closed and empty.
    func run(_ queue: BoundedQueue<RowBlock>) throws {
        while let first = queue.take() {
            var blocks = [first]
            while blocks.count < Self.mostBlocks, let block = queue.take() { blocks.append(block) }
            try environment.writeGrowing { transaction in
                for block in blocks { try block.put(in: tables[block.kind], &transaction) }
            }
        }
    }
}

extension Environment {
    /// ``write(_:)``; if the map is full, grows it and runs `body` once more: nothing of the first try was committed.
    @available(*, noasync)
    func writeGrowing<R>(_ body: (inout WriteTransaction) throws -> R) throws -> R {
        do {
            return try write { (transaction: inout WriteTransaction) throws in try body(&transaction) }
        } catch let error as LMDBError where error.code == .mapFull && error.outcome != .unknown {
            try grow(to: info().mapSizeBytes * 2)
            return try write { (transaction: inout WriteTransaction) throws in try body(&transaction) }
        }
    }
}
