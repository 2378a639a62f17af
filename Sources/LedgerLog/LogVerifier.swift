package import LMDB
package import LedgerSchema
public import MerkleTree

/// What a walk through the whole log found.
public struct LogReport: Hashable, Sendable {
    public var events: UInt64 = 0
    public var lifecycleEvents: UInt64 = 0
    public var openings: UInt64 = 0
    public var treeNodes: UInt64 = 0
    public var root: Hash32 = MerkleTree.emptyRoot
    /// The first thing that is wrong; the walk stops there.
    public var failure: LogError?

    public init() {}
}

/// Recomputes everything that the log states about itself: positions without a gap, times that never go back, leaf hashes,
/// tree nodes, commitments, the chain of each key.
package struct LogVerifier {
    private let tables: LogTables
    let log: LogReader
    private let logID: LogID
    private var openings = OpeningsCheck()
    private var openingRows = 0
    private var report = LogReport()
    private var frontier = Frontier()
    /// The nodes that the last event completed.
    private var completed: [Hash32] = []
    private var previousTime = Instant.distantPast
    /// What is read in one transaction lasts so long: pages that a writer frees meanwhile cannot be used again.
    private static let pageDuration = Duration.milliseconds(10)

    private init(_ tables: LogTables, _ logID: LogID) {
        self.tables = tables
        self.log = LogReader(tables)
        self.logID = logID
    }

    /// Walks the log in pages, so that no transaction is held for long. Stops at the first failure.
    ///
    /// - Parameter logID: of the format row, which LedgerOpened must name.
    /// - Parameter progress: called after each page with the positions done and the head.
    /// - Throws: errors of the store only; what is wrong with the log is in the report.
    package static func verify(
        _ environment: Environment, logID: LogID, progress: (UInt64, UInt64) -> Void = { _, _ in }
    ) throws -> LogReport {
        var verifier = LogVerifier(LogTables(environment), logID)
        do {
            var next = Position.first
            while true {
                let (done, head) = try environment.read { transaction in
                    try verifier.page(from: next, in: &transaction)
                }
                progress(done.value, head.value)
                if done >= head { break }
                next = done.next
            }
        } catch let mismatch as GroupMismatch {
            verifier.report.failure = verifier.name(mismatch, environment)
        } catch let error as LogError {
            verifier.report.failure = error
        } catch let error as SchemaError {
            verifier.report.failure = LogError(.damaged, error.message, position: error.position)
        } catch let error as LMDBError where error.code == .corrupted || error.code == .pageNotFound {
            verifier.report.failure = LogError(.damaged, error.description)
        }
        verifier.report.root = verifier.frontier.root()
        return verifier.report
    }

    private mutating func page(
        from first: Position, in transaction: inout ReadTransaction
    ) throws -> (done: Position, head: Position) {
        let head = try log.head(in: &transaction).position
        let end = ContinuousClock.now + Self.pageDuration
        var done = Position(first.value - 1)
        while done < head {
            let group = LeafGroup(holding: done.next, head: head)
            try check(group, in: &transaction)
            done = group.last
            if ContinuousClock.now >= end { break }
        }
        // In the last page's own transaction: a writer may go on.
        if done == head { try finish(in: &transaction) }
        return (done, head)
    }

    /// First the bytes of all, so that none is blamed for what another has lost.
    private mutating func check(_ group: LeafGroup, in transaction: inout ReadTransaction) throws {
        let hashes = try log.leafHashes(of: group, in: &transaction)
        try log.compare(hashes, group, in: &transaction)
        for (position, hash) in zip(group.positions, hashes) { try check(position, hash, in: &transaction) }
        if group.isComplete { try checkNodes(of: group, in: &transaction) }
    }

    private mutating func check(_ position: Position, _ leafHash: Hash32, in transaction: inout ReadTransaction) throws {
        let (record, rows) = try log.countedRecord(at: position, in: &transaction)
        let event = try LogReader.event(position, record, leafHash: leafHash)
        guard event.recordedAt >= previousTime else { throw LogError.damaged("recorded time goes back", at: position) }
        previousTime = event.recordedAt
        try openings.take(record, event)
        report.openings += UInt64(record.openings.count)
        if event.event.type.isLifecycle { try checkLink(event, in: &transaction) }
        if position == .first { try checkOpened(event) }
        frontier.append(leafHash) { level, _, hash in
            if level >= LeafGroup.level { completed.append(hash) }
        }
        openingRows += rows
        report.events += 1
    }

    private func checkOpened(_ event: RecordedEvent) throws {
        guard case .ledgerOpened(let opened) = event.event else {
            throw LogError.damaged("the log does not begin with LedgerOpened", at: event.position)
        }
        guard opened.logID == logID else {
            throw LogError.damaged("the format row names log \(logID), LedgerOpened \(opened.logID)", at: event.position)
        }
    }

    private mutating func checkNodes(of group: LeafGroup, in transaction: inout ReadTransaction) throws {
        let stored = try log.storedNodes(completedBy: group.last, in: &transaction)
        for (height, (node, expected)) in zip(stored, completed).enumerated() where node != expected {
            let name = "(\(LeafGroup.level + height), \(group.index >> UInt64(height)))"
            throw LogError.damaged("tree node \(name) does not match its children", at: group.last)
        }
        report.treeNodes += UInt64(completed.count)
        completed.removeAll(keepingCapacity: true)
    }

    private mutating func checkLink(_ event: RecordedEvent, in transaction: inout ReadTransaction) throws {
        guard let link = event.envelope.link else { throw LogError.damaged("the lifecycle event has no link", at: event.position) }
        report.lifecycleEvents += 1
        if link.revision == 1 {
            guard link.previousPosition == .none, link.previousLeafHash == .zero else {
                throw LogError.damaged("revision 1 of key \(link.keyID) links to an event before it", at: event.position)
            }
            return
        }
        guard link.previousPosition > .none, link.previousPosition < event.position else {
            throw LogError.damaged("revision \(link.revision) of key \(link.keyID) has no event before it", at: event.position)
        }
        let before = try log.event(at: link.previousPosition, in: &transaction)
        guard before.leafHash == link.previousLeafHash, before.keyID == link.keyID, before.revision == link.revision - 1 else {
            throw LogError.damaged("revision \(link.revision) of key \(link.keyID) does not continue the one before", at: event.position)
        }
    }

    /// Nothing may stand beside what was read.
    private func finish(in transaction: inout ReadTransaction) throws {
        guard report.events > 0 else { throw LogError(.damaged, "the log is empty. Restore a backup.") }
        try checkTail(in: &transaction)
        let expected = [
            (tables.events, Int(report.events)), (tables.nodes, Int(report.events) / LeafGroup.size), (tables.openings, openingRows),
        ]
        for (table, rows) in expected {
            let found = try transaction.count(table)
            guard found == rows else {
                throw LogError(
                    .damaged, "the \(table.name) table has \(found) rows, its \(report.events) events make \(rows). Restore a backup.")
            }
        }
    }

    private func checkTail(in transaction: inout ReadTransaction) throws {
        let tail = try TreeTail.read(tables, in: &transaction)
        guard tail.position.value == report.events else { throw TreeTail.misplaced(tail.position, Position(report.events)) }
        guard tail.root == frontier.root() else { throw TreeTail.otherRoot }
        guard tail.leafHashes.count == Int(report.events) % LeafGroup.size else {
            throw LogError.damaged("the meta row `tail` has \(tail.leafHashes.count) leaf hashes at position \(tail.position)")
        }
    }
}
