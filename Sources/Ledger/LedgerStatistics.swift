import LMDB
import LedgerLog
import LedgerProjections
public import LedgerSchema
import Synchronization

/// The figures of a ledger at one moment.
public struct LedgerStatistics: Sendable, Hashable {
    public var head: Position
    public var headRecordedAt: Instant
    public var livingKeys: Int
    public var deletedKeys: Int
    public var queueDepth: Int
    public var queueCapacity: Int
    public var mapSizeBytes: Int
    public var mapUsedBytes: Int
    public var pageSizeBytes: Int
    public var readersInUse: Int
    public var oldestReaderAgeNanoseconds: UInt64?
    public var isPoisoned: Bool
    /// Charges that the views lack; the tail answers for them.
    public var unfoldedCharges: Int
    /// The last event that the views hold.
    public var viewsPosition: Position
    /// How long the oldest event that the views lack has waited.
    public var foldLagNanoseconds: Int64
    /// Folds that failed since the start; what they were to fold is folded later.
    public var foldFailures: UInt64
    /// Charges that were refused because others have their ids, since the start.
    public var conflicts: UInt64
    /// Digest of the live key tables.
    public var keysDigest: String
    public var liveSet: String
}

extension Ledger {
    /// - Throws: ``LedgerError``.
    public func statistics() throws -> LedgerStatistics {
        do {
            let info = store.environment.info()
            let viewsPosition = views.position
            return try store.environment.read { (transaction: inout ReadTransaction) throws in
                let set = try LiveSet.read(store.log, in: &transaction)
                let reader = KeyReader(store.keys(set))
                let head = try LogReader(store.log).head(in: &transaction)
                return LedgerStatistics(
                    head: head.position, headRecordedAt: head.recordedAt,
                    livingKeys: try reader.count(.all, .living, in: &transaction),
                    deletedKeys: try reader.count(.all, .past, in: &transaction),
                    queueDepth: queue.depth, queueCapacity: queue.capacity, mapSizeBytes: info.mapSizeBytes, mapUsedBytes: info.usedBytes,
                    pageSizeBytes: info.pageSizeBytes, readersInUse: info.readersInUse,
                    oldestReaderAgeNanoseconds: info.oldestReaderAgeNanoseconds, isPoisoned: store.environment.isPoisoned,
                    unfoldedCharges: views.unfolded, viewsPosition: viewsPosition,
                    foldLagNanoseconds: try foldLag(viewsPosition, head, in: &transaction), foldFailures: views.fold.failures,
                    conflicts: views.conflicts.load(ordering: .relaxed),
                    keysDigest: try KeyFold(store.keys(set), in: &transaction).digest.hex, liveSet: set.rawValue)
            }
        } catch { throw LedgerError(error, log: store.environment.folder) }
    }

    private func foldLag(_ folded: Position, _ head: Head, in transaction: inout ReadTransaction) throws -> Int64 {
        guard folded < head.position else { return 0 }
        let oldest = try LogReader(store.log).recordedAt(of: folded.next, in: &transaction)
        return max(0, max(environment.now(), head.recordedAt).nanoseconds - oldest.nanoseconds)
    }
}
