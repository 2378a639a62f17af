package import Ledger
package import LedgerTelemetry

/// The figures that `/metrics` shows.
package struct LedgerMetrics: Sendable {
    package let registry: MetricsRegistry
    private let batchCommands: Histogram
    private let batchEvents: Histogram
    private let decideSeconds: Histogram
    private let commitSeconds: Histogram
    /// In the order of their codes.
    private let verdicts: [Counter]
    private let charges: [String: Counter]
    private let reconcileDifferences: Gauge
    private let reconcileMoment: Gauge
    private let reconcileSeconds: Gauge
    private let reconcileFailures: Counter

    package init(registry: MetricsRegistry = MetricsRegistry()) {
        self.registry = registry
        batchCommands = registry.histogram("keyledger_batch_commands", help: "Commands of one commit.", buckets: Histogram.Buckets.counts)
        batchEvents = registry.histogram("keyledger_batch_events", help: "Events of one commit.", buckets: Histogram.Buckets.counts)
        decideSeconds = registry.histogram(
            "keyledger_decide_seconds", help: "Deciding and putting one batch.", buckets: Histogram.Buckets.seconds)
        commitSeconds = registry.histogram(
            "keyledger_commit_seconds", help: "Commit of one batch: writing its pages and both flushes.", buckets: Histogram.Buckets.seconds
        )
        verdicts = KeyCheck.Code.allCases.map { code in
            registry.counter("keyledger_verify_total", help: "Key checks by verdict.", labels: ["code": code.rawValue])
        }
        reconcileDifferences = registry.gauge(
            "keyledger_reconcile_differences",
            help: "Rows of the views of spend that differed from the log in the last comparison; 0 for ever.")
        reconcileMoment = registry.gauge(
            "keyledger_reconcile_timestamp_seconds",
            help: "When the views of spend were last compared with the log; 0 before the first time.")
        reconcileSeconds = registry.gauge("keyledger_reconcile_seconds", help: "How long the last comparison took.")
        reconcileFailures = registry.counter(
            "keyledger_reconcile_failures_total", help: "Comparisons that ended without a result.")
        charges = Dictionary(
            uniqueKeysWithValues: ["recorded", "duplicate", "conflict", "rejected"].map { result in
                (
                    result,
                    registry.counter("keyledger_charges_total", help: "Charges sent, by what became of them.", labels: ["result": result])
                )
            })
    }

    /// Compares the views of spend with the log, and keeps what came of it.
    ///
    /// - Throws: as `Ledger.reconcile()`; a shutdown and a comparison that was cut short count as none.
    package func reconcile(_ ledger: Ledger) async throws -> SpendReconciliation {
        let start = ContinuousClock.now
        do {
            let report = try await ledger.reconcile()
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            reconcileSeconds.set(Double(seconds) + Double(attoseconds) / 1e18)
            reconcileDifferences.set(report.isClean ? 0 : Double(max(1, report.differenceCount)))
            reconcileMoment.set(Double(ledger.moment.nanoseconds) / 1e9)
            return report
        } catch {
            let code = (error as? LedgerError)?.code
            if code != .shuttingDown, code != .cancelled { reconcileFailures.increment() }
            throw error
        }
    }

    /// Counts the writer's batches.
    package var observer: LedgerObserver {
        LedgerObserver { report in
            batchCommands.observe(Double(report.commands))
            batchEvents.observe(Double(report.events))
            decideSeconds.observe(.nanoseconds(report.decideNanoseconds))
            commitSeconds.observe(.nanoseconds(report.commitNanoseconds))
        }
    }

    @Sendable func count(_ code: KeyCheck.Code) { verdicts[code.place].increment() }

    @Sendable func count(_ outcomes: [ChargeOutcome]) {
        var counts: [String: UInt64] = [:]
        for outcome in outcomes { counts[outcome.name, default: 0] += 1 }
        for (result, count) in counts { charges[result]?.increment(by: count) }
    }

    /// Adds the gauges that are read when `/metrics` is.
    package func watch(_ ledger: Ledger) {
        func gauge(_ name: String, _ help: String, _ read: @escaping @Sendable (LedgerStatistics) -> Double?) {
            registry.gauge(name, help: help) { (try? ledger.statistics()).flatMap(read) }
        }
        gauge("keyledger_head_position", "Position of the last event.") { Double($0.head.value) }
        gauge("keyledger_keys", "Living keys.") { Double($0.livingKeys) }
        gauge("keyledger_deleted_keys", "Deleted keys.") { Double($0.deletedKeys) }
        gauge("keyledger_queue_depth", "Commands that wait for the writer.") { Double($0.queueDepth) }
        gauge("keyledger_queue_capacity", "Commands that may wait for the writer.") { Double($0.queueCapacity) }
        gauge("keyledger_map_size_bytes", "Address space reserved for the log.") { Double($0.mapSizeBytes) }
        gauge("keyledger_map_used_bytes", "Bytes of the log's file in use or free for reuse.") { Double($0.mapUsedBytes) }
        gauge("keyledger_readers", "Reader slots in use.") { Double($0.readersInUse) }
        gauge("keyledger_oldest_reader_seconds", "Age of the oldest read transaction.") {
            Double($0.oldestReaderAgeNanoseconds ?? 0) / 1e9
        }
        gauge("keyledger_views_position", "Position of the last event that the views of spend hold.") { Double($0.viewsPosition.value) }
        gauge("keyledger_unfolded_charges", "Charges recorded and not yet folded into the views.") { Double($0.unfoldedCharges) }
        gauge("keyledger_fold_lag_seconds", "Age of the oldest event that is not folded yet.") {
            Double($0.foldLagNanoseconds) / 1e9
        }
        gauge("keyledger_poisoned", "1 after an I/O error that ended all writing.") { $0.isPoisoned ? 1 : 0 }
    }

    func render(_ ledger: Ledger) -> [UInt8] { Array(registry.render().utf8) }
}
