import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema

extension Batch {
    /// Resets spend.
    ///
    /// - Returns: its receipt, or why this request alone was not done.
    /// - Throws: what ends the whole batch.
    mutating func reset(_ request: SpendResetRequest, in transaction: inout WriteTransaction) throws -> Result<SpendResetReceipt, any Error>
    {
        switch try earlier(request.idempotency, in: &transaction) {
        case .none: break
        case .failure(let error)?: return .failure(error)
        case .success(let event)?: return .success(try replay(request, event, in: &transaction))
        }
        let (facts, actor) = try queries.facts(for: request.target, caller: request.caller, in: &transaction)
        let draft: EventDraft
        do throws(Rejection) {
            draft = try decideSpendReset(of: request.target, to: request.resetTo, given: facts)
        } catch {
            return .success(SpendResetReceipt(position: appender.head.position, outcome: .refused(error)))
        }
        let previous = try request.target == nil ? nil : facts.key.map { try queries.spend(of: $0, in: &transaction).spend }
        if let previous, request.resetTo > previous {
            return .success(SpendResetReceipt(position: appender.head.position, outcome: .aboveSpend(previous)))
        }
        var event = Sealing(
            draft, actor, moment, environment, origin: request.origin, note: request.note, source: request.source)
        event.mark(mark(request.idempotency))
        guard (try? event.record.stored()) != nil else {
            return .success(SpendResetReceipt(position: appender.head.position, outcome: .refused(Rejection(.tooLarge))))
        }
        try append(event, in: &transaction)
        let view = try request.target.flatMap { try queries.view(of: $0, position: appender.head.position, in: &transaction) }
        return .success(SpendResetReceipt(position: appender.head.position, outcome: .done(view, previousSpend: previous)))
    }

    private func replay(
        _ request: SpendResetRequest, _ event: RecordedEvent, in transaction: inout WriteTransaction
    ) throws -> SpendResetReceipt {
        guard case .spendReset(let reset) = event.event else {
            throw LedgerError(.damaged, "the event of a recorded reset is none; run `keyledger fsck`")
        }
        let then = KeyQueries(fold.tables, store.log, moment: event.recordedAt, spend: .none)
        let view = try reset.keyID.flatMap { try then.view(of: $0, asOf: event.position, in: &transaction) }
        return SpendResetReceipt(position: appender.head.position, isReplay: true, outcome: .done(view, previousSpend: nil))
    }

    /// The event of a request that has one and was recorded before; a failure if another request had its Idempotency-Key.
    func earlier(
        _ idempotency: Idempotency?, in transaction: inout WriteTransaction
    ) throws -> Result<RecordedEvent, any Error>? {
        guard let idempotency, let first = try queries.command(idempotency.key, in: &transaction) else { return nil }
        guard let event = try queries.commandEvents(from: first, in: &transaction).first,
            event.envelope.command?.requestDigest == idempotency.digest
        else { return .failure(LedgerError.idempotencyConflict) }
        return .success(event)
    }

    /// The mark of a request that has one event.
    func mark(_ idempotency: Idempotency?) -> CommandMark {
        CommandMark(
            id: UUIDv7(time: moment, random: environment.random128()), idempotency: idempotency?.key ?? [],
            requestDigest: idempotency?.digest ?? [])
    }
}

extension LedgerError {
    static var idempotencyConflict: LedgerError {
        LedgerError(.idempotencyConflict, "This Idempotency-Key was used for another request. Use a new key for a new request.")
    }
}
