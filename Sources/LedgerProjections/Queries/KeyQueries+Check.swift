package import LMDB
import LedgerDomain
package import LedgerSchema
import MerkleTree

/// Checks of a credential: what gateways ask most. They read rows in place and decode what they answer with, nothing else; they are
/// not generic over transactions, since code that is would not be compiled for the one kind that other modules bring.
extension KeyQueries {
    /// The verdict on a token, without the key's fields.
    ///
    /// - Parameter spend: what was spent of a key's budgets at the moment of asking.
    package func verdict(
        _ token: Token, position: Position, in transaction: inout ReadTransaction, spend: (KeyID, KeyBudget) throws -> KeySpendAnswer
    ) throws -> KeyCheck {
        guard let (found, budget) = try find(token, in: &transaction, { try $1.hasBudget ? KeyRowCodec.budget($0) : nil }) else {
            return KeyCheck(code: .notFound, position: position)
        }
        let isUsedUp = try budget.map { try isExceeded(found.keyID, spend(found.keyID, $0), in: &transaction) } ?? false
        let status = status(of: found.window, in: found.gate.key, at: moment, budgetExceeded: isUsedUp)
        return KeyCheck(code: KeyCheck.Code(status), keyID: found.keyID, position: position)
    }

    /// What decides about a token and is told of its key; `nil` if no key ever had it.
    ///
    /// - Parameters:
    ///   - stamp: the state of all keys before the transaction began, if it was settled.
    ///   - name: finds a subject's name in the same transaction.
    package func facts(
        _ token: Token, _ stamp: KeyFacts.Stamp?, in transaction: inout ReadTransaction,
        name: (UInt64, inout ReadTransaction) throws -> String?
    ) throws -> KeyFacts? {
        let read = try find(token, in: &transaction) { row, _ in
            (try KeyRowCodec.checked(row, makesTexts: false), [UInt8](copying: row))
        }
        guard let (found, (checked, row)) = read else { return nil }
        let userID = try checked.subject.flatMap { try name($0, &transaction) }
        var supersededAt: Instant?
        if found.window.isSuperseded, let current = checked.currentToken {
            supersededAt = try find(current, in: &transaction) { _, _ in }?.0.window.introducedAt
        }
        return try KeyFacts(token, stamp, found, row, checked, userID: userID, supersededAt: supersededAt)
    }

    /// A temporary raise of a budget is looked for only where it matters.
    private func isExceeded(_ keyID: KeyID, _ spend: KeySpendAnswer, in transaction: inout ReadTransaction) throws -> Bool {
        guard spend.isExceeded, let key = try keys.key(keyID, in: &transaction) else { return spend.isExceeded }
        var answer = spend
        answer.raise(by: key.content.temporaryBudget(at: moment))
        return answer.isExceeded
    }

    /// What the rows of a token's credential and of its key say, and what `read` makes of the key's; `nil` if no key ever had the token.
    private func find<Part>(
        _ token: Token, in transaction: inout ReadTransaction, _ read: (Span<UInt8>, KeyRowCodec.Gate) throws -> Part
    ) throws -> (FoundCredential, Part)? {
        let name = token.hash.inlineBytes
        guard let credential = try transaction.get(keys.tables[.credentials], name.span) else { return nil }
        let keyID = try CredentialRowCodec.keyID(credential)
        // The credential's row begins with the key's id.
        guard let key = try transaction.get(keys.tables[.keys], credential.extracting(0..<KeyID.byteCount)) else { throw missing(keyID) }
        let found = FoundCredential(keyID: keyID, window: try CredentialRowCodec.window(credential), gate: try KeyRowCodec.gate(key))
        return (found, try read(key, found.gate))
    }

    /// Who presents a credential to the writer, and whether it is good; `nil` if no key ever had it. Budgets do not count here.
    package func standing(_ token: Token, in transaction: inout WriteTransaction) throws -> KeyStanding? {
        guard let row = try transaction.get(keys.tables[.credentials], token.hash.bytes) else { return nil }
        let (keyID, window) = (try CredentialRowCodec.keyID(row), try CredentialRowCodec.window(row))
        guard let key = try transaction.get(keys.tables[.keys], keyID.bytes) else { throw missing(keyID) }
        let gate = try KeyRowCodec.gate(key)
        let status = status(of: window, in: gate.key, at: moment, budgetExceeded: false)
        return KeyStanding(keyID: keyID, role: gate.role, status: status, expires: gate.key.expires, moment: moment)
    }
}
