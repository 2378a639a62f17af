import Ledger
import LedgerHTTP
import Logging
import ServiceLifecycle

/// Compares the views of spend with the log, shortly after the start and then at intervals. At a shutdown it cuts short what goes on beside
/// requests, so that those can end.
struct ReconcileService: Service {
    /// The first comparison waits, so that a start is quick.
    private static let mostSecondsToFirst: Int64 = 60
    private static let mostNamed = 5

    let ledger: Ledger
    let metrics: LedgerMetrics
    let interval: ReconcileInterval
    let logger: Logger

    func run() async throws {
        try await withGracefulShutdownHandler {
            guard let seconds = interval.seconds else { return try await gracefulShutdown() }
            await cancelWhenGracefulShutdown { await compare(every: seconds) }
        } onGracefulShutdown: {
            ledger.endLongWork()
        }
    }

    /// Until the task is cancelled.
    private func compare(every seconds: Int64) async {
        var pause = min(seconds, Self.mostSecondsToFirst)
        while (try? await Task.sleep(for: .seconds(pause))) != nil {
            await compare()
            pause = seconds
        }
    }

    private func compare() async {
        if let reason = ledger.reportZoneFailure {
            logger.error("report zones are slow until a restart: their days could not be filled", metadata: ["reason": "\(reason)"])
        }
        do {
            let report = try await metrics.reconcile(ledger)
            guard !report.isClean else { return }
            let rows = report.differences.prefix(Self.mostNamed).map(\.description).joined(separator: "; ")
            logger.error(
                "the views of spend are not what the log says; run `keyledger rebuild --view activity`",
                metadata: ["differences": "\(report.differenceCount)", "position": "\(report.position)", "rows": "\(rows)"])
        } catch let error as LedgerError where error.code == .shuttingDown {
            return
        } catch {
            logger.error("the views of spend could not be compared with the log", metadata: ["reason": "\(error)"])
        }
    }
}
