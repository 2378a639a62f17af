import LMDB
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema

extension Batch {
    /// Whether a charge says the same as the one that was recorded at a position under its id: everything that the caller gives counts,
    /// nothing that the ledger adds.
    func isSame(
        _ prepared: PreparedCharge, as position: Position, _ note: NoteSlot?, in transaction: inout WriteTransaction
    ) throws -> Bool {
        let event = try LogReader(store.log).event(at: position, in: &transaction)
        let stored: Charge
        switch event.event {
        case .spendRecorded(let charge) where note == nil: stored = charge
        case .spendAdjusted(let charge) where note != nil && event.slots.note == note: stored = charge
        default: return false
        }
        let new = prepared.charge
        guard stored.amount == prepared.amount, stored.cost == new.cost, stored.tokens == new.tokens, stored.failed == new.failed,
            stored.durationMilliseconds == new.durationMilliseconds, stored.occurredAtIsDefaulted == (new.occurredAt == nil),
            new.occurredAt.map({ $0 == stored.occurredAt }) ?? true
        else { return false }
        return try isSameCredential(new.token, stored.credential, in: &transaction) && haveSameNames(new, stored, in: &transaction)
            && haveSameOwners(new, stored, in: &transaction)
    }

    private func isSameCredential(
        _ token: Token, _ stored: ChargeCredential, in transaction: inout WriteTransaction
    ) throws -> Bool {
        switch stored {
        case .unknown(let other): token == other
        case .known(let reference): try directory.credential(token, queries, in: &transaction)?.reference == reference
        }
    }

    private func haveSameNames(_ new: NewCharge, _ stored: Charge, in transaction: inout WriteTransaction) throws -> Bool {
        let pairs: [(NameKind, String?, ChargeName?)] = [
            (.model, new.model, stored.model), (.modelGroup, new.modelGroup, stored.modelGroup), (.provider, new.provider, stored.provider),
            (.endpoint, new.endpoint, stored.endpoint), (.callType, new.callType, stored.callType), (.mcpTool, new.mcpTool, stored.mcpTool),
        ]
        for (kind, text, name) in pairs where try !isSame(kind, text, name, in: &transaction) { return false }
        guard new.tags.count == stored.tags.count else { return false }
        for tag in new.tags {
            guard let name = try name(.tag, tag, in: &transaction), stored.tags.contains(where: { $0.isSame(as: name) }) else {
                return false
            }
        }
        return true
    }

    private func isSame(
        _ kind: NameKind, _ text: String?, _ stored: ChargeName?, in transaction: inout WriteTransaction
    ) throws -> Bool {
        guard let text, let stored else { return text == nil && stored == nil }
        return try name(kind, text, in: &transaction)?.isSame(as: stored) ?? false
    }

    private func name(_ kind: NameKind, _ text: String, in transaction: inout WriteTransaction) throws -> ChargeName? {
        try directory.name(kind, ByteText(text), queries, in: &transaction)
    }

    /// End user, and team and user where they differ from the key's.
    private func haveSameOwners(_ new: NewCharge, _ stored: Charge, in transaction: inout WriteTransaction) throws -> Bool {
        func subject(_ name: String?, in transaction: inout WriteTransaction) throws -> UInt64? {
            guard let name else { return 0 }
            return try directory.subject(ByteText(name), queries, in: &transaction)
        }
        guard try subject(new.endUser, in: &transaction) == stored.endUser else { return false }
        var revision: ChargedKey.Revision?
        if case .known = stored.credential, let credential = try directory.credential(new.token, queries, in: &transaction) {
            revision = try directory.revision(stored.revision, of: credential.keyID, queries, in: &transaction)
        }
        let teamID = new.teamID.flatMap { isKeyTeam($0, revision) ? nil : $0 }
        guard teamID.map(ByteText.init) == stored.teamID.map(ByteText.init) else { return false }
        guard let userID = new.userID else { return stored.user == nil }
        guard let user = try subject(userID, in: &transaction) else { return false }
        return (user == revision?.subject ? nil : user) == stored.user
    }
}

extension ChargeName {
    /// Texts are compared by their bytes.
    fileprivate func isSame(as other: ChargeName) -> Bool {
        switch (self, other) {
        case (.number(let a), .number(let b)): a == b
        case (.text(let a), .text(let b)): ByteText(a) == ByteText(b)
        default: false
        }
    }
}
