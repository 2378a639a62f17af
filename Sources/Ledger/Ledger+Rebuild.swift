import LMDB
import LedgerLog
import LedgerProjections
import LedgerSchema

extension Ledger {
    private static let rebuildSliceNanoseconds: Int64 = 200_000_000

    /// Folds the key tables of a stopped ledger anew, also where they are damaged: unlike ``rebuildKeys(progress:)`` it takes the fresh
    /// tables whatever the old ones say. Cut short, the old ones stay and it can be run again.
    ///
    /// - Throws: ``LedgerError``: `locked` if a server runs, `damaged` if the log itself cannot be folded, and as ``open(_:_:environment:)``.
    public static func rebuild(
        _ folder: String, _ options: Options = Options(), environment: LedgerEnvironment = .system,
        progress: (RebuildProgress) -> Void = { _ in }
    ) throws -> RebuildReport {
        do {
            try Layout.requireLedger(folder)
            let lock = try FolderLock(folder)
            defer { lock.release() }
            _ = try Layout.format(folder, options)
            let store = try Layout.openLog(folder, options)
            defer { store.environment.close() }
            return try rebuild(store, environment, progress)
        } catch { throw LedgerError(error, log: Layout.log(folder)) }
    }

    private static func rebuild(
        _ store: Store, _ environment: LedgerEnvironment, _ progress: (RebuildProgress) -> Void
    ) throws -> RebuildReport {
        let (live, oldDigest, head) = try store.environment.read { (transaction: inout ReadTransaction) throws in
            let live = (try? LiveSet.read(store.log, in: &transaction)) ?? .a
            let fold = try? KeyFold(store.keys(live), in: &transaction)
            return (live, fold?.digest.hex ?? "", try LogReader(store.log).head(in: &transaction).position)
        }
        var rebuild = try store.environment.write { (transaction: inout WriteTransaction) throws in
            try KeyRebuild(store.keys(live.other), store.log, in: &transaction)
        }
        var isDone = false
        while !isDone {
            var next = rebuild
            let end = environment.uptimeNanoseconds() + rebuildSliceNanoseconds
            isDone = try store.environment.write { (transaction: inout WriteTransaction) throws in
                var left = 2_000
                let isDone = try next.slice(in: &transaction) {
                    left -= 1
                    return left == 0 || environment.uptimeNanoseconds() > end
                }
                if isDone { try LiveSet.write(live.other, store.log, in: &transaction) }
                return isDone
            }
            rebuild = next
            progress(RebuildProgress(folded: rebuild.fold.position.value, head: head.value))
        }
        return RebuildReport(
            events: rebuild.fold.position.value, oldDigest: oldDigest, newDigest: rebuild.fold.digest.hex, isSwapped: true)
    }
}
