package import LMDB
import LedgerDomain
package import LedgerSchema
import MerkleTree

/// Checks of a credential: what gateways ask most. They read rows in place and decode what they answer with, nothing else; they are
/// not generic over transactions, since code that is would not be compiled for the one kind that other modules bring.
extension KeyQueries {
    /// The verdict on a token, without the key's fields.
    package func verdict(_ token: Token, position: Position, in transaction: inout ReadTransaction) throws -> KeyCheck {
        guard let found = try find(token, in: &transaction) else { return KeyCheck(code: .notFound, position: position) }
        var isExceeded = false
        if found.gate.hasBudget {
            let reset = try keys.spendReset(of: found.keyID, upTo: .last, in: &transaction)
            if reset != nil || found.gate.isExhausted {
                guard let key = try keys.key(found.keyID, in: &transaction) else { throw missing(found.keyID) }
                isExceeded = Budget(key.terms, raise: key.content.temporaryBudget(at: moment), reset: reset, at: moment).isExceeded
            }
        }
        let status = status(of: found.window, in: found.gate.key, at: moment, budgetExceeded: isExceeded)
        return KeyCheck(code: KeyCheck.Code(status), keyID: found.keyID, position: position)
    }

    /// What decides about a token and is told of its key; `nil` if no key ever had it.
    package func facts(_ token: Token, in transaction: inout ReadTransaction) throws -> KeyFacts? {
        guard case (let found, var row)? = try find(token, in: &transaction, KeyRowCodec.checked) else { return nil }
        if let subject = row.subject { row.values.userID = try name(ofSubject: subject, in: &transaction) }
        var supersededAt: Instant?
        if found.window.isSuperseded, let current = row.currentToken {
            supersededAt = try find(current, in: &transaction)?.window.introducedAt
        }
        let budgets = try budgets(found, row, in: &transaction)
        return KeyFacts(token, found, row, budgets, supersededAt: supersededAt)
    }

    /// Without a reset nothing has been spent, so that the least budget is what is left; with one, or a budget that is raised for a
    /// while, the whole terms are looked at.
    private func budgets(
        _ found: FoundCredential, _ row: KeyRowCodec.Checked, in transaction: inout ReadTransaction
    ) throws -> KeyFacts.Budgets {
        guard found.gate.hasBudget else { return .none }
        let reset = try keys.spendReset(of: found.keyID, upTo: .last, in: &transaction)
        if reset == nil, row.values.content.temporaryBudget(at: moment) == nil {
            guard let least = row.leastBudget else { return .none }
            if least > .zero { return .unspent(least) }
        }
        return .spent(try terms(found.keyID, in: &transaction), reset)
    }

    private func terms(_ keyID: KeyID, in transaction: inout ReadTransaction) throws -> KeyTerms {
        guard let key = try keys.key(keyID, in: &transaction) else { throw missing(keyID) }
        return key.terms
    }

    /// What the rows of a token's credential and of its key say, and what `read` makes of the key's; `nil` if no key ever had the token.
    private func find<Part>(
        _ token: Token, in transaction: inout ReadTransaction, _ read: (Span<UInt8>) throws -> Part
    ) throws -> (FoundCredential, Part)? {
        let name = token.hash.inlineBytes
        guard let credential = try transaction.get(keys.tables[.credentials], name.span) else { return nil }
        let keyID = try CredentialRowCodec.keyID(credential)
        // The credential's row begins with the key's id.
        guard let key = try transaction.get(keys.tables[.keys], credential.extracting(0..<KeyID.byteCount)) else { throw missing(keyID) }
        let found = FoundCredential(keyID: keyID, window: try CredentialRowCodec.window(credential), gate: try KeyRowCodec.gate(key))
        return (found, try read(key))
    }

    private func find(_ token: Token, in transaction: inout ReadTransaction) throws -> FoundCredential? {
        try find(token, in: &transaction) { _ in }?.0
    }
}
