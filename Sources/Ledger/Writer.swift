import LMDB
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import Synchronization

/// The one writer: takes what has gathered in the queue, decides and appends it in one transaction, flushes, answers.
///
/// Used by its own thread alone; what others may read of it is in ``Published``.
struct Writer {
    /// What readers see of the writer's work.
    struct Published: Sendable {
        /// Changed after each flush.
        var head: Head
        /// The recorded time of the batch that was begun last, whether or not it is flushed yet.
        var latest: Instant
        var clockLeap: String?
        /// The set of key tables that answers, changed after the flush of the swap and before the next batch is begun.
        var live: KeyTables.SetName
        /// How often it has changed.
        var swaps = 0
        /// No batch is under way, and none failed after it may have been committed: a snapshot of the log shows `head` and nothing later.
        var isSettled = true
        /// As above of what changes keys: batches of charges come and go beside it.
        var areKeysSettled = true
        /// The batch that changed keys last ended here; at a start the head.
        var keys: Position

        init(head: Head, clockLeap: String? = nil, live: KeyTables.SetName = .a) {
            self.head = head
            latest = head.recordedAt
            keys = head.position
            self.clockLeap = clockLeap
            self.live = live
        }
    }

    static let largestBatch = 1_000

    let store: Store
    let environment: LedgerEnvironment
    let queue: CommandQueue
    let observer: LedgerObserver
    let published: PublishedState
    let views: SpendViews
    private let directory = ChargeDirectory()
    private var appender: LogAppender
    private var fold: KeyFold
    private var clockGuard: ClockGuard
    private var rebuild: LiveRebuild?

    init(
        store: Store, environment: LedgerEnvironment, queue: CommandQueue, observer: LedgerObserver, published: PublishedState,
        views: SpendViews, clockGuard: ClockGuard
    ) throws {
        self.store = store
        self.environment = environment
        self.queue = queue
        self.observer = observer
        self.published = published
        self.views = views
        self.clockGuard = clockGuard
        (appender, fold) = try store.environment.read { transaction in
            let set = try LiveSet.read(store.log, in: &transaction)
            return (try LogAppender(store.log, in: &transaction), try KeyFold(store.keys(set), in: &transaction))
        }
        published.change { [head = appender.head, leap = clockGuard.leap, live = fold.tables.set] in
            $0 = Published(head: head, clockLeap: leap, live: live)
        }
    }

    /// Until the queue is closed and empty.
    mutating func run() {
        while let jobs = queue.take(most: Self.largestBatch, waits: rebuild == nil) {
            if !jobs.isEmpty { process(jobs) }
            if rebuild != nil { advanceRebuild() }
        }
        rebuild?.answer.resume(throwing: LedgerError(.shuttingDown, "The ledger shut down before the rebuild was done; run it again."))
    }

    private mutating func process(_ jobs: [Job]) {
        var appending: [Job] = []
        for job in jobs {
            switch job {
            case .command, .charges, .adjustment, .spendReset: appending.append(job)
            case .acceptClock(let answer): acceptClock(answer)
            case .rebuildKeys(let progress, let answer): startRebuild(progress, answer)
            }
        }
        // In as few transactions as they fit in; each caller is answered once.
        var rest = appending[...]
        while !rest.isEmpty { rest = rest.dropFirst(step(rest)) }
    }

    /// Does the first of the jobs, as many as fit in one transaction.
    ///
    /// - Returns: how many have been answered; at least one.
    private mutating func step(_ jobs: ArraySlice<Job>) -> Int {
        let wallClock = environment.now()
        clockGuard.check(wallClock: wallClock, uptime: environment.uptimeNanoseconds())
        published.change { [leap = clockGuard.leap] in $0.clockLeap = leap }
        if let error = clockGuard.error { return fail(jobs, error) }
        var attempt = Attempt(jobs)
        do {
            let replies = try commit(&attempt, at: max(wallClock, appender.head.recordedAt))
            for reply in replies { reply() }
            for (index, error) in attempt.failures { jobs[index].fail(error) }
            return attempt.taken
        } catch {
            return fail(jobs.prefix(attempt.taken), named(error))
        }
    }

    private func named(_ cause: any Error) -> LedgerError { LedgerError(cause, log: store.environment.folder) }

    private func fail(_ jobs: ArraySlice<Job>, _ error: LedgerError) -> Int {
        for job in jobs { job.fail(error) }
        return jobs.count
    }

    /// Decides, appends and flushes. A job that cannot be done ends its transaction, of which nothing is written; the others are
    /// done without it.
    ///
    /// - Returns: what answers the others.
    private mutating func commit(_ attempt: inout Attempt, at moment: Instant) throws -> [() -> Void] {
        while true {
            do {
                return try growing { writer throws in try writer.write(&attempt, at: moment) }
            } catch let failure as CommandFailure {
                attempt.failures.append((failure.index, named(failure.cause)))
            }
        }
    }

