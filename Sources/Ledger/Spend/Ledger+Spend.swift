public import LedgerProjections
public import LedgerSchema

extension Ledger {
    /// Records charges. Every one that is `recorded` is flushed when this returns (invariant 1); sent again it is a `duplicate`.
    ///
    /// - Throws: ``LedgerError``. `queueFull`, `shuttingDown`, `clockLeap`, `poisoned`, `storage`, `invalidCommand`, `readOnly`: nothing was
    ///   recorded. `outcomeUnknown`: it may have been recorded; send it again with the same ids. ``Rejection``, if the caller's
    ///   credential is not good any more or its role may not record charges: nothing was recorded.
    public func record(_ request: ChargeRequest) async throws -> ChargeReceipt {
        try request.validate()
        try views.requireRoom()
        let job = try ChargeJob(request)
        return try await ask { .charges(job, $0) }
    }

    /// Records a correction of what a credential has spent, as SpendAdjusted. Its amount may be negative; it counts no request.
    ///
    /// - Parameter reason: why, at least `reason` in it.
    /// - Throws: as ``record(_:)``, and ``LedgerError`` `idempotencyConflict`. Only administrators may.
    public func adjust(
        _ charge: NewCharge, reason: NoteSlot, caller: Caller, origin: OriginSlot? = nil, source: Source = Source(),
        idempotency: Idempotency? = nil
    ) async throws -> ChargeReceipt {
        try idempotency?.validate()
        try views.requireRoom()
        let job = AdjustmentJob(
            charge: PreparedCharge(charge, mayBeNegative: true), note: reason, caller: caller, origin: origin, source: source,
            idempotency: idempotency)
        return try await ask { .adjustment(job, $0) }
    }

    /// Starts the spend of a key's budgets anew, or that of all keys in one event. The event is flushed when this returns.
    ///
    /// - Throws: ``LedgerError``, as ``execute(_:)``.
    public func resetSpend(_ request: SpendResetRequest) async throws -> SpendResetReceipt {
        try request.idempotency?.validate()
        var receipt: SpendResetReceipt = try await ask { .spendReset(request, $0) }
        if receipt.isReplay, case .done(let view?, let previous) = receipt.outcome {
            receipt.outcome = .done(try await withPastSpend(view), previousSpend: previous)
        }
        return receipt
    }

    /// A key as an earlier answer showed it, with what was spent then: the log is read from the key's first event on, in pieces and not by
    /// the writer.
    func withPastSpend(_ view: KeyView) async throws -> KeyView {
        do {
            var past = views.pastSpend(of: view.state, upTo: view.position)
            while try past.advance() { await Task.yield() }
            var view = view
            view.take(try past.answer(view.state.terms, at: view.moment, unknown: unknownSpend(of: view)))
            return view
        } catch { throw LedgerError(error) }
    }

    /// What a key's credentials of then were charged before it had them.
    private func unknownSpend(of view: KeyView) throws -> TokenSpend {
        let tokens = try credentials(view.state.keyID).filter { $0.reference.position <= view.position }.map(\.token)
        return try views.unknownSpend(of: tokens, view.state.keyID)
    }
}
