import LMDB
import LedgerLog
import LedgerProjections

/// What the writer's thread needs to begin.
struct WriterStart: Sendable {
    let acceptsClock: Bool
    let store: Store
    let environment: LedgerEnvironment
    let queue: CommandQueue
    let observer: LedgerObserver
    let published: PublishedState
    let views: SpendViews
    let clockGuard: ClockGuard

    /// Makes the writer once, before its thread: what is wrong belongs to whoever opens the ledger.
    func verify() throws {
        var writer = try makeWriter()
        if acceptsClock, clockGuard.leap != nil { try writer.recordAcceptedClock() }
    }

    /// The thread's life.
    func run() {
        do {
            var writer = try makeWriter()
            writer.run()
        } catch {
            store.environment.poison(reason: "the writer could not start: \(error)")
            while let jobs = queue.take(most: .max, waits: true) { jobs.forEach { $0.fail(LedgerError(error)) } }
        }
    }

    private func makeWriter() throws -> Writer {
        var clockGuard = clockGuard
        if acceptsClock { clockGuard.accept(wallClock: environment.now(), uptime: environment.uptimeNanoseconds()) }
        return try Writer(
            store: store, environment: environment, queue: queue, observer: observer, published: published, views: views,
            clockGuard: clockGuard)
    }
}
