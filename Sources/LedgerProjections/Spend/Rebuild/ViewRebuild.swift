import LMDB
import LedgerDomain
import LedgerLog
import LedgerSchema
import Synchronization

/// How far a rebuild has come.
public struct ViewRebuildProgress: Hashable, Sendable {
    public enum Phase: Sendable {
        /// `done` counts events of the log.
        case reading
        /// `done` counts rows of the views; how many there are is not known before.
        case loading
    }

    public var phase: Phase
    public var done: UInt64
    public var of: UInt64
}

/// Fills a folder with views that are made of the log anew: sums in memory, sorted runs on disk beyond it, each table loaded in order.
///
/// One thread reads and sums, another sorts, hashes and writes. Memory is bounded whatever the log's size; the folder is of no use before
/// ``run(through:)`` has returned.
final class ViewRebuild {
    private let path: String
    private let log: LogTables
    private let logEnvironment: Environment
    private let environment: Environment
    private let tables: ViewTables
    private let names: ModelNames
    private let verifiesLeaves: Bool
    private let limits: ViewRebuildLimits
    private let monitor: ViewRebuildMonitor

    /// - Parameter path: of the folder, which is made; nothing is flushed before the end.
    init(
        _ path: String, _ log: LogTables, _ logEnvironment: Environment, _ logID: LogID, _ options: ViewStore.Options, names: ModelNames,
        verifiesLeaves: Bool, limits: ViewRebuildLimits, monitor: ViewRebuildMonitor
    ) throws {
        (self.path, self.log, self.logEnvironment, self.names) = (path, log, logEnvironment, names)
        (self.verifiesLeaves, self.limits, self.monitor) = (verifiesLeaves, limits, monitor)
        var unflushed = options.environment
        unflushed.noSync = true
        environment = try Environment.open(path, tables: ViewTables.names, options: unflushed)
        tables = ViewTables(environment)
        let tables = tables
        try environment.write { (transaction: inout WriteTransaction) throws in
            try ViewState.write(logID, tables, in: &transaction)
            try ViewState.empty.write(tables, in: &transaction)
        }
    }

    deinit { environment.close() }

    /// Makes the rows of every event up to `last`. Flushed when it returns.
    ///
    /// - Throws: `CancellationError`; ``FoldError``, `LogError` and `SchemaError` for an event that cannot be folded; errors of the store
    ///   and of the files.
    @available(*, noasync)
    func run(through last: Position) throws -> ViewState {
        let gathered = try gather(through: last)
        var fold = gathered.keySpend.fold
        let loaded = try load(gathered.runs)
        fold.finish(at: last, adding: loaded, lastRun: gathered.lastRun)
        try environment.write { (transaction: inout WriteTransaction) throws in try fold.saveState(in: &transaction) }
        try environment.sync()
        try Environment.flushFolder(path)
        return ViewState(position: fold.position, digest: fold.digest, lastRun: fold.lastRun)
    }

    /// Reads the log here, and sums, sorts and writes runs on a thread of its own.
    private func gather(through last: Position) throws -> ViewGathering {
        let tables = tables
        let fold = try environment.read { (transaction: inout ReadTransaction) throws in try ViewFold(tables, in: &transaction) }
        let queue = BoundedQueue<SpendSegmentContent>(capacity: 1)
        let result = Mutex<Result<ViewGathering, any Error>?>(nil)
        let (path, environment, names, limits) = (path, environment, names, limits)
        let thread = try DedicatedThread(name: "ledger-rebuild") {
            let gathered = Result {
                var gathering = ViewGathering(path, KeySpendSpool(environment, fold, names: names, limits), limits)
                while let content = queue.take() { try gathering.add(content) }
                try gathering.flush()
                return gathering
            }
            queue.close()
            result.withLock { $0 = gathered }
        }
        let reading = Result { try read(through: last, into: queue) }
        queue.close()
        thread.join()
        let gathered = result.withLock { $0 }
        // What the other thread met made the queue close: it comes first.
        if case .failure(let error) = gathered { throw error }
        try reading.get()
        guard let gathered else { throw CancellationError() }
        return try gathered.get()
    }

    private func read(through last: Position, into queue: BoundedQueue<SpendSegmentContent>) throws {
        var segments = LogSegments(
            log, logEnvironment, after: .none, through: last, size: LogSegments.Size(limits), verifiesLeaves: verifiesLeaves)
        while let content = try segments.nextContent() {
            try monitor.report(.reading, content.last.value, of: last.value)
            guard queue.put(content) else { return }
        }
    }

    /// Merges runs and hashes rows here, and puts them on a thread of its own.
    private func load(_ runs: [(kind: ViewTables.Kind, paths: [String])]) throws -> ViewDigest {
        let queue = BoundedQueue<RowBlock>(capacity: 4)
        let failure = Mutex<(any Error)?>(nil)
        let loader = RowLoader(environment, tables)
        let thread = try DedicatedThread(name: "ledger-loader") {
            do { try loader.run(queue) } catch { failure.withLock { $0 = error } }
            queue.close()
        }
        let merging = Result { try merge(runs, into: queue) }
        queue.close()
        thread.join()
        if let error = failure.withLock({ $0 }) { throw error }
        return try merging.get()
    }

    private func merge(_ runs: [(kind: ViewTables.Kind, paths: [String])], into queue: BoundedQueue<RowBlock>) throws -> ViewDigest {
        var digest = ViewDigest()
        var rows: UInt64 = 0
        for (kind, paths) in runs {
            var merge = try RowMerge(paths, kind, limits)
            var block = RowBlock(kind)
            try merge.forEach { key, value in
                digest.add(kind.rawValue, key: key, value: value)
                block.append(key, value)
                rows += 1
                guard block.isFull else { return }
                try monitor.report(.loading, rows, of: 0)
                guard queue.put(block) else { throw CancellationError() }
                block = RowBlock(kind)
            }
            guard queue.put(block) else { throw CancellationError() }
            for path in paths { RunReader.remove(path) }
        }
        return digest
    }
}

/// Tells how far a rebuild has come, and whether to go on.
struct ViewRebuildMonitor {
    let progress: (ViewRebuildProgress) -> Void
    let isCancelled: () -> Bool

    /// - Throws: `CancellationError`.
    func report(_ phase: ViewRebuildProgress.Phase, _ done: UInt64, of: UInt64) throws {
        progress(ViewRebuildProgress(phase: phase, done: done, of: of))
        if isCancelled() { throw CancellationError() }
    }
}

extension LogSegments.Size {
    /// The key of every credential is remembered: the events that introduce them are read before their charges.
    fileprivate init(_ limits: ViewRebuildLimits) {
        self.init(charges: limits.segmentCharges, rows: limits.segmentRows, credentials: .max, keepsRawIDs: true)
    }
}
