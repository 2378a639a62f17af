package import LMDB
package import LedgerSchema
package import MerkleTree

/// Appends records. A value: the writer takes a copy before a batch and keeps the new one only if the batch was committed.
///
/// Nothing is durable before the transaction's commit has returned.
package struct LogAppender: Sendable {
    private let tables: LogTables
    package private(set) var head: Head
    package private(set) var frontier: Frontier
    /// Leaf hashes of the group that is not complete.
    private var unfinished: [Hash32] = []

    /// The appender that continues the log as the transaction sees it.
    ///
    /// - Throws: `damaged` if the tree's right edge is not what it was when the last transaction was committed.
    package init(_ tables: LogTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        self.tables = tables
        let log = LogReader(tables)
        head = try log.head(in: &transaction)
        frontier = Frontier()
        guard head.position > .none else { return }
        let tail = try TreeTail.read(tables, in: &transaction)
        guard tail.position == head.position else { throw TreeTail.misplaced(tail.position, head.position) }
        if let group = LeafGroup.unfinished(head: head.position) {
            unfinished = try log.verifiedHashes(of: group, in: &transaction)
        }
        frontier = try log.frontier(followedBy: unfinished, head.position, in: &transaction)
        guard frontier.root() == tail.root else { throw TreeTail.otherRoot }
    }

    /// Appends one record behind the head.
    ///
    /// - Throws: `tooLarge`, `timeWentBack`, errors of the store. After an error the transaction must be aborted, except after
    ///   `tooLarge` and `timeWentBack`, which are found before anything is written.
    package mutating func append(
        _ record: Record, recordedAt: Instant, in transaction: inout WriteTransaction
    ) throws -> (position: Position, leafHash: Hash32) {
        try check(recordedAt)
        let (stored, outside) = try record.stored()
        let appended = try append(stored.span, leaf: record.leaf.span, recordedAt, in: &transaction)
        for opening in outside { try put(opening, at: appended.position, in: &transaction) }
        return appended
    }

    /// Appends a charge.
    ///
    /// - Returns: its position, and how long its record is.
    /// - Throws: as for any record.
    package mutating func append(
        _ charge: Charge, caller: CredentialReference?, recordedAt: Instant, in transaction: inout WriteTransaction
    ) throws -> (position: Position, sizeBytes: Int) {
        try check(recordedAt)
        let (record, leaf) = try ChargeCodec.record(charge, recordedAt: recordedAt, caller: caller)
        let position = try append(record.span, leaf: record.span.extracting(leaf), recordedAt, in: &transaction).position
        return (position, record.count)
    }

    /// Writes what protects the end of the tree. Belongs into each transaction that appends, behind the last record.
    package func writeTail(in transaction: inout WriteTransaction) throws {
        try TreeTail(position: head.position, root: frontier.root(), leafHashes: unfinished).write(tables, in: &transaction)
    }

    private func check(_ recordedAt: Instant) throws {
        guard recordedAt >= head.recordedAt else {
            throw LogError(.timeWentBack, "an event of \(recordedAt) cannot follow one of \(head.recordedAt)", position: head.position.next)
        }
        // A leaf without its time could not be read again: protobuf leaves a zero out.
        guard recordedAt > .epoch else {
            throw LogError(.timeWentBack, "the clock says \(recordedAt); set it right", position: head.position.next)
        }
    }

    private mutating func append(
        _ stored: Span<UInt8>, leaf: Span<UInt8>, _ recordedAt: Instant, in transaction: inout WriteTransaction
    ) throws -> (position: Position, leafHash: Hash32) {
        let position = head.position.next
        let leafHash = MerkleTree.leafHash(leaf)
        let key = LogTables.inlineKey(position)
        try transaction.put(tables.events, key.span, stored, .append)
        var completed: [UInt8] = []
        frontier.append(leafHash) { level, _, hash in
            if level >= LeafGroup.level { hash.append(to: &completed) }
        }
        unfinished.append(leafHash)
        if unfinished.count == LeafGroup.size {
            try transaction.put(tables.nodes, key.span, completed.span, .append)
            unfinished.removeAll(keepingCapacity: true)
        }
        head = Head(position: position, recordedAt: recordedAt)
        return (position, leafHash)
    }

    private func put(_ opening: Opening, at position: Position, in transaction: inout WriteTransaction) throws {
        let bytes = opening.encoded
        for (number, start) in stride(from: 0, to: bytes.count, by: LogTables.chunkSize).enumerated() {
            let chunk = Array(bytes[start..<min(start + LogTables.chunkSize, bytes.count)])
            try transaction.put(tables.openings, LogTables.chunkKey(position, opening.slot, UInt16(number)), chunk, .noOverwrite)
        }
    }
}
