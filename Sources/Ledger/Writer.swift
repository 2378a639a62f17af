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

        init(head: Head, clockLeap: String? = nil, live: KeyTables.SetName = .a) {
            self.head = head
            latest = head.recordedAt
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
    private var appender: LogAppender
    private var fold: KeyFold
    private var clockGuard: ClockGuard
    private var rebuild: LiveRebuild?

    init(
        store: Store, environment: LedgerEnvironment, queue: CommandQueue, observer: LedgerObserver, published: PublishedState,
        clockGuard: ClockGuard
    ) throws {
        self.store = store
        self.environment = environment
        self.queue = queue
        self.observer = observer
        self.published = published
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
        var commands: [Command] = []
        for job in jobs {
            switch job {
            case .command(let request, let answer): commands.append(Command(request: request, answer: answer))
            case .acceptClock(let answer): acceptClock(answer)
            case .rebuildKeys(let progress, let answer): startRebuild(progress, answer)
            }
        }
        if !commands.isEmpty { process(commands) }
    }

    /// Does the commands in as few transactions as they fit in; each caller is answered once.
    private mutating func process(_ commands: [Command]) {
        var rest = commands[...]
        while !rest.isEmpty { rest = rest.dropFirst(step(rest)) }
    }

    /// Does the first of the commands, as many as fit in one transaction.
    ///
    /// - Returns: how many have been answered; at least one.
    private mutating func step(_ commands: ArraySlice<Command>) -> Int {
        let wallClock = environment.now()
        clockGuard.check(wallClock: wallClock, uptime: environment.uptimeNanoseconds())
        published.change { [leap = clockGuard.leap] in $0.clockLeap = leap }
        if let error = clockGuard.error { return fail(commands, error) }
        var attempt = Attempt(commands)
        do {
            let results = try commit(&attempt, at: max(wallClock, appender.head.recordedAt))
            for (index, result) in results { commands[index].answer.resume(with: result) }
            return attempt.taken
        } catch {
            return fail(commands.prefix(attempt.taken), named(error))
        }
    }

    private func named(_ cause: any Error) -> LedgerError { LedgerError(cause, log: store.environment.folder) }

    private func fail(_ commands: ArraySlice<Command>, _ error: LedgerError) -> Int {
        for command in commands { command.answer.resume(throwing: error) }
        return commands.count
    }

    /// Decides, appends and flushes. A command that cannot be done ends its transaction, of which nothing is written; the others are
    /// done without it.
    private mutating func commit(_ attempt: inout Attempt, at moment: Instant) throws -> [(Int, Result<Receipt, any Error>)] {
        while true {
            do {
                let done = try growing { writer throws in try writer.write(&attempt, at: moment) }
                return done + attempt.failures
            } catch let failure as CommandFailure {
                attempt.failures.append((failure.index, .failure(named(failure.cause))))
            }
        }
    }

    private mutating func write(_ attempt: inout Attempt, at moment: Instant) throws -> [(Int, Result<Receipt, any Error>)] {
        var batch = begin(at: moment)
        let first = appender.head.position
        var results: [(Int, Result<Receipt, any Error>)] = []
        let start = environment.uptimeNanoseconds()
        var decided = start
        try store.environment.write { (transaction: inout WriteTransaction) throws in
            attempt.taken = 0
            for index in attempt.commands.indices where !batch.isFull {
                attempt.taken += 1
                if attempt.hasFailed(index) { continue }
                do {
                    results.append((index, try batch.handle(attempt.commands[index].request, in: &transaction)))
                } catch {
                    throw CommandFailure(index, error) ?? error
                }
            }
            if batch.appender.head.position > first { try batch.fold.saveState(in: &transaction) }
            decided = environment.uptimeNanoseconds()
        }
        let end = environment.uptimeNanoseconds()
        finish(batch)
        observer.batch(
            BatchReport(
                commands: results.count, events: batch.events, decideNanoseconds: decided - start, commitNanoseconds: end - decided))
        return results
    }

    /// Readers that see the batch must not ask about a moment before it.
    private func begin(at moment: Instant) -> Batch {
        published.change {
            $0.latest = max($0.latest, moment)
            $0.isSettled = false
        }
        return Batch(store: store, environment: environment, appender: appender, fold: fold, moment: moment)
    }

    /// The batch is flushed.
    private mutating func finish(_ batch: Batch) {
        (appender, fold) = (batch.appender, batch.fold)
        published.change { [head = appender.head] in
            $0.head = head
            $0.isSettled = true
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
        var batch = begin(at: max(wallClock, appender.head.recordedAt))
        let event = Event.clockAccepted(ClockAccepted(wallClock: wallClock, headRecordedAt: appender.head.recordedAt))
        try store.environment.write { (transaction: inout WriteTransaction) throws in
            try batch.append(event, actor: .operator, in: &transaction)
            try batch.fold.saveState(in: &transaction)
        }
        finish(batch)
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
