import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema

extension Batch {
    /// How far ahead of the ledger's clock a charge may have occurred.
    static let toleratedLead: Int64 = 5 * 60 * Instant.nanosecondsPerSecond

    /// Records charges, each for itself.
    ///
    /// - Returns: what became of each, or why the caller may record none.
    /// - Throws: what ends the whole batch.
    mutating func record(_ job: ChargeJob, in transaction: inout WriteTransaction) throws -> Result<ChargeReceipt, any Error> {
        let recorder: Recorder
        do {
            recorder = try Recorder(job.caller, self, in: &transaction)
        } catch let rejection as Rejection {
            return .failure(rejection)
        }
        let stored = try positions(of: job.charges)
        var outcomes: [ChargeOutcome] = []
        outcomes.reserveCapacity(job.charges.count)
        for index in job.charges.indices {
            outcomes.append(try record(job.charges[index], stored: stored[index], recorder, in: &transaction))
        }
        return .success(ChargeReceipt(position: appender.head.position, outcomes: outcomes))
    }

    /// Where charges with the same ids were recorded, as far as the views know.
    func positions(of charges: [PreparedCharge]) throws -> [Position?] {
        guard let views else { fatalError("charges came before the ledger was made") }
        return try views.positions(of: charges, at: moment, directory.recent)
    }

    private mutating func record(
        _ prepared: PreparedCharge, stored: Position?, _ recorder: Recorder, in transaction: inout WriteTransaction
    ) throws -> ChargeOutcome {
        let found: Found
        do {
            found = try find(prepared, stored, nil, in: &transaction)
        } catch {
            guard let outcome = ChargeOutcome(damage: error) else { throw error }
            return outcome
        }
        switch found {
        case .settled(let outcome): return outcome
        case .new(let place):
            let charge = try charge(prepared, place, recorder, in: &transaction)
            let position = try append(charge, at: place, caller: recorder.credential, in: &transaction)
            if let identity = place.identity { directory.recent.insert(identity, at: position) }
            return .recorded(position)
        }
    }

    /// Where a charge belongs that is to be recorded.
    struct Place {
        var occurredAt: Instant
        var identity: ChargeIdentity?
        var sequence: ProducerSequence?
        var credential: ChargeCredential
        var keyID: KeyID?
        var revision: ChargedKey.Revision?
    }

    enum Found {
        case settled(ChargeOutcome)
        case new(Place)
    }

    /// Finds out what becomes of a charge, before anything is written for it.
    ///
    /// - Parameter note: of a correction.
    func find(
        _ prepared: PreparedCharge, _ stored: Position?, _ note: NoteSlot?, in transaction: inout WriteTransaction
    ) throws -> Found {
        if let outcome = refusal(prepared) {
            if let sequence = prepared.charge.sequence {
                _ = try accept(sequence, of: prepared, isRecorded: false, in: &transaction)
            }
            return .settled(outcome)
        }
        let identities = prepared.identities(at: moment)
        if let position = directory.recent.position(of: identities) ?? stored {
            let isSame = try isSame(prepared, as: position, note, in: &transaction)
            return .settled(isSame ? .duplicate(position) : .conflict(position))
        }
        var place = Place(
            occurredAt: prepared.charge.occurredAt ?? moment, identity: identities.first, credential: .unknown(prepared.charge.token))
        if let credential = try directory.credential(prepared.charge.token, queries, in: &transaction) {
            place.credential = .known(credential.reference)
            place.keyID = credential.keyID
            place.revision = try directory.revision(of: credential.keyID, at: place.occurredAt, queries, in: &transaction)
        }
        // Last, when nothing can keep the charge from being recorded.
        if let sequence = prepared.charge.sequence {
            switch try accept(sequence, of: prepared, isRecorded: true, in: &transaction) {
            case .success(let accepted): place.sequence = accepted
            case .failure(let refusal): return .settled(refusal.outcome)
            }
        }
        return .new(place)
    }

    private func accept(
        _ sequence: ProducerSequence, of prepared: PreparedCharge, isRecorded: Bool, in transaction: inout WriteTransaction
    ) throws -> Result<ProducerSequence, Producers.Refusal> {
        try directory.producers.accept(
            sequence, skipsMissing: prepared.charge.skipsMissing, isRecorded: isRecorded, queries, in: &transaction)
    }

    private func refusal(_ prepared: PreparedCharge) -> ChargeOutcome? {
        if let rejection = prepared.rejection { return rejection }
        guard let occurredAt = prepared.charge.occurredAt, let latest = moment.adding(nanoseconds: Self.toleratedLead),
            occurredAt > latest
        else { return nil }
        return .rejected("occurred_at_ahead", "`occurred_at` is more than 5 minutes ahead of the ledger's clock, which says \(moment).")
    }
}

extension ChargeOutcome {
    /// What is stored about a charge's key or about an earlier charge is damaged: that spoils no other charge. `nil` for other errors.
    init?(damage error: any Error) {
        guard let failure = CommandFailure(0, error), LedgerError(failure.cause).code == .damaged else { return nil }
        self = .rejected("damaged", LedgerError(failure.cause).message)
    }
}

extension PreparedCharge {
    /// A defaulted time also lies in the hour before. None for a producer's number.
    func identities(at moment: Instant) -> PossibleIdentities {
        guard case .request = charge.id else { return PossibleIdentities() }
        let hour = ChargeIdentity.hour(of: charge.occurredAt ?? moment)
        let identity = ChargeIdentity(hour: hour, hash: idHash)
        guard charge.occurredAt == nil else { return PossibleIdentities(first: identity) }
        return PossibleIdentities(first: identity, second: ChargeIdentity(hour: hour - 1, hash: idHash))
    }
}

/// Who records charges.
struct Recorder {
    let caller: Caller
    /// `nil` for the master secret and the operator.
    let credential: CredentialReference?

    init(caller: Caller, credential: CredentialReference?) {
        self.caller = caller
        self.credential = credential
    }

    /// - Throws: ``Rejection`` if the caller may not.
    init(_ caller: Caller, _ batch: Batch, in transaction: inout WriteTransaction) throws {
        self.caller = caller
        guard case .key(let token) = caller else {
            credential = nil
            return
        }
        let standing = try batch.queries.standing(token, in: &transaction)
        try authoriseCharges(of: .key(standing?.status ?? .unknown, standing?.role ?? .none), areCorrections: false)
        credential = try batch.directory.credential(token, batch.queries, in: &transaction)?.reference
    }
}
