import Glibc
import Ledger

/// A large ledger beside a small one: memory, and the time of each request as a client sees it.
struct Growth {
    private let options: BenchOptions
    private let report: Report

    init(_ options: BenchOptions, _ report: Report) {
        self.options = options
        self.report = report
    }

    func run() async throws {
        try report.part("\(options.largeKeys) keys beside \(options.smallKeys)", in: options.folder)
        let folder = try BenchFolder(in: options.folder, "growth")
        let seconds = try await make(folder.path + "/large", options.largeKeys)
        report.line(
            "\(options.largeKeys) keys made through the library in \(Sample.text(seconds, 3)) s, \(Sample.text(Double(options.largeKeys) / seconds, 3))/s"
        )
        showMemory("while making them", getpid())
        _ = try await make(folder.path + "/small", options.smallKeys)
        let (large, small) = (try ServerProcess(folder.path + "/large"), try ServerProcess(folder.path + "/small"))
        defer {
            large.stop()
            small.stop()
        }
        try compare(large, small)
        showMemory("of the server after these requests", large.process)
    }

    private func make(_ folder: String, _ count: Int) async throws -> Double {
        try Ledger.create(folder)
        let ledger = try Ledger.open(folder)
        let start = Clock.nanoseconds()
        try await KeyFactory.fill(ledger, count: count)
        let seconds = Double(Clock.nanoseconds() - start) / 1e9
        ledger.close()
        return seconds
    }

    private func showMemory(_ when: String, _ process: pid_t) {
        let memory = SystemState.memoryKiB(of: process)
        report.value(
            "memory beside the map, \(when) (resident \(Sample.text(Double(memory.resident) / 1024, 3)) MiB in all)",
            Double(memory.anonymous) / 1024, "MiB", atMost: 256)
    }

    /// One kind of request on both ledgers.
    private struct Request {
        let name: String
        let count: Int
        /// The request of a round for a key.
        let make: (_ key: Int, _ round: Int) -> [UInt8]
        var changes = false
        /// Each key once only: the request ends it.
        var isOnce = false
        /// On 16 connections at once: so short that on one the time would be that of waking threads up.
        var isMany = false
    }

    private func compare(_ large: ServerProcess, _ small: ServerProcess) throws {
        let servers = [large, small]
        try zip(servers, [options.largeKeys, options.smallKeys]).forEach { try warm($0, total: $1) }
        for isMany in [false, true] {
            let clients = try servers.map { try LoadGenerator(port: $0.port, connections: isMany ? 16 : 1) }
            for request in requests where request.isMany == isMany {
                if isMany { try compareRates(request, clients) } else { try compare(request, clients, servers) }
            }
        }
    }

    /// A server that has run for a while has looked at its pages before.
    private func warm(_ server: ServerProcess, total: Int) throws {
        let load = try LoadGenerator(port: server.port, connections: 16)
        let keys = stride(from: 0, to: total, by: max(1, total / 50_000))
        for request in requests where !request.changes {
            _ = try load.rate(keys.map { request.make($0, 0) }, seconds: options.seconds(3))
        }
    }

    /// In turn on one and the other, a few at a time, so that other work on the machine hits both alike.
    private func compare(_ request: Request, _ clients: [LoadGenerator], _ servers: [ServerProcess]) throws {
        let written = servers.map { SystemState.writtenBytes(by: $0.process) }
        var ratios: [Double] = []
        var medians: [[Double]] = [[], []]
        for run in 0..<options.runs {
            var times: [[Double]] = [[], []]
            let count = options.isQuick ? request.count / 5 : request.count
            let keys = [options.largeKeys, options.smallKeys].map { total in chosen(request, of: total, run: run, count: count) }
            for start in stride(from: 0, to: count, by: 10) {
                for (index, client) in clients.enumerated() {
                    let bytes = keys[index][start..<min(start + 10, count)].map { request.make($0, run) }
                    times[index] += try client.latencies(bytes)
                }
            }
            for index in 0..<2 { medians[index].append(Sample(times[index]).median) }
            ratios.append(Sample(times[0]).median / Sample(times[1]).median)
        }
        report.line(
            "\(request.name): \(Sample.text(Sample(medians[0]).median, 3)) µs among \(options.largeKeys) keys, "
                + "\(Sample.text(Sample(medians[1]).median, 3)) µs among \(options.smallKeys)")
        if request.changes {
            let count = Double(options.runs * (options.isQuick ? request.count / 5 : request.count))
            let bytes = zip(servers, written).map { Double(SystemState.writtenBytes(by: $0.process) - $1) / count / 1_024 }
            report.line("  written: \(Sample.text(bytes[0], 3)) KiB and \(Sample.text(bytes[1], 3)) KiB each")
        }
        report.ratio(request.name, Sample(ratios), atMost: 1.3)
    }

