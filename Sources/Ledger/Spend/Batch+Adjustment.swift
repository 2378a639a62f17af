import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema

extension Batch {
    /// Records a correction.
    ///
    /// - Returns: what became of it, or why this request alone was not done.
    /// - Throws: what ends the whole batch.
    mutating func adjust(_ job: AdjustmentJob, in transaction: inout WriteTransaction) throws -> Result<ChargeReceipt, any Error> {
        switch try earlier(job.idempotency, in: &transaction) {
        case .none: break
        case .failure(let error)?: return .failure(error)
        case .success(let event)?:
            return .success(ChargeReceipt(position: appender.head.position, isReplay: true, outcomes: [.recorded(event.position)]))
        }
        let (facts, actor) = try queries.facts(for: nil as KeyTarget?, caller: job.caller, in: &transaction)
        do throws(Rejection) {
            try authoriseCharges(of: facts.caller, areCorrections: true)
        } catch {
            return .failure(error)
        }
        let outcome = try adjust(job, actor, in: &transaction)
        return .success(ChargeReceipt(position: appender.head.position, outcomes: [outcome]))
    }

    private mutating func adjust(_ job: AdjustmentJob, _ actor: Actor, in transaction: inout WriteTransaction) throws -> ChargeOutcome {
        guard job.note.reason?.isEmpty == false else { return .rejected("reason_missing", "A correction needs a reason.") }
        switch try find(job.charge, positions(of: [job.charge])[0], job.note, in: &transaction) {
        case .settled(let outcome): return outcome
        case .new(let place):
            let recorder = Recorder(caller: job.caller, credential: actor.credential)
            // Tried with the longest texts first: a name that is introduced for nothing would stay.
            guard fits(job, actor) else { return .rejected("too_large", "The correction and its reason are too large to be recorded.") }
            let charge = try charge(job.charge, place, recorder, in: &transaction)
            var event = sealing(.spendAdjusted(charge), job, actor)
            event.mark(mark(job.idempotency))
            let position = try append(event, charging: place.keyID, in: &transaction)
            if let identity = place.identity { directory.recent.insert(identity, at: position) }
            return .recorded(position)
        }
    }

    private func sealing(_ event: Event, _ job: AdjustmentJob, _ actor: Actor) -> Sealing {
        Sealing(EventDraft(event, keyID: nil), actor, moment, environment, origin: job.origin, note: job.note, source: job.source)
    }

    private func fits(_ job: AdjustmentJob, _ actor: Actor) -> Bool {
        var empty = sealing(.keyBlocked, job, actor)
        empty.mark(mark(job.idempotency))
        guard let size = try? empty.record.stored().record.count else { return false }
        return size + job.charge.sizeBytes <= Record.maximumLeafSize
    }
}
