package import LMDB
import LedgerDomain
package import LedgerLog
package import LedgerSchema
import Synchronization

extension ViewStore {
    /// How close to the running views the new ones have to be before the fold is held for the rest.
    private static let closeEvents: UInt64 = 20_000

    /// Makes the views anew beside those that answer, compares both where they stand at the same position, and lets the new ones answer.
    ///
    /// Reads and the writer go on; folds go on but for the last stretch. Cut short, nothing is changed and it can be run again. With the
    /// same version of the fold and another digest the old ones go on to answer.
    ///
    /// - Parameters:
    ///   - verifiesLeaves: whether each event's leaf is compared with its hash.
    ///   - isCancelled: asked now and then.
    /// - Throws: `CancellationError`; `alreadyOpen` if a rebuild is under way; ``FoldError``, `LogError` and `SchemaError` for an event that
    ///   cannot be folded; errors of the store.
    @available(*, noasync)
    package func rebuild(
        _ log: LogTables, _ environment: Environment, verifiesLeaves: Bool = true, limits: ViewRebuildLimits = .standard,
        isCancelled: @escaping () -> Bool = { false },
        progress: @escaping (ViewRebuildProgress) -> Void = { _ in }
    ) throws -> ViewRebuildReport {
        guard isRebuilding.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
            throw LMDBError(.alreadyOpen, "a rebuild of the views is under way already", operation: "rebuild", path: folders.ledger)
        }
        defer { isRebuilding.store(false, ordering: .releasing) }
        let monitor = ViewRebuildMonitor(progress: progress, isCancelled: isCancelled)
        let number = try folders.unusedNumber()
        try Self.fill(number, folders, log, environment, self.log, options, names, through: position, verifiesLeaves, limits, monitor)
        let generation = try ViewGeneration(number, in: folders, options)
        do {
            return try take(generation, log, environment, monitor)
        } catch {
            generation.retire()
            throw error
        }
    }

    /// Fills a folder; nothing of it is left after an error.
    private static func fill(
        _ number: Int, _ folders: ViewFolders, _ log: LogTables, _ environment: Environment, _ logID: LogID, _ options: Options,
        _ names: ModelNames, through last: Position, _ verifiesLeaves: Bool, _ limits: ViewRebuildLimits, _ monitor: ViewRebuildMonitor
    ) throws {
        let path = folders.unfinishedPath(number)
        do {
            let rebuild = try ViewRebuild(
                path, log, environment, logID, options, names: names, verifiesLeaves: verifiesLeaves, limits: limits, monitor: monitor)
            _ = try rebuild.run(through: last)
        } catch {
            folders.remove(path)
            throw error
        }
        try folders.finish(number)
    }

    /// Folds the new generation to where the running one stands, compares and swaps.
    private func take(
        _ generation: ViewGeneration, _ log: LogTables, _ environment: Environment, _ monitor: ViewRebuildMonitor
    ) throws -> ViewRebuildReport {
        var fold = try generation.environment.read { (transaction: inout ReadTransaction) throws in
            try ViewFold(generation.tables, in: &transaction)
        }
        let zones = folding.withLock { $0.zones }
        try Self.fillZones(zones, &fold, generation.environment) { try monitor.report(.loading, $0, of: 0) }
        while fold.position.value + Self.closeEvents < position.value {
            try catchUp(generation, &fold, log, environment, through: position)
            try monitor.report(.reading, fold.position.value, of: position.value)
        }
        return try folding.withLock { running in
            try catchUp(generation, &fold, log, environment, through: running.position)
            let old = try self.generation()
            var report = ViewRebuildReport(
                position: running.position.value, oldVersion: Self.version, newVersion: Self.version, oldDigest: running.digest.hex,
                newDigest: fold.digest.hex, isSwapped: fold.digest == running.digest)
            guard report.isSwapped else {
                try report.note(ViewComparison(old, generation))
                report.keptFolder = try keep(generation)
                return report
            }
            try folders.point(to: generation.number)
            running = fold
            publish(fold, generation)
            old.retire()
            return report
        }
    }

    private func catchUp(
        _ generation: ViewGeneration, _ fold: inout ViewFold, _ log: LogTables, _ environment: Environment, through last: Position
    ) throws {
        var segments = LogSegments(log, environment, after: fold.position, through: last, size: .ofFold(zones: fold.zones.count))
        while let segment = try segments.next() {
            fold = try generation.environment.writeGrowing { transaction in
                var next = fold
                try next.apply([segment], names: names, in: &transaction)
                try next.saveState(in: &transaction)
                return next
            }
        }
    }

    private func keep(_ generation: ViewGeneration) throws -> String {
        generation.environment.close()
        try folders.removeKept()
        try folders.keep(generation.number)
        return folders.keptPath(generation.number)
    }
}

extension ViewStore {
    /// Events that are folded sooner than all views are made anew.
    package static let fewEvents: UInt64 = 200_000

    /// Whether making the views anew takes less time than folding what they lack.
    private static func isFar(_ position: Position, behind head: Position, _ fewEvents: UInt64 = fewEvents) -> Bool {
        position < head && head.value - position.value > max(fewEvents, head.value / 4)
    }

