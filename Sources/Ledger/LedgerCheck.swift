import Glibc
import LMDB
public import LedgerLog
public import LedgerProjections
import LedgerSchema

/// What a check of a whole ledger found.
public struct CheckReport: Sendable, Hashable {
    public var format: UInt32
    public var logID: String
    public var log: LogReport
    /// `nil` if the log itself failed.
    public var keys: ViewReport?
    /// `nil` if the log or the key tables failed.
    public var views: SpendViewReport?

    /// What is wrong first; `nil` if all is well.
    public var failure: String? { log.failure?.description ?? keys?.failure ?? views?.failure }

    public init(format: UInt32, logID: String, log: LogReport, keys: ViewReport? = nil, views: SpendViewReport? = nil) {
        self.format = format
        self.logID = logID
        self.log = log
        self.keys = keys
        self.views = views
    }
}

extension Ledger {
    /// What a check is doing.
    public enum CheckStep: String, Sendable, Hashable {
        case log
        case fold
        case rows
        /// Rows of the views of spend; their number is not known before.
        case views
        /// The log folded into views anew.
        case viewsFold = "views-fold"
    }

    /// Recomputes everything that the ledger in a folder states about itself, beside a running server too: the log (positions,
    /// times, leaf hashes, tree, commitments, key chains), the key tables and the views of spend against a fresh fold. Nothing is caught up
    /// or mended.
    ///
    /// A fresh fold needs room for as much as the key tables or the views take, in a temporary folder that is removed again.
    ///
    /// - Parameter progress: step, done, of how many; 0 where nobody knows.
    /// - Throws: ``LedgerError`` if the folder cannot be read at all; what is wrong with its contents is in the report.
    public static func check(
        _ folder: String, temporaryFolder: String = "/tmp", progress: @escaping (CheckStep, UInt64, UInt64) -> Void = { _, _, _ in }
    ) throws -> CheckReport {
        do {
            try Layout.requireLedger(folder)
            let format = try Layout.format(folder, Options())
            let store = try Layout.openLog(folder, Options(access: .readOnly))
            defer { store.environment.close() }
            let log = try LogVerifier.verify(store.environment, logID: format.logID, progress: { progress(.log, $0, $1) })
            var report = CheckReport(format: format.version, logID: format.logID.description, log: log)
            if report.failure == nil { report.keys = try KeyTablesCheck(store, temporaryFolder).run(progress) }
            if report.failure == nil { report.views = try checkViews(folder, format.logID, store, temporaryFolder, progress) }
            return report
        } catch { throw LedgerError(error, log: Layout.log(folder)) }
    }

    private static func checkViews(
        _ folder: String, _ logID: LogID, _ store: Store, _ temporaryFolder: String,
        _ progress: @escaping (CheckStep, UInt64, UInt64) -> Void
    ) throws -> SpendViewReport {
        let scratch = try TemporaryFolder(temporaryFolder)
        let check = try ViewCheck(
            folder, log: logID, names: SpendViews.names(store), zones: Options().zones(), store.log, store.environment)
        return try check.run(in: scratch.path) { step, done, total in progress(step == .rows ? .views : .viewsFold, done, total) }
    }
}

/// Compares the live key tables with a fold of the log into a folder of its own.
struct KeyTablesCheck {
    private let store: Store
    private let temporaryFolder: String

    init(_ store: Store, _ temporaryFolder: String) {
        self.store = store
        self.temporaryFolder = temporaryFolder
    }

