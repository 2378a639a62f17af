import Ledger
import Synchronization

/// Durable mutations per second, beside liblmdb alone writing records of the same sizes in the same batches.
struct DurableWrites {
    private let options: BenchOptions
    private let report: Report

    init(_ options: BenchOptions, _ report: Report) {
        self.options = options
        self.report = report
    }

    func run() async throws {
        try report.part(
            "Durable mutations (create a key, then change it), beside the same records in the same batches in bare LMDB", in: options.folder
        )
        for callers in [1, 16, 64] { try await run(callers: callers) }
    }

    private func run(callers: Int) async throws {
        var rates: [Double] = []
        var bareRates: [Double] = []
        var ratios: [Double] = []
        var batchSizes: [Double] = []
        for _ in 0..<options.runs {
            let folder = try BenchFolder(in: options.folder, "writes")
            let done = try await mutate(folder.path + "/ledger", callers: callers)
            let bare = try BareLMDB(folder.path + "/bare")
            let seconds = try Clock.seconds { try bare.append(batches: done.batches, sizes: done.sizes) }
            bare.close()
            rates.append(Double(done.commands) / done.seconds)
            bareRates.append(Double(done.commands) / seconds)
            ratios.append(seconds / done.seconds)
            batchSizes.append(Double(done.commands) / Double(done.batches.count))
        }
        report.line(
            "\(callers) callers: \(Sample(rates).text(digits: 3))/s, bare \(Sample(bareRates).text(digits: 3))/s, "
                + "\(Sample.text(Sample(batchSizes).median, 3)) a commit")
        report.ratio("\(callers) callers beside bare LMDB", Sample(ratios))
    }

    private struct Done {
        var commands: Int
        var seconds: Double
        /// Events of each commit.
        var batches: [Int]
        /// Bytes of each record.
        var sizes: [Int]
    }

    private func mutate(_ folder: String, callers: Int) async throws -> Done {
        let batches = Mutex<[Int]>([])
        try Ledger.create(folder)
        var settings = Ledger.Options()
        settings.observer = LedgerObserver { report in batches.withLock { $0.append(report.events) } }
        let ledger = try Ledger.open(folder, settings)
        let seconds = options.seconds(2)
        let start = Clock.nanoseconds()
        let end = start + Int(seconds * 1e9)
        let commands = try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<callers { group.addTask { try await Self.call(ledger, caller, until: end) } }
            return try await group.reduce(0, +)
        }
        let elapsed = Double(Clock.nanoseconds() - start) / 1e9
        ledger.close()
        return Done(
            commands: commands, seconds: elapsed, batches: batches.withLock { $0 }.filter { $0 > 0 },
            sizes: try RecordSizes.read(folder, from: Position(2)))
    }

    private static func call(_ ledger: Ledger, _ caller: Int, until end: Int) async throws -> Int {
        var count = 0
        while Clock.nanoseconds() < end {
            let number = caller * 1_000_000 + count
            try await KeyFactory.execute([try KeyFactory.create(number, ledger)], ledger)
            var changes = KeyChanges()
            changes.terms.rpmLimit = Int64(count)
            try await KeyFactory.execute([.update(UpdateKey(target: .token(KeyFactory.token(number)), changes: changes))], ledger)
            count += 2
        }
        return count
    }
}
