import LMDB
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema

extension Batch {
    /// The first answer again, from the events of the first request and the state right after them (invariant 9).
    func replay(
        _ request: CommandRequest, _ idempotency: Idempotency, from first: Position, in transaction: inout WriteTransaction
    ) throws -> Result<Receipt, any Error> {
        let events = try queries.commandEvents(from: first, in: &transaction)
        guard let mark = events.first?.envelope.command, mark.requestDigest == idempotency.digest, mark.items == request.items.count,
            let last = events.last
        else {
            return .failure(LedgerError.idempotencyConflict)
        }
        let then = KeyQueries(fold.tables, store.log, moment: last.recordedAt, spend: .none)
        var items: [Receipt.Item] = []
        for (index, command) in request.items.enumerated() {
            let refusal = mark.refused.first { $0.item == index }
            if let code = refusal.flatMap({ Rejection.Code(rawValue: $0.code) }) {
                items.append(.refused(try rejection(code, of: command, then, last.position, in: &transaction)))
                continue
            }
            let own = events.filter { $0.envelope.command?.item == UInt32(index) }
            guard let view = try view(of: own, command, then, last.position, in: &transaction) else {
                throw LedgerError(.damaged, "the key of a recorded command cannot be found; run `keyledger fsck`")
            }
            items.append(.done(view, events: own.map(\.event.type)))
        }
        return .success(Receipt(position: appender.head.position, isReplay: true, items: items))
    }

    /// The key after the command, with the credential that the first answer showed.
    private func view(
        of events: [RecordedEvent], _ command: KeyCommand, _ then: KeyQueries, _ position: Position, in transaction: inout WriteTransaction
    ) throws -> KeyView? {
        var credential: Token?
        if events.isEmpty, case .token(let token)? = command.target { credential = token }
        for case .credentialRevoked(let revoked) in events.map(\.event) { credential = revoked.token }
        let keyID = try events.last { $0.keyID != nil }?.keyID ?? target(of: command, then, position, in: &transaction)
        return try keyID.flatMap { try then.view(of: $0, credential: credential, asOf: position, in: &transaction) }
    }

    /// What a refusal said beside its code, as far as the request tells.
    private func rejection(
        _ code: Rejection.Code, of command: KeyCommand, _ then: KeyQueries, _ position: Position, in transaction: inout WriteTransaction
    ) throws -> Rejection {
        var rejection = Rejection(code)
        switch code {
        case .aliasTaken:
            guard case .set(let alias)? = command.changes?.alias else { break }
            rejection.alias = alias
            rejection.keyID = try holder(of: alias, then, position, in: &transaction)
        case .aliasNotFound, .aliasAmbiguous:
            if case .alias(let alias)? = command.target { rejection.alias = alias }
        case .credentialEnded, .negativeSpend, .tooLarge:
            rejection.keyID = try target(of: command, then, position, in: &transaction)
        default: break
        }
        return rejection
    }

    /// The key that a command named, as names stood then.
    private func target(
        of command: KeyCommand, _ then: KeyQueries, _ position: Position, in transaction: inout WriteTransaction
    ) throws -> KeyID? {
        switch command.target {
        case .token(let token): try then.credential(token, in: &transaction)?.keyID
        case .keyID(let id): id
        case .alias(let alias): try holder(of: alias, then, position, in: &transaction)
        case nil: nil
        }
    }

    private func holder(
        of alias: String, _ then: KeyQueries, _ position: Position, in transaction: inout WriteTransaction
    ) throws -> KeyID? {
        try then.keyIDs(everNamed: alias, in: &transaction).first { id in
            guard let state = try then.view(of: id, asOf: position, in: &transaction)?.state else { return false }
            return state.alias.hasSameBytes(as: alias)
        }
    }
}
