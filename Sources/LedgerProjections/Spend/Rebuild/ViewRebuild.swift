import LMDB
import LedgerDomain
import LedgerLog
import LedgerSchema

/// How far a rebuild has come.
public struct ViewRebuildProgress: Hashable, Sendable {
    public enum Phase: String, Sendable {
        /// `done` counts events of the log whose charges are summed.
        case reading
        /// `done` counts events of the log whose charge ids are gathered.
        case indexing
        /// `done` counts rows of the views; how many there are is not known before.
        case loading
    }

    public var phase: Phase
    public var done: UInt64
    public var of: UInt64
}

/// Fills a folder with views that are made of the log anew: sums in memory, sorted runs on disk beyond it, each table loaded in order.
///
/// The log is read twice, by two threads block by block: for what charges sum up to, then for the index of their ids. Memory is bounded
/// whatever the log's size; the folder is of no use before ``run(through:)`` has returned.
final class ViewRebuild {
    private let source: RebuildSource
    private let environment: Environment
    private let tables: ViewTables
    private let names: ModelNames
    private let monitor: ViewRebuildMonitor

    /// - Parameter path: of the folder, which is made; nothing is flushed before the end.
    init(
        _ path: String, _ log: LogTables, _ logEnvironment: Environment, _ logID: LogID, _ options: ViewStore.Options, names: ModelNames,
        verifiesLeaves: Bool, limits: ViewRebuildLimits, monitor: ViewRebuildMonitor
    ) throws {
        source = RebuildSource(log: log, environment: logEnvironment, verifiesLeaves: verifiesLeaves, limits: limits, folder: path)
        (self.names, self.monitor) = (names, monitor)
        var unflushed = options.environment
        unflushed.noSync = true
        environment = try Environment.open(path, tables: ViewTables.names, optional: ViewTables.optionalNames, options: unflushed)
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
        var fold = try sum(through: last)
        fold.finish(at: last, adding: try index(through: last))
        try environment.write { (transaction: inout WriteTransaction) throws in try fold.saveState(in: &transaction) }
        try environment.sync()
        try Environment.flushFolder(source.folder)
        return ViewState(position: fold.position, digest: fold.digest, lastRun: fold.lastRun)
    }

    /// Makes all rows but those of the charge ids.
    private func sum(through last: Position) throws -> ViewFold {
        let tables = tables
        let fold = try environment.read { (transaction: inout ReadTransaction) throws in try ViewFold(tables, in: &transaction) }
        let keySpend = KeySpendSpool(environment, fold, names: names, source.limits)
        let ordered = Monitor(OrderedGathering(source.folder, keySpend, source.limits))
        let blocks = LogBlocks(of: source.limits.blockEvents, through: last)
        let (source, monitor) = (source, monitor)
        let gathered = try SharedWork.run(
            mine: {
                try source.gather(blocks, share: 0, into: ordered) { try monitor.report(.reading, $0.value, of: last.value) }
            }, others: { try source.gather(blocks, share: $0, into: ordered) }, end: { blocks.end() })
        try monitor.report(.reading, last.value, of: last.value)
        var whole = try ordered.withLock { ordered in
            try ordered.flush()
            return ordered
        }.keySpend.fold
        let runs = gathered.flatMap(\.runs) + ordered.withLock { $0.runs }
        whole.take(try load { try merge(runs, into: &$0) }, lastRun: ordered.withLock { $0.lastRun })
        return whole
    }

    private func merge(_ runs: [SortedRuns], into stream: inout RowStream) throws {
        for kind in ViewTables.Kind.allCases {
            let paths = runs.filter { $0.kind == kind }.flatMap(\.paths)
            if paths.isEmpty { continue }
            try stream.begin(kind)
            var merge = try RowMerge(paths, kind, source.limits)
            try merge.forEach { try stream.append($0, $1) }
            for path in paths { RunReader.remove(path) }
        }
    }

    /// Makes the rows of the charge ids.
    ///
    /// - Returns: their digest.
    private func index(through last: Position) throws -> ViewDigest {
        let blocks = LogBlocks(of: source.limits.blockEvents, through: last)
        let (source, monitor) = (source, monitor)
        let spools = try SharedWork.run(
            mine: { try source.gatherIDs(blocks, share: 0) { try monitor.report(.indexing, $0.value, of: last.value) } },
            others: { try source.gatherIDs(blocks, share: $0) }, end: { blocks.end() })
        try monitor.report(.indexing, last.value, of: last.value)
        return try load { stream in
            try stream.begin(.chargeIDs)
            var merge = try ChargeIDMerge(spools, source.limits)
            try merge.forEach { try stream.append($0) }
        }
    }

    /// Makes rows here, hashes them on a thread of its own and puts them on another.
    ///
    /// - Returns: their digest.
    private func load(_ make: (inout RowStream) throws -> Void) throws -> ViewDigest {
        let (made, hashed) = (BoundedQueue<RowBlock>(capacity: 2), BoundedQueue<RowBlock>(capacity: 2))
        let (loader, monitor) = (RowLoader(environment, tables), monitor)
        let digests = try SharedWork.run(
            on: 3,
            mine: {
                defer { made.close() }
                var stream = RowStream(made, monitor)
                try make(&stream)
                try stream.finish()
                return ViewDigest()
            },
            others: { number in
                if number == 1 { return try RowHasher.run(made, hashed) }
                try loader.run(hashed)
                return ViewDigest()
            },
            end: {
                made.close()
                hashed.close()
            })
        try environment.sync()
        return digests[1]
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