    /// Opens the views of a ledger for its writer and brings them to the head of its log: folds what they lack or, if that is much of the
    /// log or another version of the fold filled them, makes them anew.
    ///
    /// - Parameter fewEvents: so many are always folded.
    /// - Throws: as ``init(_:log:_:names:)``, ``catchUp(_:_:progress:)`` and
    ///   ``rebuild(_:log:_:names:_:_:verifiesLeaves:limits:isCancelled:progress:)``.
    @available(*, noasync)
    package static func upToDate(
        _ folder: String, log logID: LogID, _ options: Options = Options(), names: ModelNames, _ log: LogTables, _ environment: Environment,
        fewEvents: UInt64 = fewEvents
    ) throws -> ViewStore {
        let head = try environment.read { try LogReader(log).head(in: &$0).position }
        if try needsRebuild(ViewFolders(ledger: folder), options, head, fewEvents) {
            _ = try rebuild(folder, log: logID, options, names: names, log, environment)
        }
        let store = try ViewStore(folder, log: logID, options, names: names)
        try store.catchUp(log, environment)
        return store
    }

    private static func needsRebuild(
        _ folders: ViewFolders, _ options: Options, _ head: Position, _ fewEvents: UInt64
    ) throws -> Bool {
        guard let number = try folders.current() else { return isFar(.none, behind: head, fewEvents) }
        let generation = try ViewGeneration(number, in: folders, options)
        return try generation.environment.read { (transaction: inout ReadTransaction) throws in
            if try ViewState.version(generation.tables, in: &transaction) != version { return true }
            return isFar(try ViewState.position(generation.tables, in: &transaction), behind: head, fewEvents)
        }
    }

    /// Makes the views of a stopped ledger anew from the whole log. Unlike ``rebuild(_:_:verifiesLeaves:isCancelled:progress:)`` it takes
    /// the place also of views that are missing, far behind, damaged, of another log or of another version of the fold.
    ///
    /// - Throws: as that one.
    @available(*, noasync)
    package static func rebuild(
        _ folder: String, log logID: LogID, _ options: Options = Options(), names: ModelNames, _ log: LogTables, _ environment: Environment,
        verifiesLeaves: Bool = true, limits: ViewRebuildLimits = .standard,
        isCancelled: @escaping () -> Bool = { false },
        progress: @escaping (ViewRebuildProgress) -> Void = { _ in }
    ) throws -> ViewRebuildReport {
        let folders = ViewFolders(ledger: folder)
        let head = try environment.read { try LogReader(log).head(in: &$0).position }
        var unreadable: String?
        do {
            if try folders.current() != nil {
                let store = try ViewStore(folder, log: logID, options, names: names)
                defer { store.close() }
                if !isFar(store.position, behind: head) {
                    try store.catchUp(log, environment)
                    return try store.rebuild(
                        log, environment, verifiesLeaves: verifiesLeaves, limits: limits, isCancelled: isCancelled, progress: progress)
                }
                unreadable = store.position == .none ? nil : "they stood at \(store.position) of \(head)"
            }
        } catch let error as FoldError where error.position == .none {
            unreadable = error.message
        } catch let error as LMDBError where error.meansDamagedViews {
            unreadable = error.description
        }
        let monitor = ViewRebuildMonitor(progress: progress, isCancelled: isCancelled)
        let number = try folders.unusedNumber()
        try fill(number, folders, log, environment, logID, options, names, through: head, verifiesLeaves, limits, monitor)
        return try replace(folders, by: number, options, unreadable)
    }

    /// Lets a new generation answer in the place of one that cannot, and tells how they differ as far as it can be read.
    private static func replace(
        _ folders: ViewFolders, by number: Int, _ options: Options, _ unreadable: String?
    ) throws -> ViewRebuildReport {
        let new = try ViewGeneration(number, in: folders, options)
        let state = try new.environment.read { (transaction: inout ReadTransaction) throws in
            try ViewState.read(new.tables, in: &transaction)
        }
        var report = ViewRebuildReport(
            unreadable: unreadable, position: state.position.value, newVersion: version, oldDigest: "", newDigest: state.digest.hex,
            isSwapped: true)
        let current = try? folders.current()
        if let current, let old = try? ViewGeneration(current, in: folders, options) {
            report.oldVersion = try? old.environment.read { try ViewState.version(old.tables, in: &$0) }
            let isEmpty = (try? old.environment.read { try ViewState.position(old.tables, in: &$0) }) == Position.none
            if !isEmpty, let comparison = try? ViewComparison(old, new) { report.note(comparison) }
        }
        try folders.point(to: number)
        if let current, current != number { folders.remove(folders.path(current)) }
        return report
    }
}

extension ViewRebuildReport {
    fileprivate mutating func note(_ comparison: ViewComparison) {
        changes = comparison.changes.filter { !$0.isEmpty }
        differences = comparison.named
    }
}

extension LMDBError {
    /// What a rebuild of the views mends.
    fileprivate var meansDamagedViews: Bool {
        [.corrupted, .invalid, .truncated, .versionMismatch, .pageNotFound, .notFound, .system].contains(code)
    }
}
