import Ledger

/// What a charge costs as the ledger grows.
struct ChargeGrowth {
    private let options: BenchOptions
    private let report: Report

    init(_ options: BenchOptions, _ report: Report) {
        self.options = options
        self.report = report
    }

    /// 1,000 days of charges, so that what is measured at each size is written where charges of now are: at the end.
    func run() async throws {
        let sizes = [100_000, 1_000_000, 10_000_000].filter { $0 <= options.charges }
        guard let largest = sizes.last else { return report.line("– growth is left out: it begins with --charges 100000") }
        try report.part("Charges beside so many stored, \(ChargeWrites.keys) keys, 16 callers with batches of 100", in: options.folder)
        let folder = try BenchFolder(in: options.folder, "chargegrowth")
        let path = folder.path + "/ledger"
        try Ledger.create(path)
        let ledger = try Ledger.open(path)
        try await KeyFactory.fill(ledger, count: ChargeWrites.keys)
        let history = ChargeHistory(charges: largest, days: max(1, largest / 100_000))
        let factory = ChargeFactory(keys: ChargeWrites.keys)
        var stored = 0
        var costs: [Int: Sample] = [:]
        for size in sizes {
            try await history.record(stored..<size, in: ledger)
            stored = size
            var values: [Double] = []
            for run in 0..<options.runs { values.append(try await cost(ledger, factory, run: run + size)) }
            costs[size] = Sample(values)
            let memory = SystemState.memoryKiB()
            report.line(
                "\(size): \(Sample(values).text(digits: 3)) µs a charge; bytes a charge on disk "
                    + "\(SystemState.diskBytes(path, "log") / stored) in the log, \(SystemState.diskBytes(path, "views") / stored) in the views; "
                    + "memory \(memory.resident / 1_024) MiB resident, of that no file's \(memory.anonymous / 1_024) MiB")
            report.value("memory at \(size) charges that no file backs", Double(memory.anonymous) / 1_024, "MiB", atMost: 256)
        }
        ledger.close()
        guard let small = costs[sizes[0]], let large = costs[largest], sizes.count > 1 else { return }
        report.ratio("a charge beside \(largest) stored, beside \(sizes[0])", Sample([large.median / small.median]), atMost: 1.3)
    }

    private func cost(_ ledger: Ledger, _ factory: ChargeFactory, run: Int) async throws -> Double {
        let loops = (0..<16).map { ChargeLoop(ledger, factory, .id, producer: $0, batch: 100, first: run * 10_000_000) }
        let start = Clock.nanoseconds()
        let end = start + Int(options.seconds(1) * 1e9)
        let charges = try await withThrowingTaskGroup(of: Int.self) { group in
            for loop in loops { group.addTask { try await loop.run(until: end) } }
            return try await group.reduce(0, +)
        }
        return Double(Clock.nanoseconds() - start) / 1e3 / Double(charges)
    }
}
