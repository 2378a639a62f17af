import Glibc
import Ledger

/// Daily activity of all keys over HTTP, beside PostgreSQL with LiteLLM's table and indexes that hands over the rows which LiteLLM sums up.
struct ActivityHTTP {
    private static let days = 366
    /// Of each key on each day, by which every key has rows of two models on most days.
    private static let perKeyAndDay = 3
    private static let reportZone = "Asia/Kathmandu"
    /// Zones of reports, and how much faster than PostgreSQL they are to be.
    private static let zones = [
        (name: "UTC", parameter: "", bar: 10.0), (name: "\(reportZone), a report zone", parameter: "&tz=\(reportZone)", bar: 10),
        (name: "America/St_Johns, no report zone", parameter: "&tz=America/St_Johns", bar: 1),
    ]

    private let options: BenchOptions
    private let report: Report

    init(_ options: BenchOptions, _ report: Report) {
        self.options = options
        self.report = report
    }

    func run() async throws {
        let keys = ChargeWrites.keys
        let history = ChargeHistory(charges: options.isQuick ? 20_000 : keys * Self.days * Self.perKeyAndDay, days: Self.days)
        let folder = try BenchFolder(in: options.folder, "activity")
        let path = folder.path + "/ledger"
        try report.part(
            "Daily activity over HTTP of \(keys) keys, \(history.charges) charges in \(Self.days) days, beside PostgreSQL's rows of the same days",
            in: options.folder)
        try Ledger.create(path)
        let ledger = try Ledger.open(path)
        try await KeyFactory.fill(ledger, count: keys)
        try await history.record(0..<history.charges, in: ledger)
        ledger.close()
        try await fillReportZone(path)
        let postgres = try postgres(history)
        let server = try ServerProcess(path)
        defer { server.stop() }
        for days in [28, Self.days] {
            let first = CivilDate(daysSince1970: history.lastDay.daysSince1970 - days + 1)
            try compare(server, postgres, "start_date=\(first)&end_date=\(history.lastDay)", days, "\(first) \(history.lastDay)")
        }
        report.line("resident memory of the server at most \(SystemState.peakMemoryMiB(of: server.process)) MiB, the map's pages in it")
    }

    /// The server keeps the zone that the ledger has.
    private func fillReportZone(_ path: String) async throws {
        let start = Clock.nanoseconds()
        let ledger = try Ledger.open(path, Ledger.Options(reportZones: [Self.reportZone]))
        defer { ledger.close() }
        while try !ledger.reportZones().allSatisfy(\.isComplete) {
            if let failure = ledger.reportZoneFailure { throw BenchError(failure) }
            try await Task.sleep(for: .milliseconds(10))
        }
        let seconds = Double(Clock.nanoseconds() - start) / 1e9
        report.line("\(Self.reportZone) was made a report zone in \(Sample([seconds]).text(digits: 3)) s")
    }

    private func postgres(_ history: ChargeHistory) throws -> PeerProcess? {
        guard let postgres = try PeerProcess.start(.postgres, options, report) else { return nil }
        let csv = options.folder + "/keyledger-bench-activity.csv"
        let file = try BenchFile(csv)
        defer { withExtendedLifetime(file) {} }
        do {
            try history.writeCSV(csv)
            try postgres.ask("start")
            try postgres.ask("load \(csv)")
            let daily = try postgres.ask("daily")
            report.line("\(postgres.name) holds \(Int(daily[0])) daily rows in \(Int(daily[1]) / 1_048_576) MiB")
            return postgres
        } catch let missing as PeerProcess.Missing {
            report.line("– PostgreSQL is left out: \(missing.reason)")
            return nil
        }
    }

    private func compare(_ server: ServerProcess, _ postgres: PeerProcess?, _ range: String, _ days: Int, _ peerRange: String) throws {
        let zones = Self.zones
        var times = [[Double]](repeating: [], count: zones.count)
        var sizes = [Int](repeating: 0, count: zones.count)
        var (peers, rows): ([Double], Int) = ([], 0)
        for _ in 0..<options.runs {
            if let answer = try postgres?.ask("activity \(peerRange)") {
                peers.append(answer[0])
                rows = Int(answer[1])
            }
            for (index, zone) in zones.enumerated() {
                let answer = try HTTPBytes.fetch(
                    "/user/daily/activity/aggregated?\(range)\(zone.parameter)", secret: ServerProcess.masterSecret, server.port)
                times[index].append(answer.seconds)
                sizes[index] = answer.bytes
            }
        }
        if !peers.isEmpty {
            report.line(
                "\(days) days: PostgreSQL \(Sample(peers.map { $0 * 1e3 }).text(digits: 3)) ms for \(rows) rows, which nobody has summed up yet"
            )
        }
        for (index, zone) in zones.enumerated() {
            report.line(
                "\(days) days, \(zone.name): \(Sample(times[index].map { $0 * 1e3 }).text(digits: 3)) ms, \(sizes[index] / 1_024) KiB")
            guard peers.count == times[index].count else { continue }
            report.ratio(
                "\(days) days in \(zone.name) beside PostgreSQL", Sample(zip(peers, times[index]).map { $0 / $1 }), atLeast: zone.bar)
        }
    }
}

extension HTTPBytes {
    /// Asks once and reads the whole answer.
    ///
    /// - Throws: if it is not a 200.
    static func fetch(_ path: String, secret: String, _ port: UInt16) throws -> (seconds: Double, bytes: Int) {
        let request = Array(
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer \(secret)\r\n\r\n".utf8)
        let start = Clock.nanoseconds()
        let descriptor = try LoadGenerator.connect(port)
        defer { close(descriptor) }
        guard send(descriptor, request, request.count, 0) == request.count else { throw BenchError("send failed") }
        var head: [UInt8] = []
        var bytes = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            bytes += count
            if head.count < 600 { head += buffer.prefix(min(count, 600)) }
        }
        guard head.count > 12, head[9..<12].elementsEqual("200".utf8) else {
            throw BenchError("GET \(path): \(String(decoding: head, as: UTF8.self))")
        }
        return (Double(Clock.nanoseconds() - start) / 1e9, bytes)
    }
}
