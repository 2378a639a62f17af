import Ledger

/// Key checks within the process, beside bare look-ups of the same two rows.
struct KeyChecks {
    private let options: BenchOptions
    private let report: Report

    init(_ options: BenchOptions, _ report: Report) {
        self.options = options
        self.report = report
    }

    func run() async throws {
        let folder = try BenchFolder(in: options.folder, "checks")
        try Ledger.create(folder.path + "/ledger")
        let ledger = try Ledger.open(folder.path + "/ledger")
        try await KeyFactory.fill(ledger, count: options.keys)
        ledger.close()
        try report.part("Key checks in process, random tokens among \(options.keys) keys, one thread", in: options.folder)
        try measure(folder.path + "/ledger")
    }

    private func measure(_ folder: String) throws {
        var numbers = Numbers(seed: 7)
        let count = options.isQuick ? 20_000 : 200_000
        let tokens = (0..<count).map { _ in KeyFactory.token(numbers.next(below: options.keys)) }
        var rates: [String: [Double]] = [:]
        for _ in 0..<options.runs {
            let ledger = try Ledger.open(folder)
            let set = try ledger.statistics().liveSet
            rates["verdict", default: []].append(Double(count) / (try Clock.seconds { try Self.verdicts(ledger, tokens) }))
            rates["check", default: []].append(Double(count) / (try Clock.seconds { try Self.checks(ledger, tokens) }))
            ledger.close()
            let bare = try BareLMDB(folder + "/log", readOnly: true)
            let keys = tokens.map(\.hash.bytes)
            for renews in [true, false] {
                let seconds = try Clock.seconds {
                    _ = try bare.lookUp(keys, credentials: "credentials.\(set)", keys: "keys.\(set)", renews: renews)
                }
                rates[renews ? "bare" : "still", default: []].append(Double(count) / seconds)
            }
            bare.close()
        }
        show(rates)
    }

    private func show(_ rates: [String: [Double]]) {
        func ratio(_ name: String, _ base: String) -> Sample { Sample(zip(rates[name] ?? [], rates[base] ?? []).map { $0 / $1 }) }
        for (name, title) in [
            ("verdict", "verdict"), ("check", "check with the key's fields"), ("bare", "bare, a snapshot each"),
            ("still", "bare, one snapshot for all"),
        ] { report.line("\(title): \(Sample(rates[name] ?? []).text(digits: 3))/s") }
        report.ratio("verdict beside bare mdb_get, a snapshot each", ratio("verdict", "bare"), atLeast: 0.5)
        report.ratio("verdict beside bare mdb_get, one snapshot for all", ratio("verdict", "still"))
        report.ratio("check with the key's fields beside bare mdb_get, a snapshot each", ratio("check", "bare"), atLeast: 0.5)
    }

    private static func verdicts(_ ledger: Ledger, _ tokens: [Token]) throws {
        for token in tokens where try ledger.verdict(token).code != .valid { throw BenchError("a good key was refused") }
    }

    private static func checks(_ ledger: Ledger, _ tokens: [Token]) throws {
        for token in tokens where try ledger.check(token).code != .valid { throw BenchError("a good key was refused") }
    }
}
