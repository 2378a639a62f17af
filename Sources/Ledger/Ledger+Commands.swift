import LedgerDomain
import LedgerProjections
public import LedgerSchema

extension Ledger {
    /// Does a command: decides it against the state at head and appends what it comes to. Its events are flushed when this
    /// returns (invariant 1); a refused item changed nothing.
    ///
    /// - Throws: ``LedgerError``. `queueFull`, `shuttingDown`, `clockLeap`, `poisoned`, `storage`, `idempotencyConflict`,
    ///   `invalidCommand`, `readOnly`: nothing was done. `outcomeUnknown`: it may have been done; ask again with the same Idempotency-Key.
    public func execute(_ request: CommandRequest) async throws -> Receipt {
        try request.validate()
        var receipt: Receipt = try await ask { .command(request, $0) }
        guard receipt.isReplay else { return receipt }
        for index in receipt.items.indices {
            guard case .done(let view, let events) = receipt.items[index] else { continue }
            receipt.items[index] = .done(try await withPastSpend(view), events: events)
        }
        return receipt
    }

    /// Believes the wall clock after a leap; recorded as ClockAccepted.
    public func acceptClock() async throws {
        try await ask { .acceptClock($0) }
    }

    /// Folds the key tables anew beside the ones that answer, while reads and writes go on, and swaps them in.
    public func rebuildKeys(progress: @escaping @Sendable (RebuildProgress) -> Void = { _ in }) async throws -> RebuildReport {
        try await ask { .rebuildKeys(progress: progress, $0) }
    }

    /// Hands a job to the writer and waits for its answer.
    func ask<Value: Sendable>(_ job: (Answer<Value>) -> Job) async throws -> Value {
        guard isWriter else { throw LedgerError(.readOnly, "The ledger was opened for reading only; open it for writing.") }
        return try await withCheckedThrowingContinuation { answer in
            if let refusal = queue.add(job(answer)) { answer.resume(throwing: refusal) }
        }
    }

    public func makeKeyID() -> KeyID { KeyID(time: environment.now(), random: environment.random128()) }

    /// A new secret, remembered for retries for ten minutes.
    public func makeSecret() -> String {
        let secret = Secret.make(random: environment.random128())
        secrets.remember(secret, uptime: environment.uptimeNanoseconds())
        return secret
    }

    /// The secret of a token, if this process made it within the last ten minutes.
    public func recentSecret(_ token: Token) -> String? {
        secrets.secret(of: token, uptime: environment.uptimeNanoseconds())
    }
}
