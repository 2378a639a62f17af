import LMDB
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import Synchronization

/// What charges make, for queries and for the writer: the views, the tail of what they lack, and the thread that folds the tail into
/// them.
final class SpendViews: Sendable {
    let views: ViewStore
    let log: Store
    let source: Source
    private let mostUnfolded: Int
    /// Charges that were refused because others have their ids.
    let conflicts = Atomic<UInt64>(0)
    let fold: FoldThread
    private let zones: ZoneThread

    enum Source {
        case writer(SpendTail)
        /// Beside a writer of another process.
        case reader(SpendFollower)
    }

    /// Opens the views; a writer makes them where there are none or another version's, and folds what the log has and they lack.
    init(_ folder: String, _ log: Store, _ logID: LogID, _ options: Ledger.Options, _ zones: ReportZones) throws {
        self.log = log
        mostUnfolded = options.mostUnfoldedCharges
        let names = Self.names(log)
        guard options.access == .readWrite else {
            views = try ViewStore(folder, log: logID, ViewStore.Options(options, zones), names: names)
            source = .reader(SpendFollower(views, log.log, log.environment))
            fold = FoldThread(intervalNanoseconds: options.foldIntervalNanoseconds) {}
            self.zones = ZoneThread(views)
            return
        }
        let views = try ViewStore.upToDate(
            folder, log: logID, ViewStore.Options(options, zones), names: names, log.log, log.environment)
        self.views = views
        self.zones = ZoneThread(views)
        let tail = SpendTail(after: views.position, zones: views.zoneCount)
        source = .writer(tail)
        fold = FoldThread(intervalNanoseconds: options.foldIntervalNanoseconds) { try views.fold(tail) }
    }

    /// The names that charges carry as numbers.
    static func names(_ log: Store) -> ModelNames {
        ModelNames { kind, number in
            try log.environment.read { (transaction: inout ReadTransaction) throws in
                try KeyReader(log.keys(LiveSet.read(log.log, in: &transaction))).name(kind, number, in: &transaction)
            }
        }
    }

    /// Makes the views of a new ledger, which hold nothing.
    static func create(_ folder: String, _ logID: LogID, _ options: Ledger.Options) throws {
        try ViewStore(folder, log: logID, ViewStore.Options(options, ReportZones()), names: ModelNames { _, _ in nil }).close()
    }

    /// The last event that the views hold.
    var position: Position {
        switch source {
        case .writer: views.position
        case .reader: (try? views.read { try $0.position(in: &$1) }) ?? views.position
        }
    }

    var environment: Environment { get throws { try views.currentEnvironment() } }

    /// Charges that wait to be folded.
    var unfolded: Int {
        guard case .writer(let tail) = source else { return 0 }
        return tail.chargeCount
    }

    /// What was spent with a key, up to the head.
    ///
    /// - Parameter pending: the writer's batch, whose events count too.
    func spend(
        of keyID: KeyID, _ budget: KeyBudget, tokens: [Token], at moment: Instant, pending: PendingSpend? = nil
    ) throws -> KeySpendAnswer {
        try read(keyID, tokens) { reader, entries, transaction in
            var entries = entries
            if let pending {
                entries.changes += try pending.changes(of: keyID)
                entries.unknown += try pending.spend(of: tokens)
            }
            return try reader.spend(
                of: keyID, budget, tokens: tokens, at: moment, tail: entries, names: views.names, in: &transaction)
        }
    }

    /// What was spent of a key's budgets, with the last event that it counts.
    func known(of keyID: KeyID, _ budget: KeyBudget, at moment: Instant) throws -> KnownSpend {
        try read(keyID, []) { reader, entries, transaction in
            try reader.known(of: keyID, budget, at: moment, tail: entries, names: views.names, in: &transaction)
        }
    }

    /// The last event that is flushed, if since an earlier one nothing was added to what was spent with a key; `nil` if something was, and
    /// where nobody knows.
    func isUntouched(_ keyID: KeyID, since position: Position) -> Position? {
        guard case .writer(let tail) = source else { return nil }
        return tail.isUntouched(keyID, since: position)
    }