    func run(_ progress: (Ledger.CheckStep, UInt64, UInt64) -> Void) throws -> ViewReport {
        var report = ViewReport()
        // One snapshot for rows, claimed digest and position, however long it takes: a writer may go on meanwhile, and rows read in pages
        // would belong to different positions, so that their digest would be that of none. The log, which is only appended to, is read in
        // short pages. Where nobody writes, a long snapshot holds nothing back.
        try store.environment.read("fsck") { (transaction: inout ReadTransaction) throws in
            let set = try LiveSet.read(store.log, in: &transaction)
            do {
                let fold = try KeyFold(store.keys(set), in: &transaction)
                report.claimedDigest = fold.digest.hex
                report.foldedTo = fold.position.value
                report.head = try LogReader(store.log).head(in: &transaction).position.value
                let found = try store.keys(set).recomputedDigest(in: &transaction)
                report.digest = found.digest.hex
                report.wholeDigest = found.whole.hex
                report.rows = found.rows
            } catch { report.failure = "the key tables cannot be read: \(error)" }
        }
        progress(.rows, report.rows, report.rows)
        guard report.failure == nil else { return report }
        do {
            let fresh = try freshFold(upTo: Position(report.foldedTo), progress)
            report.freshDigest = fresh.digest.hex
            report.freshWholeDigest = fresh.whole.hex
        } catch let error as FoldErrorText { report.failure = error.text }
        if report.failure == nil { report.failure = difference(report) }
        return report
    }

    private func difference(_ report: ViewReport) -> String? {
        if report.foldedTo != report.head {
            return "the key tables stand at position \(report.foldedTo), the log at \(report.head). Run `keyledger rebuild`."
        }
        if report.digest != report.claimedDigest {
            return
                "the rows of the key tables have digest \(report.digest), their state row says \(report.claimedDigest). Run `keyledger rebuild`."
        }
        if report.digest != report.freshDigest {
            return "the key tables have digest \(report.digest), a fresh fold \(report.freshDigest). Run `keyledger rebuild`."
        }
        if report.wholeDigest != report.freshWholeDigest {
            return "a name or other text in the key tables is not what the log says. Run `keyledger rebuild --view keys`."
        }
        return nil
    }

    private struct FoldErrorText: Error { var text: String }

    private func freshFold(
        upTo last: Position, _ progress: (Ledger.CheckStep, UInt64, UInt64) -> Void
    ) throws -> (digest: ViewDigest, whole: ViewDigest) {
        let folder = try TemporaryFolder(temporaryFolder)
        var options = Environment.Options()
        options.noSync = true
        // What is lost here is only made again, and containers have their temporary files on an overlay.
        options.allowNetworkFileSystem = true
        let scratch = Store(try Environment.open(folder.path, tables: Store.tableNames, options: options))
        defer { scratch.environment.close() }
        let log = LogReader(store.log)
        var fold = try scratch.environment.read { (transaction: inout ReadTransaction) throws in
            try KeyFold(scratch.keys(.a), in: &transaction)
        }
        while fold.position < last {
            let page = try store.environment.read("fsck") { (transaction: inout ReadTransaction) throws in
                try log.events(from: fold.position.next, limit: Int(min(500, last.value - fold.position.value)), in: &transaction)
            }
            var next = fold
            do {
                try scratch.environment.write { (transaction: inout WriteTransaction) throws in
                    for event in page { try next.apply(event, in: &transaction) }
                    try next.saveState(in: &transaction)
                }
            } catch { throw FoldErrorText(text: "the log cannot be folded: \(error)") }
            fold = next
            progress(.fold, fold.position.value, last.value)
        }
        let found = try scratch.environment.read { (transaction: inout ReadTransaction) throws in
            try scratch.keys(.a).recomputedDigest(in: &transaction)
        }
        return (fold.digest, found.whole)
    }
}

/// A folder of its own, removed with all that is in it.
final class TemporaryFolder {
    let path: String

    init(_ parent: String) throws(LedgerError) {
        var template = Array("\(parent)/keyledger-fsck-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw LedgerError(.storage, "no temporary folder can be made in \(parent): \(unsafe String(cString: strerror(errno))).")
        }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for file in ["data.mdb", "lock.mdb"] { unsafe unlink("\(path)/\(file)") }
        unsafe rmdir(path)
    }
}
