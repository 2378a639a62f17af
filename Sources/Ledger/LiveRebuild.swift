import LMDB
import LedgerLog
import LedgerProjections
import LedgerSchema

/// How far a rebuild is.
public struct RebuildProgress: Sendable, Hashable {
    public var folded: UInt64
    public var head: UInt64

    public init(folded: UInt64, head: UInt64) {
        self.folded = folded
        self.head = head
    }
}

/// What a rebuild of the key tables found.
public struct RebuildReport: Sendable, Hashable {
    public var events: UInt64
    /// Of the tables that answered before; empty if they could not be read.
    public var oldDigest: String
    public var newDigest: String
    /// The fresh tables answer now.
    public var isSwapped: Bool

    public init(events: UInt64, oldDigest: String, newDigest: String, isSwapped: Bool) {
        self.events = events
        self.oldDigest = oldDigest
        self.newDigest = newDigest
        self.isSwapped = isSwapped
    }
}

/// A rebuild of the idle set of key tables between the writer's batches, in slices that no caller notices.
struct LiveRebuild {
    /// A slice ends after this long, plus its flush.
    static let sliceNanoseconds: Int64 = 10_000_000

    let answer: Answer<RebuildReport>
    private let store: Store
    private let progress: @Sendable (RebuildProgress) -> Void
    private var rebuild: KeyRebuild

    init(
        store: Store, live: KeyTables.SetName, progress: @escaping @Sendable (RebuildProgress) -> Void, answer: Answer<RebuildReport>
    ) throws {
        self.store = store
        self.progress = progress
        self.answer = answer
        rebuild = try store.environment.write { (transaction: inout WriteTransaction) throws in
            try KeyRebuild(store.keys(live.other), store.log, in: &transaction)
        }
    }

    /// Folds for one slice; with the last one the fresh set goes live in the same transaction, if its digest is that of the set
    /// that it replaces: two folds of one log cannot differ, so a difference is damage and changes nothing.
    ///
    /// - Returns: the report once it is done, with the fold that goes on if the sets were swapped.
    mutating func slice(live: KeyFold, clock: () -> Int64) throws -> (report: RebuildReport, fold: KeyFold?)? {
        var next = rebuild
        let end = clock() + Self.sliceNanoseconds
        let isDone = try store.environment.write { (transaction: inout WriteTransaction) throws in
            let isDone = try next.slice(in: &transaction, isOver: { clock() > end })
            if isDone, next.fold.digest == live.digest { try LiveSet.write(next.fold.tables.set, store.log, in: &transaction) }
            return isDone
        }
        rebuild = next
        progress(RebuildProgress(folded: next.fold.position.value, head: live.position.value))
        guard isDone else { return nil }
        let isSame = next.fold.digest == live.digest
        let report = RebuildReport(
            events: next.fold.position.value, oldDigest: live.digest.hex, newDigest: next.fold.digest.hex, isSwapped: isSame)
        return (report, isSame ? next.fold : nil)
    }
}
