import Ledger

/// Key checks within the process, beside bare look-ups of the same rows: those of the credential and of its key, and where the key has a
/// budget that of what was spent, which stands in an environment of its own.
struct KeyChecks {
    private let options: BenchOptions
    private let report: Report

    init(_ options: BenchOptions, _ report: Report) {
        self.options = options
        self.report = report
    }

    func run() async throws {
        for hasBudget in [false, true] {
            let folder = try BenchFolder(in: options.folder, "checks")
            let path = folder.path + "/ledger"
            try Ledger.create(path)
            let ledger = try Ledger.open(path)
            try await KeyFactory.fill(ledger, count: options.keys, hasBudget: hasBudget)
            ledger.close()
            try report.part(
                "Key checks in process, random tokens among \(options.keys) keys \(hasBudget ? "with" : "without") a budget, one thread, by its processor time",
                in: options.folder)
            try measure(path, hasBudget: hasBudget)
            if hasBudget { try await measureBesideCharges(path) }
        }
    }

    private func measure(_ folder: String, hasBudget: Bool) throws {
        var numbers = Numbers(seed: 7)
        let count = options.isQuick ? 20_000 : 200_000
        let tokens = (0..<count).map { _ in KeyFactory.token(numbers.next(below: options.keys)) }
        let keys = tokens.map(\.hash.bytes)
        var rates: [String: [Double]] = [:]
        for _ in 0..<options.runs {
            let ledger = try Ledger.open(folder)
            let set = try ledger.statistics().liveSet
            rates["verdict", default: []].append(Double(count) / (try Clock.processorSeconds { try Self.verdicts(ledger, tokens) }))
            rates["check", default: []].append(Double(count) / (try Clock.processorSeconds { try Self.checks(ledger, tokens) }))
            ledger.close()
            let bare = try BareLMDB(folder + "/log", readOnly: true)
            let views = try BareLMDB(folder + "/views.1", readOnly: true)
            for (name, spend, renews) in [("bare", hasBudget ? views : nil, true), ("two", nil, true), ("still", nil, false)] {
                let seconds = try Clock.processorSeconds {
                    _ = try bare.lookUp(keys, credentials: "credentials.\(set)", keys: "keys.\(set)", spendIn: spend, renews: renews)
                }
                rates[name, default: []].append(Double(count) / seconds)
            }
            bare.close()
            views.close()
        }
        show(rates, hasBudget: hasBudget)
    }

    private func show(_ rates: [String: [Double]], hasBudget: Bool) {
        func ratio(_ name: String, _ base: String) -> Sample { Sample(zip(rates[name] ?? [], rates[base] ?? []).map { $0 / $1 }) }
        for (name, title) in [
            ("verdict", "verdict"), ("check", "check with the key's fields"), ("bare", "bare, the same rows, snapshots each"),
            ("two", "bare, credential and key alone, a snapshot each"), ("still", "bare, credential and key alone, one snapshot for all"),
        ] { report.line("\(title): \(Sample(rates[name] ?? []).text(digits: 3))/s") }
        let keys = hasBudget ? "keys with a budget" : "keys without a budget"
        for (name, title) in [("verdict", "verdict"), ("check", "check with the key's fields")] {
            report.ratio("\(title), \(keys), beside bare mdb_get of the same rows", ratio(name, "bare"), atLeast: 0.5)
            if hasBudget { report.ratio("\(title), \(keys), beside bare mdb_get of credential and key alone", ratio(name, "two")) }
        }
    }

    /// The keys of a busy gateway again and again, first with the log standing still, then while each of them is charged.
    private func measureBesideCharges(_ folder: String) async throws {
        let tokens = (0..<1_000).map { KeyFactory.token($0) }
        var (still, beside, charges): ([Double], [Double], [Double]) = ([], [], [])
        for run in 0..<options.runs {
            let ledger = try Ledger.open(folder)
            _ = try Self.rate(ledger, tokens, seconds: options.seconds(0.5))
            still.append(try Self.rate(ledger, tokens, seconds: options.seconds(2)))
            let before = ledger.head.position.value
            let charging = Task { try await Self.charge(tokens, ledger, run) }
            let seconds = options.seconds(3)
            beside.append(try Self.rate(ledger, tokens, seconds: seconds))
            charges.append(Double(ledger.head.position.value - before) / seconds)
            charging.cancel()
            try await charging.value
            ledger.close()
        }
        report.line(
            "checks of \(tokens.count) keys again and again: \(Sample(still).text(digits: 3))/s with the log standing still, "
                + "\(Sample(beside).text(digits: 3))/s beside \(Sample(charges).text(digits: 3)) charges/s")
        report.ratio("checks beside charges beside checks without", Sample(zip(beside, still).map { $0 / $1 }))
    }

    private static func charge(_ tokens: [Token], _ ledger: Ledger, _ run: Int) async throws {
        var numbers = Numbers(seed: UInt64(run))
        var count = 0
        while !Task.isCancelled {
            let charges = (0..<100).map { index in
                NewCharge(
                    id: .request("\(run)-\(count)-\(index)"), token: tokens[numbers.next(below: tokens.count)],
                    amount: Amount(picodollars: 1), occurredAt: nil)
            }
            _ = try await ledger.record(ChargeRequest(charges: charges, caller: .master))
            count += 1
        }
    }

    private static func rate(_ ledger: Ledger, _ tokens: [Token], seconds: Double) throws -> Double {
        let start = Clock.nanoseconds()
        let end = start + Int(seconds * 1e9)
        var count = 0
        while Clock.nanoseconds() < end {
            try checks(ledger, tokens)
            count += tokens.count
        }
        return Double(count) / (Double(Clock.nanoseconds() - start) / 1e9)
    }

    private static func verdicts(_ ledger: Ledger, _ tokens: [Token]) throws {
        for token in tokens where try ledger.verdict(token).code != .valid { throw BenchError("a good key was refused") }
    }

    private static func checks(_ ledger: Ledger, _ tokens: [Token]) throws {
        for token in tokens where try ledger.check(token).code != .valid { throw BenchError("a good key was refused") }
    }
}
