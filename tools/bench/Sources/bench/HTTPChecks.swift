import Ledger

/// Key checks over HTTP, beside a route of the same server that drains the same body and answers with nothing.
struct HTTPChecks {
    private let options: BenchOptions
    private let report: Report

    init(_ options: BenchOptions, _ report: Report) {
        self.options = options
        self.report = report
    }

    func run() async throws {
        let folder = try BenchFolder(in: options.folder, "http")
        try Ledger.create(folder.path + "/ledger")
        let ledger = try Ledger.open(folder.path + "/ledger")
        try await KeyFactory.fill(ledger, count: options.keys)
        ledger.close()
        try report.part(
            "Key checks over HTTP, random tokens among \(options.keys) keys, 32 connections, the client on the same machine",
            in: options.folder)
        let server = try ServerProcess(folder.path + "/ledger")
        defer { server.stop() }
        try compare("POST /v1/keys/verify", server, verify)
        try compare("POST /auth/gateway", server, gateway)
    }

    /// The same request to a check and to the empty route, in turn, in slices short enough for other work on the machine to hit both alike.
    private func compare(_ name: String, _ server: ServerProcess, _ make: (Int, Bool) -> [UInt8]) throws {
        var numbers = Numbers(seed: 11)
        let keys = (0..<4_000).map { _ in numbers.next(below: options.keys) }
        let (checks, empties) = (keys.map { make($0, false) }, keys.map { make($0, true) })
        let load = try LoadGenerator(port: server.port, connections: 32)
        _ = try load.rate(checks, seconds: options.seconds(0.5))
        var rates: [Double] = []
        var emptyRates: [Double] = []
        var ratios: [Double] = []
        var costs: [Double] = []
        var emptyCosts: [Double] = []
        for _ in 0..<options.runs {
            var slices: [(rate: Double, cost: Double)] = []
            for slice in 0..<60 { slices.append(try measure(load, server, slice % 2 == 0 ? checks : empties)) }
            let check = Self.mean(slices.enumerated().filter { $0.offset % 2 == 0 }.map(\.element))
            let empty = Self.mean(slices.enumerated().filter { $0.offset % 2 == 1 }.map(\.element))
            rates.append(check.rate)
            emptyRates.append(empty.rate)
            ratios.append(check.rate / empty.rate)
            costs.append(check.cost)
            emptyCosts.append(empty.cost)
        }
        report.line(
            "\(name): \(Sample(rates).text(digits: 3))/s, empty route \(Sample(emptyRates).text(digits: 3))/s; processor time of the server "
                + "\(Sample.text(Sample(costs).median, 3)) µs and \(Sample.text(Sample(emptyCosts).median, 3)) µs a request")
        report.ratio("\(name) beside the empty route", Sample(ratios), atLeast: 0.9)
    }

    private func measure(_ load: LoadGenerator, _ server: ServerProcess, _ requests: [[UInt8]]) throws -> (rate: Double, cost: Double) {
        let seconds = options.seconds(0.1)
        let before = SystemState.processorSeconds(of: server.process)
        let rate = try load.rate(requests, seconds: seconds)
        let used = SystemState.processorSeconds(of: server.process) - before
        return (rate, used / (rate * seconds) * 1e6)
    }

    private static func mean(_ slices: [(rate: Double, cost: Double)]) -> (rate: Double, cost: Double) {
        let count = Double(slices.count)
        return (slices.reduce(0) { $0 + $1.rate } / count, slices.reduce(0) { $0 + $1.cost } / count)
    }

    /// As a gateway asks: its own secret in the header, the caller's in the body.
    private func verify(_ number: Int, isEmpty: Bool) -> [UInt8] {
        HTTPBytes.request(
            "POST", isEmpty ? ServerProcess.emptyPath : "/v1/keys/verify", secret: KeyFactory.secret(options.keys),
            body: #"{"key":"\#(KeyFactory.secret(number))","model":"gpt-4o"}"#)
    }

    /// As nginx, Envoy or Traefik ask: the caller's own request.
    private func gateway(_ number: Int, isEmpty: Bool) -> [UInt8] {
        HTTPBytes.request(
            "POST", isEmpty ? ServerProcess.emptyPath : "/auth/gateway", secret: KeyFactory.secret(number),
            body: #"{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}"#)
    }
}