    private mutating func write(_ attempt: inout Attempt, at moment: Instant) throws -> [() -> Void] {
        var replies: [() -> Void] = []
        let environment = environment
        let start = environment.uptimeNanoseconds()
        var decided = start
        let batch = try transact(at: moment) { batch, transaction in
            attempt.taken = 0
            for index in attempt.jobs.indices where !batch.isFull {
                attempt.taken += 1
                if attempt.hasFailed(index) { continue }
                do {
                    replies.append(try batch.handle(attempt.jobs[index], in: &transaction))
                } catch {
                    throw CommandFailure(index, error) ?? error
                }
            }
            decided = environment.uptimeNanoseconds()
        }
        let end = environment.uptimeNanoseconds()
        observer.batch(
            BatchReport(
                commands: replies.count, events: batch.pending.eventCount, charges: batch.pending.chargeCount,
                decideNanoseconds: decided - start, commitNanoseconds: end - decided))
        return replies
    }

    /// Runs one transaction. What it appended is flushed, in the tail and at the published head when this returns.
    private mutating func transact(at moment: Instant, _ body: (inout Batch, inout WriteTransaction) throws -> Void) throws -> Batch {
        var batch = begin(at: moment)
        do {
            try store.environment.write { (transaction: inout WriteTransaction) throws in
                try body(&batch, &transaction)
                // Before anybody can see it: who remembers a key must not deny what another has read already.
                if batch.changesKeys { published.change { $0.areKeysSettled = false } }
                if batch.pending.eventCount > 0 { try batch.saveState(in: &transaction) }
            }
        } catch {
            directory.rollBack()
            throw error
        }
        try finish(batch)
        return batch
    }

    /// Readers that see the batch must not ask about a moment before it.
    private func begin(at moment: Instant) -> Batch {
        published.change {
            $0.latest = max($0.latest, moment)
            $0.isSettled = false
        }
        directory.begin(viewsAt: views.position)
        return Batch(
            store: store, environment: environment, appender: appender, fold: fold, moment: moment, views: views, directory: directory)
    }

    /// The batch is flushed: the tail takes it before any reader learns of the head (invariant 5).
    private mutating func finish(_ batch: Batch) throws {
        (appender, fold) = (batch.appender, batch.fold)
        do {
            try views.take(batch.pending)
        } catch {
            store.environment.poison(reason: "what was flushed cannot be added to the tail: \(error)")
            throw LedgerError(
                .outcomeUnknown, "The events are flushed but cannot be folded: \(error). Restart the ledger, then ask again.")
        }
        published.change { [head = appender.head] in
            $0.head = head
            $0.isSettled = true
            $0.areKeysSettled = true
            if batch.changesKeys { $0.keys = head.position }
        }
    }

    /// Runs a transaction; if the map is full, grows it and runs the transaction once more: nothing of the first was committed.
    private mutating func growing<R>(_ body: (inout Writer) throws -> R) throws -> R {
        do {
            return try body(&self)
        } catch let error as LMDBError where error.code == .mapFull && error.outcome != .unknown {
            try store.environment.grow(to: store.environment.info().mapSizeBytes * 2)
            return try body(&self)
        }
    }

    private mutating func acceptClock(_ answer: Answer<Void>) {
        do {
            if clockGuard.leap != nil { try recordAcceptedClock() }
            answer.resume()
        } catch {
            answer.resume(throwing: named(error))
        }
    }

    /// Records that an operator believes the wall clock, and believes it.
    mutating func recordAcceptedClock() throws {
        try growing { writer throws in try writer.writeAcceptedClock() }
    }

    private mutating func writeAcceptedClock() throws {
        let wallClock = environment.now()
        let event = Event.clockAccepted(ClockAccepted(wallClock: wallClock, headRecordedAt: appender.head.recordedAt))
        _ = try transact(at: max(wallClock, appender.head.recordedAt)) { batch, transaction in
            try batch.append(event, actor: .operator, in: &transaction)
        }
        clockGuard.accept(wallClock: wallClock, uptime: environment.uptimeNanoseconds())
        published.change { $0.clockLeap = nil }
    }

    private mutating func startRebuild(_ progress: @escaping @Sendable (RebuildProgress) -> Void, _ answer: Answer<RebuildReport>) {
        guard rebuild == nil else {
            return answer.resume(throwing: LedgerError(.locked, "A rebuild of the key tables is under way already."))
        }
        do {
            rebuild = try growing { writer throws in
                try LiveRebuild(store: writer.store, live: writer.fold.tables.set, progress: progress, answer: answer)
            }
        } catch {
            answer.resume(throwing: named(error))
        }
    }

    private mutating func advanceRebuild() {
        guard var current = rebuild else { return }
        do {
            let report = try growing { writer throws in
                try current.slice(live: writer.fold, clock: writer.environment.uptimeNanoseconds)
            }
            rebuild = report == nil ? current : nil
            guard let report else { return }
            if let fresh = report.fold {
                fold = fresh
                published.change {
                    $0.live = fresh.tables.set
                    $0.swaps += 1
                }
            }
            current.answer.resume(returning: report.report)
        } catch {
            rebuild = nil
            current.answer.resume(throwing: named(error))
        }
    }
}
