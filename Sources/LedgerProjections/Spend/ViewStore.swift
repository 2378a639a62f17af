package import LMDB
import LedgerDomain
package import LedgerSchema
import Synchronization

/// The views of a ledger: the generation that its pointer file names, and the one fold into it.
///
/// Any thread may read; one at a time folds.
package final class ViewStore: Sendable {
    /// Raised when the rows that the same events make change.
    package static let version: UInt32 = 1

    package struct Options: Sendable {
        package var access: Environment.Options.Access
        package var mapSizeBytes: Int
        package var allowsNetworkFileSystem: Bool
        package var zones: ReportZones

        package init(
            access: Environment.Options.Access = .readWrite, mapSizeBytes: Int = 256 << 30, allowsNetworkFileSystem: Bool = false,
            zones: ReportZones = ReportZones()
        ) {
            self.access = access
            self.mapSizeBytes = mapSizeBytes
            self.allowsNetworkFileSystem = allowsNetworkFileSystem
            self.zones = zones
        }
    }

    private struct Published: Sendable {
        /// `nil` once closed.
        var generation: ViewGeneration?
        var position: Position
        var digest: ViewDigest
    }

    let log: LogID
    let options: Options
    let folders: ViewFolders
    package let names: ModelNames
    /// Held while something folds.
    let folding: Mutex<ViewFold>
    private let published: Mutex<Published>
    let isRebuilding = Atomic(false)

    /// Opens the views in a ledger's folder; with `readWrite` it makes them where there are none and clears away what was left over.
    ///
    /// - Throws: ``FoldError`` if another version of the fold or another log filled them; errors of the store.
    package init(_ folder: String, log: LogID, _ options: Options = Options(), names: ModelNames) throws {
        (self.log, self.options, self.names) = (log, options, names)
        folders = ViewFolders(ledger: folder)
        let generation = try Self.open(folders, log, options)
        var fold = try generation.environment.read { (transaction: inout ReadTransaction) throws in
            try Self.requireLog(log, generation.tables, in: &transaction)
            return try ViewFold(generation.tables, in: &transaction)
        }
        if options.access == .readWrite { fold = try Self.openZones(fold, options.zones, in: generation.environment) }
        folding = Mutex(fold)
        published = Mutex(Published(generation: generation, position: fold.position, digest: fold.digest))
    }

    private static func open(_ folders: ViewFolders, _ log: LogID, _ options: Options) throws -> ViewGeneration {
        if options.access == .readWrite {
            let current = try folders.current()
            try folders.removeLeftovers(except: current)
            if current == nil {
                let number = try folders.unusedNumber()
                try ViewGeneration.create(number, in: folders, log: log, options)
                try folders.point(to: number)
            }
        }
        return try openCurrent(folders, options)
    }

    /// A writer in another process may swap generations at any moment: the folder that the pointer named may be gone.
    static func openCurrent(_ folders: ViewFolders, _ options: Options) throws -> ViewGeneration {
        var named = try folders.current()
        while let number = named {
            do {
                return try ViewGeneration(number, in: folders, options)
            } catch let error as LMDBError {
                named = try folders.current()
                if named == number { throw error }
            }
        }
        throw FoldError(position: .none, message: "the ledger has no views of its charges yet; run `keyledger rebuild --view activity`")
    }

    static func requireLog(_ log: LogID, _ tables: ViewTables, in transaction: inout ReadTransaction) throws {
        guard try ViewState.log(tables, in: &transaction) == log else {
            throw FoldError(position: .none, message: "the views belong to another log; run `keyledger rebuild --view activity`")
        }
    }

    /// The last event folded, by this process where it writes.
    package var position: Position { published.withLock { $0.position } }
    package var digest: ViewDigest { published.withLock { $0.digest } }

    /// The generation that answers.
    ///
    /// - Throws: `closed`; beside a writer in another process errors of opening the one that took its place.
    func generation() throws -> ViewGeneration {
        guard let generation = published.withLock({ $0.generation }) else {
            throw LMDBError(.closed, "the views have been closed; open them again", operation: "read", path: folders.ledger)
        }
        if options.access == .readWrite { return generation }
        if try folders.current() == generation.number { return generation }
        return try follow()
    }

    /// Goes over to the generation that the writer's process names by now.
    private func follow() throws -> ViewGeneration {
        try folding.withLock { fold in
            if let generation = published.withLock({ $0.generation }), try folders.current() == generation.number { return generation }
            let generation = try Self.openCurrent(folders, options)
            fold = try generation.environment.read { (transaction: inout ReadTransaction) throws in
                try Self.requireLog(log, generation.tables, in: &transaction)
                return try ViewFold(generation.tables, in: &transaction)
            }
            publish(fold, generation)
            return generation
        }
    }

    /// Makes what was folded or swapped visible.
    func publish(_ fold: ViewFold, _ generation: ViewGeneration? = nil) {
        let old = published.withLock { state in
            (state.position, state.digest) = (fold.position, fold.digest)
            guard let generation else { return nil as ViewGeneration? }
            defer { state.generation = generation }
            return state.generation
        }
        // Outside the lock: the last user of a generation closes and removes it.
        withExtendedLifetime(old) {}
    }

    /// Runs `body` with a snapshot of the views. Take the tail's entries first and read the log last (DESIGN.md section 4).
    @available(*, noasync)
    package func read<R>(_ body: (SpendReader, inout ReadTransaction) throws -> R) throws -> R {
        let generation = try generation()
        // A writer of another process may fail at a commit that was seen here, and its successor give the number to another.
        let memory = options.access == .readWrite ? generation.memory : nil
        return try generation.environment.read { (transaction: inout ReadTransaction) throws in
            try body(SpendReader(generation.tables, memory), &transaction)
        }
    }

    /// Folds segments that continue ``position``, in one transaction. Durable when it returns.
    ///
    /// - Throws: errors of the store; ``FoldError``. Nothing is folded then.
    @available(*, noasync)
    package func fold(_ segments: [SpendSegment]) throws {
        try folding.withLock { fold in try self.fold(segments, &fold, into: generation()) }
    }

    /// Folds everything that a tail holds, then drops it from there.
    @available(*, noasync)
    package func fold(_ tail: SpendTail) throws {
        for segment in tail.snapshot() {
            try fold([segment])
            tail.drop(through: segment.last)
        }
    }

    func fold(_ segments: [SpendSegment], _ fold: inout ViewFold, into generation: ViewGeneration) throws {
        fold = try generation.environment.writeGrowing { transaction in
            var next = fold
            try next.apply(segments, names: names, in: &transaction)
            try next.saveState(in: &transaction)
            return next
        }
        publish(fold)
    }

    /// The environment that answers.
    package var environment: Environment { get throws { try generation().environment } }

    /// The figures of the environment that answers.
    package func info() throws -> EnvironmentInfo { try generation().environment.info() }

    /// Lets go of the folder, with the last query.
    package func close() {
        let generation = published.withLock { state in
            defer { state.generation = nil }
            return state.generation
        }
        generation?.environment.close()
    }
}

extension ViewRebuildReport {
    /// Lets new views answer that were kept because their digest is another; the old ones are kept then. Of a stopped ledger alone.
    package mutating func replaceViews(in folder: String) throws {
        guard !isSwapped else { return }
        let folders = ViewFolders(ledger: folder)
        try folders.exchangeKept()
        isSwapped = true
        keptFolder = try folders.kept()
    }
}

extension ViewStore {
    /// The environment that answers: for tests and tools of this package.
    package func currentEnvironment() throws -> Environment { try generation().environment }
}
