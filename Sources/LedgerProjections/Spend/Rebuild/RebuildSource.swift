import LMDB
import LedgerLog
import LedgerSchema
import MerkleTree

/// The log as the threads of a rebuild read it, block by block.
struct RebuildSource: Sendable {
    private static let pageNanoseconds: UInt64 = 8_000_000
    /// Events between two looks at the clock.
    private static let step = 1_024

    let log: LogTables
    let environment: Environment
    let verifiesLeaves: Bool
    let limits: ViewRebuildLimits
    /// Where sorted runs go.
    let folder: String

    /// Gathers sums of blocks until there are no more.
    ///
    /// - Parameters:
    ///   - share: the thread's number.
    ///   - ordered: takes each block in its turn.
    ///   - report: called with the last event of each block before it is read.
    func gather(
        _ blocks: LogBlocks, share: Int, into ordered: Monitor<OrderedGathering>, report: (Position) throws -> Void = { _ in }
    ) throws -> BlockGathering {
        var segments = LogSegments(log, environment, after: .none, size: LogSegments.Size(limits), verifiesLeaves: verifiesLeaves)
        var gathering = BlockGathering(folder, share, limits)
        while let block = blocks.claim() {
            try report(block.last)
            segments.move(after: block.after, through: block.last)
            while try segments.next({ content in
                try blocks.wait(for: block)
                try ordered.withLock { try $0.add(content) }
            }) {
                if segments.wasFull { try segments.takeRollups { try gathering.addRollups($0) } }
                if gathering.isFull { try segments.takeSums { try gathering.add($0) } }
            }
            try blocks.wait(for: block)
            blocks.finish(block)
        }
        try segments.takeSums { try gathering.add($0) }
        try gathering.flush()
        return gathering
    }

    /// Gathers the charge ids of blocks until there are no more.
    ///
    /// - Parameters: as of the other.
    func gatherIDs(_ blocks: LogBlocks, share: Int, report: (Position) throws -> Void = { _ in }) throws -> ChargeIDSpool {
        var spool = try ChargeIDSpool("\(folder)/run.chargeIDs.\(share)", limits)
        while let block = blocks.claim() {
            try report(block.last)
            var position = block.after
            while position < block.last { try page(&position, block.last, &spool) }
        }
        try spool.finish()
        return spool
    }

    /// Takes what a transaction of a few milliseconds gives.
    private func page(_ position: inout Position, _ last: Position, _ spool: inout ChargeIDSpool) throws {
        let reader = LogReader(log)
        var charge = ChargeView()
        let end = monotonicNanoseconds() + Self.pageNanoseconds
        try environment.read { (transaction: inout ReadTransaction) throws in
            while position < last, monotonicNanoseconds() < end {
                let limit = Int(min(UInt64(Self.step), last.value - position.value))
                let count = try reader.scan(from: position.next, limit: limit, in: &transaction) { at, record in
                    try Self.take(at, record, &charge, &spool)
                    return .continue
                }
                guard count == limit else {
                    throw LogError(.noSuchPosition, "the log has no event at this position", position: position.next)
                }
                position = Position(position.value + UInt64(limit))
            }
        }
    }

    private static func take(
        _ position: Position, _ record: Span<UInt8>, _ charge: inout ChargeView, _ spool: inout ChargeIDSpool
    ) throws {
        let isCharge: Bool
        do throws(SchemaError) { isCharge = try charge.take(record) } catch { throw error.at(position) }
        guard isCharge, charge.hasIdentity else { return }
        let hash = charge.withBytes(of: charge.chargeID, in: record) { Hash32.sha256($0) }
        let identity = ChargeIdentity(hour: ChargeIdentity.hour(of: charge.occurredAt), hash: hash)
        try spool.append(ChargeIDRow(identity, position))
    }
}

extension LogSegments.Size {
    /// The key of every credential is remembered: the events that introduce them are mostly read before their charges.
    fileprivate init(_ limits: ViewRebuildLimits) {
        // A row of a quarter counts twice: it makes one of a day too.
        let rows = 2 * min(limits.summedRows, limits.rollupRows / SharedWork.threads)
        self.init(rows: rows, credentials: .max, keepsIDs: false, keepsSums: true)
    }
}