    /// In turn on one and the other, a fifth of a second at a time.
    private func compareRates(_ request: Request, _ clients: [LoadGenerator]) throws {
        var ratios: [Double] = []
        var medians: [[Double]] = [[], []]
        for run in 0..<options.runs {
            var times: [[Double]] = [[], []]
            let totals = [options.largeKeys, options.smallKeys]
            let requests = totals.map { total in
                chosen(request, of: total, run: run, count: request.count).map { request.make($0, run) }
            }
            for turn in 0..<10 {
                for (index, client) in clients.enumerated() {
                    // Other keys each time: those of the turn before are remembered.
                    let part = requests[index].count / 10
                    let rate = try client.rate(Array(requests[index][turn * part..<(turn + 1) * part]), seconds: options.seconds(0.2))
                    times[index].append(1e6 / rate)
                }
            }
            for index in 0..<2 { medians[index].append(Sample(times[index]).median) }
            ratios.append(Sample(times[0]).median / Sample(times[1]).median)
        }
        report.line(
            "\(request.name): \(Sample.text(Sample(medians[0]).median, 3)) µs among \(options.largeKeys) keys, "
                + "\(Sample.text(Sample(medians[1]).median, 3)) µs among \(options.smallKeys), on 16 connections")
        report.ratio(request.name, Sample(ratios), atMost: 1.3)
    }

    /// Random keys; for a request that ends its key, keys that no other run ends.
    private func chosen(_ request: Request, of total: Int, run: Int, count: Int) -> [Int] {
        if request.isOnce { return (0..<count).map { total - 1 - (run * count + $0) * max(1, total / 2 / (options.runs * count)) } }
        var numbers = Numbers(seed: UInt64(run + 1))
        // The upper half is for deletion.
        return (0..<count).map { _ in numbers.next(below: total / 2) }
    }

    private var requests: [Request] {
        let master = ServerProcess.masterSecret
        func get(_ name: String, _ path: @escaping (Int) -> String) -> Request {
            Request(name: name, count: 500) { key, _ in HTTPBytes.request("GET", path(key), secret: master) }
        }
        return [
            get("list, page 1") { _ in "/key/list?page=1&size=10&return_full_object=true" },
            get("find by alias") { "/key/list?key_alias=\(KeyFactory.alias($0))&return_full_object=true" },
            get("find by team") { "/key/list?team_id=\(KeyFactory.team($0))&return_full_object=true" },
            Request(
                name: "check", count: 100_000,
                make: { key, _ in
                    HTTPBytes.request("POST", "/v1/keys/verify", secret: master, body: #"{"key":"\#(KeyFactory.secret(key))"}"#)
                },
                isMany: true),
            Request(
                name: "rotate", count: 100,
                make: { key, _ in
                    HTTPBytes.request(
                        "POST", "/key/regenerate", secret: master, body: #"{"key":"\#(KeyFactory.secret(key))","grace_period":"1h"}"#)
                },
                changes: true),
            Request(
                name: "delete", count: 80,
                make: { key, _ in
                    HTTPBytes.request("POST", "/key/delete", secret: master, body: #"{"keys":["\#(KeyFactory.secret(key))"]}"#)
                },
                changes: true, isOnce: true),
        ]
    }
}
