import LMDB
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import MerkleTree

/// One transaction of the writer: commands are decided against the state as it stands within it, one after the other.
///
/// A value: the writer keeps its appender and fold only if the transaction was committed.
struct Batch {
    /// A transaction that has grown so large takes no further command: each of its events touches some ten pages, and LMDB holds
    /// 131,000 changed ones.
    static let mostEvents = 5_000
    static let mostBytes = 32 << 20
    /// A charge touches few pages beside those that it fills.
    static let mostCharges = 10_000

    let store: Store
    let environment: LedgerEnvironment
    var appender: LogAppender
    var fold: KeyFold
    let moment: Instant
    let queries: KeyQueries
    let directory: ChargeDirectory
    /// `nil` while the ledger is being made.
    let views: SpendViews?
    let pending: PendingSpend
    private(set) var events = 0
    /// An event of a key's life is among them.
    private(set) var changesKeys = false
    private var charges = 0
    private var sizeBytes = 0

    var isFull: Bool { events >= Self.mostEvents || charges >= Self.mostCharges || sizeBytes >= Self.mostBytes }

    init(
        store: Store, environment: LedgerEnvironment, appender: LogAppender, fold: KeyFold, moment: Instant, views: SpendViews?,
        directory: ChargeDirectory
    ) {
        self.store = store
        self.environment = environment
        self.appender = appender
        self.fold = fold
        self.moment = moment
        self.views = views
        self.directory = directory
        let pending = PendingSpend(after: appender.head.position, recordedAt: moment)
        self.pending = pending
        queries = KeyQueries(
            fold.tables, store.log, moment: moment,
            spend: SpendSource { keyID, budget, tokens, moment in
                try views?.spend(of: keyID, budget, tokens: tokens, at: moment, pending: pending) ?? KeySpendAnswer()
            })
    }

    /// Does what a job asks for.
    ///
    /// - Returns: what answers its caller, once the batch is flushed.
    /// - Throws: what ends the whole batch.
    mutating func handle(_ job: Job, in transaction: inout WriteTransaction) throws -> () -> Void {
        switch job {
        case .command(let request, let answer):
            let result = try handle(request, in: &transaction)
            return { answer.resume(with: result) }
        case .charges(let charges, let answer):
            let result = try record(charges, in: &transaction)
            return { [views] in
                views?.count(result)
                answer.resume(with: result)
            }
        case .adjustment(let adjustment, let answer):
            let result = try adjust(adjustment, in: &transaction)
            return { [views] in
                views?.count(result)
                answer.resume(with: result)
            }
        case .spendReset(let request, let answer):
            let result = try reset(request, in: &transaction)
            return { answer.resume(with: result) }
        case .acceptClock, .rebuildKeys: fatalError("a job that appends nothing was put into a batch")
        }
    }

    /// Does one command.
    ///
    /// - Returns: its receipt, or why this command alone was not done.
    /// - Throws: what ends the whole batch.
    mutating func handle(_ request: CommandRequest, in transaction: inout WriteTransaction) throws -> Result<Receipt, any Error> {
        if let idempotency = request.idempotency, let first = try queries.command(idempotency.key, in: &transaction) {
            return try replay(request, idempotency, from: first, in: &transaction)
        }
        let plan = try CommandPlan(request, queries, environment, in: &transaction)
        if plan.count > 0 { try record(plan, request, in: &transaction) }
        return .success(try receipt(plan, request, in: &transaction))
    }

    private mutating func record(_ plan: CommandPlan, _ request: CommandRequest, in transaction: inout WriteTransaction) throws {
        var mark = CommandMark(
            id: UUIDv7(time: moment, random: environment.random128()), count: UInt32(plan.count),
            idempotency: request.idempotency?.key ?? [], requestDigest: request.idempotency?.digest ?? [],
            refused: plan.refusals, items: UInt32(request.items.count))
        for (item, events) in plan.items.map(\.events).enumerated() {
            mark.item = UInt32(item)
            for var event in events {
                event.mark(mark)
                event.link(to: try event.keyID.flatMap { try queries.state(of: $0, in: &transaction) })
                try append(event, in: &transaction)
                mark.index += 1
                mark.refused = []
            }
        }
    }

    /// Appends an event of the ledger itself.
    ///
    /// - Parameters:
    ///   - identity: the name that the event introduces.
    ///   - subject: to whom the name belongs.
    mutating func append(
        _ event: Event, actor: Actor, identity: IdentitySlot? = nil, subject: UInt64 = 0, in transaction: inout WriteTransaction
    ) throws {
        let draft = EventDraft(event, keyID: nil, identity: identity, subject: subject)
        try append(Sealing(draft, actor, moment, environment), in: &transaction)
    }

    /// - Parameter keyID: the key that a correction charges.
    /// - Returns: the event's position.
    @discardableResult
    mutating func append(_ sealed: Sealing, charging keyID: KeyID? = nil, in transaction: inout WriteTransaction) throws -> Position {
        let record = sealed.record
        events += 1
        sizeBytes += record.leaf.count + record.openings.reduce(0) { $0 + $1.content.count }
        let (position, leafHash) = try appender.append(record, recordedAt: moment, in: &transaction)
        let event = RecordedEvent(
            position: position, leafHash: leafHash, envelope: sealed.envelope, event: sealed.event, slots: sealed.slots)
        if try fold.apply(event, in: &transaction) != nil { changesKeys = true }
        if let keyID = event.keyID { directory.forget(keyID) }
        if case .spendAdjusted(let charge) = event.event {
            pending.append(.charge(charge, at: position, of: keyID, isAdjustment: true))
        } else {
            pending.append(.event(event))
        }
        return position
    }

    /// Appends a charge.
    mutating func append(
        _ charge: Charge, at place: Place, caller: CredentialReference?, in transaction: inout WriteTransaction
    ) throws -> Position {
        charges += 1
        let (position, size) = try appender.append(charge, caller: caller, recordedAt: moment, in: &transaction)
        sizeBytes += size
        try fold.apply(chargeAt: position, charge.sequence, in: &transaction)
        if let plain = try PlainCharge(charge, at: position, recordedAt: moment, keyID: place.keyID, identity: place.identity) {
            pending.append(plain)
        } else {
            pending.append(.charge(charge, at: position, of: place.keyID, isAdjustment: false))
        }
        return position
    }

    /// Says to where the batch has brought the log and the key tables.
    mutating func saveState(in transaction: inout WriteTransaction) throws {
        try appender.writeTail(in: &transaction)
        try fold.saveState(in: &transaction)
    }

    private func receipt(
        _ plan: CommandPlan, _ request: CommandRequest, in transaction: inout WriteTransaction
    ) throws -> Receipt {
        let head = appender.head.position
        var items: [Receipt.Item] = []
        for (item, command) in zip(plan.items, request.items) {
            if let rejection = item.rejection {
                items.append(.refused(rejection))
                continue
            }
            let target = item.credential.map { KeyTarget.token($0) } ?? item.keyID.map { KeyTarget.keyID($0) } ?? command.target
            guard let target, let view = try queries.view(of: target, position: head, in: &transaction) else {
                throw LedgerError(.damaged, "a key that was just changed cannot be read; run `keyledger fsck`")
            }
            items.append(.done(view, events: item.events.map(\.event.type)))
        }
        return Receipt(position: head, isReplay: false, items: items)
    }
}
