import LMDB
import LedgerLog
import LedgerProjections
public import LedgerSchema

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
    /// Digest of the live key tables.
    public var keysDigest: String
    public var liveSet: String
}

extension Ledger {
    /// - Throws: ``LedgerError``.
    public func statistics() throws -> LedgerStatistics {
        do {
            let info = store.environment.info()
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
                    keysDigest: try KeyFold(store.keys(set), in: &transaction).digest.hex, liveSet: set.rawValue)
            }
        } catch { throw LedgerError(error, log: store.environment.folder) }
    }
}
