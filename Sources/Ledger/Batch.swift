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

    let store: Store
    let environment: LedgerEnvironment
    var appender: LogAppender
    var fold: KeyFold
    let moment: Instant
    let queries: KeyQueries
    private(set) var events = 0
    private var sizeBytes = 0

    var isFull: Bool { events >= Self.mostEvents || sizeBytes >= Self.mostBytes }

    init(store: Store, environment: LedgerEnvironment, appender: LogAppender, fold: KeyFold, moment: Instant) {
        self.store = store
        self.environment = environment
        self.appender = appender
        self.fold = fold
        self.moment = moment
        queries = KeyQueries(fold.tables, store.log, moment: moment)
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
    mutating func append(_ event: Event, actor: Actor, in transaction: inout WriteTransaction) throws {
        try append(Sealing(event, actor, moment, environment), in: &transaction)
    }

    private mutating func append(_ sealed: Sealing, in transaction: inout WriteTransaction) throws {
        let record = sealed.record
        events += 1
        sizeBytes += record.leaf.count + record.openings.reduce(0) { $0 + $1.content.count }
        let (position, leafHash) = try appender.append(record, recordedAt: moment, in: &transaction)
        let event = RecordedEvent(
            position: position, leafHash: leafHash, envelope: sealed.envelope, event: sealed.event, slots: sealed.slots)
        try fold.apply(event, in: &transaction)
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
