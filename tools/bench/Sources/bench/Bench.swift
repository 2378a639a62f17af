import Glibc

/// Measures a ledger beside the least that anybody could do: ratios of one run on one machine, never absolute figures.
@main struct Bench {
    static func main() async {
        do {
            if CommandLine.arguments.dropFirst().first == ServerProcess.command {
                return try await ServerProcess.serve(CommandLine.arguments)
            }
            try await run(try BenchOptions(Array(CommandLine.arguments.dropFirst())))
        } catch {
            print("bench: \(error)")
            exit(1)
        }
    }

    private static func run(_ options: BenchOptions) async throws {
        let report = Report()
        report.heading(options)
        if options.parts.contains(.writes) { try await DurableWrites(options, report).run() }
        if options.parts.contains(.checks) { try await KeyChecks(options, report).run() }
        if options.parts.contains(.http) { try await HTTPChecks(options, report).run() }
        if options.parts.contains(.million) { try await Growth(options, report).run() }
        if options.parts.contains(.charges) { try await ChargeWrites(options, report).run() }
        if options.parts.contains(.spend) { try await SpendHTTP(options, report).run() }
        if options.parts.contains(.rebuild) { try await ViewRebuild(options, report).run() }
        if options.parts.contains(.activity) { try await ActivityHTTP(options, report).run() }
        if options.parts.contains(.chargegrowth) { try await ChargeGrowth(options, report).run() }
        report.end()
    }
}
