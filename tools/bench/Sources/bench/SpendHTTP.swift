import Ledger

/// Durable charges per second through `POST /v1/spend`, beside UmaDB, an event store server, with events of the same size.
struct SpendHTTP {
    private enum Format: String, CaseIterable {
        case json = "JSON"
        case protobuf

        var contentType: String {
            switch self {
            case .json: "application/json"
            case .protobuf: "application/x-protobuf"
            }
        }
    }

    /// Bytes of a charge in the log, which the peer's events have too.
    private static let eventSize = 85
    private static let slices = 3

    private let options: BenchOptions
    private let report: Report
    private let factory = ChargeFactory(keys: ChargeWrites.keys)

    init(_ options: BenchOptions, _ report: Report) {
        self.options = options
        self.report = report
    }

    func run() async throws {
        var umadb = try PeerProcess.start(.umadb, options, report)
        try report.part(
            "Durable charges over HTTP, \(ChargeWrites.keys) keys, the client on the same machine, beside \(umadb?.name ?? "nothing") with "
                + "events of \(Self.eventSize) bytes and no tags, callers and batches alike",
            in: options.folder)
        for batch in options.batches {
            for callers in options.callers { try await compare(callers: callers, batch: batch, &umadb) }
        }
    }

    private struct Figures {
        var rates: [Double] = []
        var ratios: [Double] = []
        var costs: [Double] = []
        var memory = 0
    }

    /// All ways of saying the same, in turn in each run.
    private func compare(callers: Int, batch: Int, _ umadb: inout PeerProcess?) async throws {
        let ways = Format.allCases.flatMap { format in ChargeFactory.Identity.allCases.map { (format, $0) } }
        var figures = [Figures](repeating: Figures(), count: ways.count)
        var peers: [Double] = []
        for _ in 0..<options.runs {
            for (index, (format, identity)) in ways.enumerated() {
                let peer = try await measure(format, identity, callers: callers, batch: batch, &umadb, &figures[index])
                if let peer { peers.append(peer) }
            }
        }
        if !peers.isEmpty { report.line("\(callers) × \(batch): UmaDB \(Sample(peers).text(digits: 3))/s") }
        for ((format, identity), figures) in zip(ways, figures) {
            let name = "\(callers) × \(batch) \(format.rawValue) \(identity.rawValue)"
            report.line(
                "\(name): \(Sample(figures.rates).text(digits: 3))/s, processor time of the server "
                    + "\(Sample.text(Sample(figures.costs).median, 3)) µs a charge, resident memory at most \(figures.memory) MiB")
            guard !figures.ratios.isEmpty else { continue }
            if format == .protobuf {
                report.ratio("\(name) beside UmaDB", Sample(figures.ratios), atLeast: batch == 1 ? 1 : 0.4)
            } else {
                report.ratio("\(name) beside UmaDB", Sample(figures.ratios))
            }
        }
    }

    /// Slices of both in turn.
    ///
    /// - Returns: the peer's rate.
    private func measure(
        _ format: Format, _ identity: ChargeFactory.Identity, callers: Int, batch: Int, _ umadb: inout PeerProcess?,
        _ figures: inout Figures
    ) async throws -> Double? {
        let folder = try BenchFolder(in: options.folder, "spend")
        try Ledger.create(folder.path + "/ledger")
        let ledger = try Ledger.open(folder.path + "/ledger")
        try await KeyFactory.fill(ledger, count: ChargeWrites.keys)
        ledger.close()
        let server = try ServerProcess(folder.path + "/ledger")
        defer { server.stop() }
        let load = try LoadGenerator(port: server.port, connections: callers)
        var bodies = (0..<callers).map { request(format, identity, batch: batch, caller: $0) }
        var sent = [Int](repeating: 0, count: callers)
        var (rate, used, peer): (Double, Double, Double?) = (0, 0, 0)
        attempt(&umadb) { try $0.ask("start") }
        for _ in 0..<Self.slices {
            let seconds = options.seconds(1) / Double(Self.slices)
            let answer = attempt(&umadb) { try $0.ask("append \(callers) \(batch) \(seconds) \(Self.eventSize)") }
            peer = answer.flatMap(\.first).flatMap { part in peer.map { $0 + part / Double(Self.slices) } }
            let before = SystemState.processorSeconds(of: server.process)
            rate +=
                try load.rate(seconds: seconds) { caller in
                    bodies[caller].number(from: identity == .id ? caller &* 1_000_000_000 + sent[caller] + 1 : sent[caller] + 1)
                    sent[caller] += batch
                    return bodies[caller].bytes
                } * Double(batch) / Double(Self.slices)
            used += SystemState.processorSeconds(of: server.process) - before
        }
        let count = sent.reduce(0, +)
        try requireRecorded(count, server)
        figures.rates.append(rate)
        figures.costs.append(used / Double(count) * 1e6)
        if let peer { figures.ratios.append(rate / peer) }
        figures.memory = max(figures.memory, SystemState.peakMemoryMiB(of: server.process))
        return peer
    }

    @discardableResult
    private func attempt(_ umadb: inout PeerProcess?, _ body: (PeerProcess) throws -> [Double]) -> [Double]? {
        do {
            return try umadb.map(body)
        } catch {
            report.line("– UmaDB is left out from here on: \(error)")
            umadb = nil
            return nil
        }
    }

    private func request(_ format: Format, _ identity: ChargeFactory.Identity, batch: Int, caller: Int) -> ChargeBody {
        var random = Numbers(seed: UInt64(caller))
        let now = Instant.now
        let body =
            switch format {
            case .json: factory.json(identity, count: batch, producer: caller, at: now, &random)
            case .protobuf: factory.protobuf(identity, count: batch, producer: caller, at: now, &random)
            }
        let head =
            "POST /v1/spend HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(KeyFactory.secret(ChargeWrites.keys))\r\n"
            + "Content-Type: \(format.contentType)\r\nContent-Length: \(body.bytes.count)\r\n\r\n"
        return body.behind(Array(head.utf8))
    }

    /// An answer with the status 200 may still refuse charges; the log tells.
    private func requireRecorded(_ count: Int, _ server: ServerProcess) throws {
        let ledger = try Ledger.open(server.folder, Ledger.Options(access: .readOnly))
        defer { ledger.close() }
        let recorded = try RecordSizes.charges(ledger)
        guard recorded == count else { throw BenchError("\(count) charges were sent and \(recorded) recorded") }
    }
}