    /// Runs `body` with the views and with what they lack of a key.
    private func read<R>(
        _ keyID: KeyID, _ tokens: [Token], _ body: (SpendReader, SpendTail.Entries, inout ReadTransaction) throws -> R
    ) throws -> R {
        switch source {
        case .writer(let tail):
            // What the tail drops after this is in the views by then.
            let entries = tail.entries(of: keyID, tokens: tokens)
            return try views.read { reader, transaction in try body(reader, entries, &transaction) }
        case .reader(let follower):
            return try follower.read { reader, transaction, tail in
                try body(reader, tail.entries(of: keyID, tokens: tokens), &transaction)
            }
        }
    }

    /// What tokens were charged while no key had them.
    func unknownSpend(of tokens: [Token], _ keyID: KeyID) throws -> TokenSpend {
        try read(keyID, tokens) { reader, entries, transaction in
            let position = try reader.position(in: &transaction)
            var sum = TokenSpend()
            for token in tokens {
                try sum.add(reader.spend(of: token, in: &transaction))
                for entry in entries.unknown where entry.last > position { try entry.spend[token].map { try sum.add($0) } }
            }
            return sum
        }
    }

    /// What was spent with a key up to an earlier event.
    func pastSpend(of key: KeyState, upTo last: Position) -> PastSpend {
        PastSpend(of: key.keyID, createdAt: key.createdPosition, upTo: last, log.log, log.environment, names: views.names)
    }

    /// Where charges with these ids were recorded, as far as the views know; for those alone of which the writer does not know by itself.
    func positions(of charges: [PreparedCharge], at moment: Instant, _ recent: RecentCharges) throws -> [Position?] {
        try views.read { reader, transaction in
            var positions: [Position?] = []
            positions.reserveCapacity(charges.count)
            for index in charges.indices {
                let identities = charges[index].identities(at: moment)
                positions.append(
                    try identities.firstMap { identity in
                        recent[identity] == nil ? try reader.position(of: identity, in: &transaction) : nil
                    })
            }
            return positions
        }
    }

    /// Takes a batch that is flushed.
    func take(_ batch: PendingSpend) throws {
        guard batch.eventCount > 0 else { return }
        guard case .writer(let tail) = source else { return }
        try batch.move(to: tail)
        fold.wake(events: batch.eventCount, charges: batch.chargeCount)
    }

    /// Counts the conflicts among answers.
    func count(_ result: Result<ChargeReceipt, any Error>) {
        guard case .success(let receipt) = result else { return }
        let count = receipt.outcomes.count { if case .conflict = $0 { true } else { false } }
        if count > 0 { conflicts.add(UInt64(count), ordering: .relaxed) }
    }

    /// - Throws: `queueFull` while too much waits to be folded, `poisoned` if it will never be.
    func requireRoom() throws(LedgerError) {
        guard unfolded >= mostUnfolded else { return }
        if let reason = fold.failure {
            throw LedgerError(.poisoned, "Charges cannot be folded any more: \(reason). Nothing was recorded. Restart the ledger.")
        }
        throw LedgerError(
            .queueFull, "\(mostUnfolded) charges wait to be folded; nothing was recorded. Try again.", retryAfterSeconds: 1)
    }

    /// Starts what goes on beside the writer.
    func start() throws {
        try fold.start()
        try zones.start()
    }

    /// Lets the threads end by themselves; nothing more is folded.
    func requestStop() {
        zones.requestStop()
        fold.requestStop(folding: false)
    }

    /// Why the tables of report zones could not be filled; their days are summed from quarters until the next start.
    var zoneFailure: String? { zones.failure }

    /// Ends the fold's thread and lets go of the folder.
    ///
    /// - Parameter folding: what the tail holds is folded first.
    func close(folding: Bool) {
        zones.stop()
        fold.stop(folding: folding)
        views.close()
    }
}

extension ViewStore.Options {
    init(_ options: Ledger.Options, _ zones: ReportZones) {
        self.init(
            access: options.access == .readWrite ? .readWrite : .readOnly, mapSizeBytes: options.mapSizeBytes,
            allowsNetworkFileSystem: options.allowsNetworkFileSystem, zones: zones)
    }
}
