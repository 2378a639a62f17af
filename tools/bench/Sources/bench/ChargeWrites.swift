import Glibc
import Ledger
import Synchronization

/// Durable charges per second over the library, beside liblmdb alone and beside PostgreSQL with LiteLLM's writes.
struct ChargeWrites {
    static let keys = 1_000
    private static let slices = 5

    private let options: BenchOptions
    private let report: Report
    private let factory = ChargeFactory(keys: keys)

    init(_ options: BenchOptions, _ report: Report) {
        self.options = options
        self.report = report
    }

    func run() async throws {
        try report.part(
            "Durable charges over the library (callers × charges in a call), \(Self.keys) keys, everything on, beside the same records in the same commits in bare LMDB",
            in: options.folder)
        for identity in ChargeFactory.Identity.allCases {
            for batch in options.batches {
                for callers in options.callers { try await compare(identity, callers: callers, batch: batch) }
            }
        }
        report.line("resident memory at most \(SystemState.peakMemoryMiB()) MiB, the bench and its peers' pages in it")
        try await comparePostgres()
    }

    private func compare(_ identity: ChargeFactory.Identity, callers: Int, batch: Int) async throws {
        var (rates, bareRates, ratios): ([Double], [Double], [Double]) = ([], [], [])
        var (commits, sizes, costs, unfolded): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        for _ in 0..<options.runs {
            let folder = try BenchFolder(in: options.folder, "charges")
            let (done, bareSeconds) = try await record(folder.path, identity, callers: callers, batch: batch, isBare: true)
            rates.append(Double(done.charges) / done.seconds)
            bareRates.append(Double(done.charges) / bareSeconds)
            ratios.append(bareSeconds / done.seconds)
            commits.append(Double(done.charges) / Double(done.commits))
            sizes.append(Double(done.bytes) / Double(done.charges))
            costs.append(done.processorSeconds / Double(done.charges) * 1e6)
            unfolded.append(Double(done.unfolded))
        }
        let name = "\(callers) × \(batch) \(identity.rawValue)"
        report.line(
            "\(name): \(Sample(rates).text(digits: 3))/s, bare \(Sample(bareRates).text(digits: 3))/s; "
                + "\(Sample.text(Sample(commits).median, 3)) a commit, \(Sample.text(Sample(sizes).median, 3)) bytes each, "
                + "\(Sample.text(Sample(costs).median, 3)) µs of processor time, \(Int(Sample(unfolded).median)) not folded at the end")
        let bar = Self.bar(identity, perCommit: Sample(commits).median)
        report.ratio("\(name) beside bare LMDB", Sample(ratios), atLeast: bar)
    }

    /// The design's bar for so many charges a commit.
    private static func bar(_ identity: ChargeFactory.Identity, perCommit: Double) -> Double {
        switch perCommit {
        case ..<4: 0.9
        case ..<50: 0.7
        case _ where identity == .sequence: 0.5
        case ..<500: 0.4
        default: 0.3
        }
    }

    private struct Done {
        var charges = 0
        var seconds = 0.0
        /// Of the whole process, callers included.
        var processorSeconds = 0.0
        var commits = 0
        /// Of the records.
        var bytes = 0
        var unfolded = 0
    }

    /// Short slices in turn, so that other work on the machine and its disk hits both alike.
    private func record(
        _ folder: String, _ identity: ChargeFactory.Identity, callers: Int, batch: Int, isBare: Bool
    ) async throws -> (Done, bareSeconds: Double) {
        try Ledger.create(folder + "/ledger")
        let batches = Mutex<[Int]>([])
        var settings = Ledger.Options()
        settings.observer = LedgerObserver { report in
            if report.charges > 0 { batches.withLock { $0.append(report.events) } }
        }
        let ledger = try Ledger.open(folder + "/ledger", settings)
        try await KeyFactory.fill(ledger, count: Self.keys)
        let bare = try BareLMDB(folder + "/bare")
        defer { bare.close() }
        var loops = (0..<callers).map { ChargeLoop(ledger, factory, identity, producer: $0, batch: batch) }
        var done = Done()
        var bareSeconds = 0.0
        for _ in 0..<Self.slices {
            let first = ledger.head.position.next
            try await slice(&loops, &done)
            let sizes = try RecordSizes.sizes(ledger.logEnvironment, first)
            let commits = batches.withLock { batches in
                defer { batches = [] }
                return batches
            }
            done.bytes += sizes.reduce(0, +)
            done.commits += commits.count
            if isBare { bareSeconds += try Clock.seconds { try bare.append(batches: commits, sizes: sizes) } }
        }
        done.unfolded = try ledger.statistics().unfoldedCharges
        ledger.close()
        return (done, bareSeconds)
    }

