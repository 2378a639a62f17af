import LMDB
import LedgerLog
public import LedgerProjections

/// What is under way beside reads and writes.
struct Upkeep: Sendable {
    let viewRebuild = LongWork<ViewRebuildReport>("A rebuild of the views of spend", threadName: "view-rebuild")
    let reconciliation = LongWork<SpendReconciliation>("A comparison of the views of spend with the log", threadName: "reconcile")

    func end() {
        viewRebuild.end()
        reconciliation.end()
    }

    func close() {
        end()
        viewRebuild.close()
        reconciliation.close()
    }
}

extension Ledger {
    /// Makes the views of spend anew beside those that answer, while reads, writes and folds go on, and swaps them in if they are equal.
    ///
    /// - Parameter progress: called on the thread that rebuilds.
    /// - Throws: ``LedgerError``: `locked` if one is under way, `cancelled`, `shuttingDown`, `readOnly`, `damaged` if the log cannot be
    ///   folded, `storage`. The views are as they were then.
    public func rebuildViews(progress: @escaping @Sendable (ViewRebuildProgress) -> Void = { _ in }) async throws -> ViewRebuildReport {
        guard isWriter else { throw LedgerError(.readOnly, "The ledger was opened for reading only; open it for writing.") }
        let views = views
        return try await upkeep.viewRebuild.run(joins: false, isBackground: false, progress) { try views.rebuild($0) }
    }

    /// How far the rebuild of the views is; `nil` while none is under way.
    public var viewRebuildProgress: ViewRebuildProgress? { upkeep.viewRebuild.progress }

    /// Cuts the rebuild of the views short; who asked for it is told.
    ///
    /// - Returns: whether one was under way.
    public func cancelViewRebuild() -> Bool { upkeep.viewRebuild.cancel() }

    /// Compares the sums of the views of spend with the log where the views stand, beside everything else and after it. Who asks while a
    /// comparison is under way gets the report of that one.
    ///
    /// - Parameter progress: called on the thread that compares.
    /// - Throws: ``LedgerError``: `shuttingDown`, `damaged` if views or log cannot be read, `storage`.
    public func reconcile(progress: @escaping @Sendable (ViewRebuildProgress) -> Void = { _ in }) async throws -> SpendReconciliation {
        let views = views
        return try await upkeep.reconciliation.run(joins: true, isBackground: true, progress) { try views.reconcile($0) }
    }

    /// Cuts short what goes on beside reads and writes, and lets nothing of it begin again: what comes first of a shutdown.
    public func endLongWork() { upkeep.end() }

    /// Makes the views of spend of a stopped ledger anew, whatever is left of the old ones.
    ///
    /// - Parameters:
    ///   - replaces: the new views answer from now on also where the old ones, filled by the same version of the fold, have another digest;
    ///     then the old ones are kept for examination.
    ///   - isCancelled: asked now and then; nothing is changed then.
    /// - Throws: ``LedgerError``: `locked` if a server runs, `cancelled`, `damaged` if the log cannot be folded, `storage`.
    public static func rebuildViews(
        _ folder: String, replaces: Bool = false, _ options: Options = Options(), isCancelled: @escaping @Sendable () -> Bool = { false },
        progress: @escaping (ViewRebuildProgress) -> Void = { _ in }
    ) throws -> ViewRebuildReport {
        do {
            try Layout.requireLedger(folder)
            let lock = try FolderLock(folder)
            defer { lock.release() }
            let logID = try Layout.format(folder, options).logID
            let store = try Layout.openLog(folder, options)
            defer { store.environment.close() }
            var report = try ViewStore.rebuild(
                folder, log: logID, ViewStore.Options(options, options.zones()), names: SpendViews.names(store), store.log,
                store.environment,
                isCancelled: isCancelled, progress: progress)
            if replaces { try report.replaceViews(in: folder) }
            return report
        } catch is CancellationError {
            throw LedgerError(.cancelled, "The rebuild was cut short. The views of spend are as they were; it can be run again.")
        } catch { throw LedgerError(error, log: Layout.log(folder)) }
    }
}

extension SpendViews {
    fileprivate func rebuild(_ control: LongWork<ViewRebuildReport>.Control) throws -> ViewRebuildReport {
        try views.rebuild(log.log, log.environment, isCancelled: control.isCancelled, progress: control.report)
    }

    fileprivate func reconcile(_ control: LongWork<SpendReconciliation>.Control) throws -> SpendReconciliation {
        try views.reconcile(log.log, log.environment, isCancelled: control.isCancelled, progress: control.report)
    }
}
