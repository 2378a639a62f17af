package import LMDB
package import LedgerLog
package import LedgerSchema

/// What a check of the views of spend found.
public struct SpendViewReport: Sendable, Hashable {
    /// The generation that the pointer file names; `nil` if there are no views, which can be made of the log.
    public var generation: Int?
    /// The version of the fold that filled them; those of another version are not compared.
    public var version: UInt32 = 0
    public var foldedTo: UInt64 = 0
    public var head: UInt64 = 0
    public var rows: UInt64 = 0
    /// What the state row says.
    public var claimedDigest = ""
    /// Of the rows.
    public var digest = ""
    /// Of a fresh fold of the log up to the same position.
    public var freshDigest = ""
    /// What is wrong; `nil` if nothing is.
    public var failure: String?
    /// Some of the rows that are not what a fresh fold gives, if nothing was folded while they were compared.
    public var differences: [ViewDifference] = []

    public init() {}

    public var isOfAnotherVersion: Bool { generation != nil && failure == nil && version != ViewStore.version }
}

/// Compares the views of spend, as they stand at one position, with a fresh fold of the log into a folder of its own.
package struct ViewCheck {
    package enum Step: Sendable {
        /// `done` rows of the views, of a number that is not known.
        case rows
        /// `done` events of the log, of so many; beyond that, rows.
        case fold
    }

    private static let rowsBetweenReports: UInt64 = 100_000
    private static let remedy = "Run `keyledger rebuild --view activity`."
    private static let strongRemedy = "Stop the server and run `keyledger rebuild --view activity --replace`."

    private let folders: ViewFolders
    private let logID: LogID
    private let log: LogTables
    private let environment: Environment
    private let names: ModelNames
    private let zones: ReportZones

    /// - Parameters:
    ///   - folder: the ledger's.
    ///   - zones: tells the rules of the report zones that the views have.
    package init(
        _ folder: String, log logID: LogID, names: ModelNames, zones: ReportZones = ReportZones(), _ log: LogTables,
        _ environment: Environment
    ) {
        folders = ViewFolders(ledger: folder)
        (self.logID, self.names, self.zones, self.log, self.environment) = (logID, names, zones, log, environment)
    }

    /// Changes nothing in the ledger's folder; beside a writer too.
    ///
    /// - Parameter scratch: an empty folder, which gets as large as the views and is empty again afterwards.
    /// - Throws: errors of the log and of the scratch folder; what is wrong with the views is in the report.
    @available(*, noasync)
    package func run(in scratch: String, progress: @escaping (Step, UInt64, UInt64) -> Void) throws -> SpendViewReport {
        var report = SpendViewReport()
        let views: ViewGeneration
        // Said before the first look: a file that is damaged may end the process.
        progress(.rows, 0, 0)
        do {
            report.generation = try folders.current()
            guard report.generation != nil else { return report }
            views = try ViewStore.openCurrent(folders, ViewStore.Options(access: .readOnly, allowsNetworkFileSystem: true))
            report.generation = views.number
        } catch {
            report.failure = Self.text("the views of spend cannot be opened: \(error)")
            return report
        }
        defer { views.environment.close() }
        do { try read(views, &report, progress) } catch { report.failure = Self.text("the views of spend cannot be read: \(error)") }
        report.head = try environment.read { try LogReader(log).head(in: &$0).position.value }
        guard report.failure == nil, !report.isOfAnotherVersion else { return report }
        guard report.foldedTo <= report.head else {
            report.failure = "the views of spend stand at position \(report.foldedTo), the log at \(report.head). \(Self.remedy)"
            return report
        }
        defer { folders.remove(ViewFolders(ledger: scratch).path(1)) }
        try compare(views, with: fresh(upTo: Position(report.foldedTo), scratch, progress), &report)
        if report.failure == nil { try compareZones(of: views, &report) }
        return report
    }

    private func compareZones(of views: ViewGeneration, _ report: inout SpendViewReport) throws {
        let check = try ZoneCheck.run(zones) { body in
            try views.environment.read("fsck") { (transaction: inout ReadTransaction) throws in try body(views.tables, &transaction) }
        }
        guard check.differenceCount > 0 else { return }
        report.failure = "\(check.differenceCount) rows of the days of report zones are not what their quarters sum up to. \(Self.remedy)"
        report.differences = check.differences
    }

    private static func text(_ failure: String) -> String {
        failure.contains("keyledger rebuild") ? failure : "\(failure). \(remedy)"
    }

    /// One snapshot for rows, claimed digest and position: read in pages they would belong to different ones while a server folds.
    private func read(
        _ views: ViewGeneration, _ report: inout SpendViewReport, _ progress: (Step, UInt64, UInt64) -> Void
    ) throws {
        try views.environment.read("fsck") { (transaction: inout ReadTransaction) throws in
            report.version = try ViewState.version(views.tables, in: &transaction)
            guard report.version == ViewStore.version else { return }
            try ViewStore.requireLog(logID, views.tables, in: &transaction)
            let state = try ViewState.read(views.tables, in: &transaction)
            (report.foldedTo, report.claimedDigest) = (state.position.value, state.digest.hex)
            var digest = ViewDigest()
            var rows: UInt64 = 0
            for kind in ViewTables.Kind.allCases {
                try transaction.scan(views.tables[kind]) { key, value in
                    digest.add(kind.rawValue, key: key, value: value)
                    rows += 1
                    if rows.isMultiple(of: Self.rowsBetweenReports) { progress(.rows, rows, 0) }
                    return .continue
                }
            }
            (report.digest, report.rows) = (digest.hex, rows)
        }
        progress(.rows, report.rows, report.rows)
    }

    /// A fresh fold, which is the scratch folder's first generation.
    private func fresh(
        upTo last: Position, _ scratch: String, _ progress: @escaping (Step, UInt64, UInt64) -> Void
    ) throws -> ViewGeneration {
        let folders = ViewFolders(ledger: scratch)
        // What is lost here is only made again, and containers have their temporary files on an overlay.
        let options = ViewStore.Options(allowsNetworkFileSystem: true)
        try fill(folders.path(1), upTo: last, options, progress)
        return try ViewGeneration(1, in: folders, options)
    }

    private func fill(
        _ path: String, upTo last: Position, _ options: ViewStore.Options, _ progress: @escaping (Step, UInt64, UInt64) -> Void
    ) throws {
        let monitor = ViewRebuildMonitor(
            progress: { progress(.fold, $0.done, $0.phase == .reading ? $0.of : 0) }, isCancelled: { false })
        let rebuild = try ViewRebuild(
            path, log, environment, logID, options, names: names, verifiesLeaves: false, limits: .standard, monitor: monitor)
        _ = try rebuild.run(through: last)
    }

    private func compare(_ views: ViewGeneration, with fresh: ViewGeneration, _ report: inout SpendViewReport) throws {
        defer { fresh.environment.close() }
        report.freshDigest = try fresh.environment.read { try ViewState.read(fresh.tables, in: &$0).digest.hex }
        // A rebuild compares what the state rows say: only where that is right does it let the fresh views answer by itself.
        let remedy = report.claimedDigest == report.freshDigest ? Self.remedy : Self.strongRemedy
        if report.digest != report.freshDigest {
            report.failure = "the views of spend have digest \(report.digest), a fresh fold \(report.freshDigest). \(remedy)"
            let differences = try ViewComparison(views, fresh).named
            let position = try views.environment.read { try ViewState.position(views.tables, in: &$0) }
            if position.value == report.foldedTo { report.differences = differences }
        } else if report.digest != report.claimedDigest {
            report.failure =
                "the rows of the views of spend have digest \(report.digest), their state row says \(report.claimedDigest). \(remedy)"
        }
    }
}
