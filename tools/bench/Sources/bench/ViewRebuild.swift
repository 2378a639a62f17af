import LMDB
import Ledger
import LedgerLog
import LedgerProjections

/// The views of spend made anew from the log, beside reading that log with a cursor and beside others that group the same charges.
struct ViewRebuild {
    /// As many charges as keys have when they are used all day.
    private static let perKeyAndDay = 100

    private let options: BenchOptions
    private let report: Report

    init(_ options: BenchOptions, _ report: Report) {
        self.options = options
        self.report = report
    }

    func run() async throws {
        let days = max(1, options.charges / (ChargeWrites.keys * Self.perKeyAndDay))
        let history = ChargeHistory(charges: options.charges, days: days)
        let folder = try BenchFolder(in: options.folder, "rebuild")
        let path = folder.path + "/ledger"
        try report.part(
            "Views of spend rebuilt from \(options.charges) charges of \(ChargeWrites.keys) keys and \(days) days", in: options.folder)
        try await fill(path, history)
        var peers = try Peers(history, folder.path, options, report)
        var (activity, indexes, scans): ([Double], [Double], [Double]) = ([], [], [])
        var (unverified, memory): ([Double], Int) = ([], 0)
        var rows: [Peers.Kind: [Double]] = [:]
        for run in 0..<options.runs {
            scans.append(try scan(path))
            let rebuilt = try rebuild(path, into: "\(folder.path)/rebuilt.\(run)", verifiesLeaves: true)
            activity.append(rebuilt.activity)
            indexes.append(rebuilt.index)
            memory = max(memory, rebuilt.memory)
            unverified.append(try rebuild(path, into: "\(folder.path)/rebuilt.\(run)", verifiesLeaves: false).activity)
            for kind in Peers.Kind.allCases { if let seconds = peers.group(kind) { rows[kind, default: []].append(seconds) } }
        }
        report.line(
            "activity \(rate(activity)) charges/s with every leaf's hash checked, \(rate(unverified)) without; index of charge ids "
                + "\(rate(indexes)) ids/s; bare cursor \(rate(scans)) records/s; memory that no file backs at most \(memory) MiB")
        report.ratio("rebuild of activity beside a bare cursor", Sample(zip(scans, unverified).map { $0 / $1 }), atLeast: 0.25)
        report.ratio("the same with every leaf's hash checked", Sample(zip(scans, activity).map { $0 / $1 }))
        report.ratio("millions of charge ids indexed a second", Sample(indexes.map { Double(options.charges) / $0 / 1e6 }), atLeast: 1)
        report.value("memory of a rebuild that no file backs", Double(memory), "MiB", atMost: 256)
        for kind in Peers.Kind.allCases {
            guard let seconds = rows[kind], seconds.count == activity.count else { continue }
            let ratio = Sample(zip(seconds, activity).map { $0 / $1 })
            report.line("\(kind.rawValue) \(rate(seconds)) rows/s")
            if kind == .postgres {
                report.ratio("rebuild of activity beside PostgreSQL's GROUP BY into daily rows", ratio, atLeast: 2)
            } else {
                report.ratio("the same beside DuckDB's GROUP BY into daily rows", ratio)
            }
        }
        if let seconds = peers.index() { report.line("PostgreSQL's index of the ids: \(rate([seconds])) ids/s") }
    }

    private func rate(_ seconds: [Double]) -> String { Sample(seconds.map { Double(options.charges) / $0 }).text(digits: 3) }

    private func fill(_ path: String, _ history: ChargeHistory) async throws {
        try Ledger.create(path)
        let ledger = try Ledger.open(path)
        try await KeyFactory.fill(ledger, count: ChargeWrites.keys)
        let start = Clock.nanoseconds()
        try await history.record(0..<history.charges, in: ledger)
        let seconds = Double(Clock.nanoseconds() - start) / 1e9
        ledger.close()
        let sizes = try RecordSizes.read(path, from: Position(1)).suffix(history.charges)
        let (log, views) = (SystemState.diskBytes(path, "log"), SystemState.diskBytes(path, "views"))
        report.line(
            "recorded and folded at \(Sample.text(Double(history.charges) / seconds, 3))/s; a charge takes "
                + "\(Sample.text(Double(sizes.reduce(0, +)) / Double(sizes.count), 3)) bytes as a record, "
                + "\(log / history.charges) in the log's file, \(views / history.charges) in the views' file")
        report.value("bytes of a charge's record", Double(sizes.reduce(0, +)) / Double(sizes.count), "bytes", atMost: 160)
    }