    private func slice(_ loops: inout [ChargeLoop], _ done: inout Done) async throws {
        let before = SystemState.processorSeconds(of: getpid())
        let start = Clock.nanoseconds()
        let end = start + Int(options.seconds(1) * 1e9) / Self.slices
        let counts = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for (index, loop) in loops.enumerated() { group.addTask { (index, try await loop.run(until: end)) } }
            return try await group.reduce(into: [Int: Int]()) { $0[$1.0] = $1.1 }
        }
        done.seconds += Double(Clock.nanoseconds() - start) / 1e9
        done.processorSeconds += SystemState.processorSeconds(of: getpid()) - before
        for (index, count) in counts {
            loops[index].first += count
            done.charges += count
        }
    }

    /// What LiteLLM's database does for each charge: a row of SpendLogs, the key's counter, a daily row.
    private func comparePostgres() async throws {
        guard let postgres = try PeerProcess.start(.postgres, options, report) else { return }
        try report.part(
            "Durable charges beside \(postgres.name) doing LiteLLM's three writes in one transaction each (pgbench, prepared, 16 clients)",
            in: options.folder)
        do {
            try postgres.ask("start")
            _ = try postgres.ask("charges 16 1 \(Self.keys)")
            var (singles, batches, peers): ([Double], [Double], [Double]) = ([], [], [])
            for _ in 0..<options.runs {
                peers.append(try postgres.ask("charges 16 \(options.seconds(3)) \(Self.keys)")[0])
                singles.append(try await rate(callers: 16, batch: 1))
                batches.append(try await rate(callers: 16, batch: 100))
            }
            report.line(
                "PostgreSQL \(Sample(peers).text(digits: 3))/s; 16 callers \(Sample(singles).text(digits: 3))/s; "
                    + "16 callers with batches of 100 \(Sample(batches).text(digits: 3))/s")
            report.ratio("16 callers beside PostgreSQL", Sample(zip(singles, peers).map { $0 / $1 }), atLeast: 5)
            report.ratio("16 callers with batches of 100 beside PostgreSQL", Sample(zip(batches, peers).map { $0 / $1 }), atLeast: 20)
        } catch let missing as PeerProcess.Missing {
            report.line("– PostgreSQL is left out: \(missing.reason)")
        }
    }

    private func rate(callers: Int, batch: Int) async throws -> Double {
        let folder = try BenchFolder(in: options.folder, "charges")
        let done = try await record(folder.path, .id, callers: callers, batch: batch, isBare: false).0
        return Double(done.charges) / done.seconds
    }
}

/// One caller that records charges, a batch after the other.
struct ChargeLoop: Sendable {
    private let ledger: Ledger
    private let identity: ChargeFactory.Identity
    private let producer: Int
    /// The number of the next charge.
    var first: Int
    private let batches: [[NewCharge]]

    /// Makes what it sends beforehand, but for the identities.
    init(_ ledger: Ledger, _ factory: ChargeFactory, _ identity: ChargeFactory.Identity, producer: Int, batch: Int, first: Int = 1) {
        (self.ledger, self.identity, self.producer, self.first) = (ledger, identity, producer, first)
        var random = Numbers(seed: UInt64(producer))
        let now = Instant.now
        batches = (0..<max(1, min(64, 4_096 / batch))).map { _ in
            (0..<batch).map { number in
                factory.charge(.request(""), key: random.next(below: ChargeWrites.keys), number: number, at: now)
            }
        }
    }

    func run(until end: Int) async throws -> Int {
        var count = 0
        var turn = 0
        while Clock.nanoseconds() < end {
            var charges = batches[turn % batches.count]
            for index in charges.indices {
                charges[index].id = ChargeFactory.identity(identity, first + count + index, producer: producer)
            }
            try await Self.record(charges, ledger)
            count += charges.count
            turn += 1
        }
        return count
    }

    static func record(_ charges: [NewCharge], _ ledger: Ledger) async throws {
        let receipt = try await ledger.record(ChargeRequest(charges: charges, caller: .master))
        for outcome in receipt.outcomes {
            guard case .recorded = outcome else { throw BenchError("a charge was not recorded: \(outcome)") }
        }
    }
}