    /// Seconds to read each record's bytes once.
    private func scan(_ path: String) throws -> Double {
        let bare = try BareLMDB(path + "/log", readOnly: true)
        defer { bare.close() }
        return try Clock.seconds { _ = try bare.scan("events") }
    }

    private struct Rebuilt {
        /// Seconds for all tables but the charge ids.
        var activity = 0.0
        /// Seconds for the charge ids.
        var index = 0.0
        var memory = 0
    }

    private func rebuild(_ path: String, into folder: String, verifiesLeaves: Bool) throws -> Rebuilt {
        let ledger = try Ledger.open(path, Ledger.Options(access: .readOnly))
        defer { ledger.close() }
        let views = try BenchFolder(at: folder)
        defer { withExtendedLifetime(views) {} }
        var rebuilt = Rebuilt()
        var reports = 0
        let start = Clock.nanoseconds()
        _ = try ViewStore.rebuild(
            folder, log: ledger.logID, names: ModelNames { _, _ in nil }, LogTables(ledger.logEnvironment), ledger.logEnvironment,
            verifiesLeaves: verifiesLeaves,
            progress: { progress in
                if progress.phase == .indexing, rebuilt.activity == 0 { rebuilt.activity = Double(Clock.nanoseconds() - start) / 1e9 }
                reports += 1
                if reports % 16 == 0 { rebuilt.memory = max(rebuilt.memory, SystemState.memoryKiB().anonymous / 1_024) }
            })
        rebuilt.index = Double(Clock.nanoseconds() - start) / 1e9 - rebuilt.activity
        return rebuilt
    }
}

/// Those who group the same charges.
private struct Peers {
    enum Kind: String, CaseIterable {
        case postgres = "PostgreSQL"
        case duckdb = "DuckDB"
    }

    private var processes: [Kind: PeerProcess] = [:]
    private let report: Report

    init(_ history: ChargeHistory, _ folder: String, _ options: BenchOptions, _ report: Report) throws {
        self.report = report
        processes[.postgres] = try PeerProcess.start(.postgres, options, report)
        processes[.duckdb] = try PeerProcess.start(.duckdb, options, report)
        guard !processes.isEmpty else { return }
        let csv = options.folder + "/keyledger-bench-charges.csv"
        let file = try BenchFile(csv)
        defer { withExtendedLifetime(file) {} }
        try history.writeCSV(csv)
        for kind in Kind.allCases {
            attempt(kind) { peer in
                if kind == .postgres { try peer.ask("start") }
                let loaded = try peer.ask("load \(csv)")
                report.line("\(peer.name) holds \(Int(loaded[0])) rows in \(Int(loaded[1]) / history.charges) bytes each")
            }
        }
    }

    /// Seconds to group the charges by day, key and names.
    mutating func group(_ kind: Kind) -> Double? { attempt(kind) { try $0.ask("group")[0] } }

    mutating func index() -> Double? { attempt(.postgres) { try $0.ask("index")[0] } }

    @discardableResult
    private mutating func attempt<R>(_ kind: Kind, _ body: (PeerProcess) throws -> R) -> R? {
        guard let peer = processes[kind] else { return nil }
        do {
            return try body(peer)
        } catch {
            report.line("– \(kind.rawValue) is left out from here on: \(error)")
            processes[kind] = nil
            return nil
        }
    }
}

/// A file that goes when it is done with.
final class BenchFile {
    private let path: String

    init(_ path: String) throws { self.path = path }

    deinit { BenchFolder.remove(path) }
}
