package import LMDB
import LedgerDomain
package import LedgerSchema
import MerkleTree

/// Checks of a credential: what gateways ask most. They read rows in place and decode what they answer with, nothing else.
extension KeyQueries {
    /// What a credential's row and the head of its key's row say: whatever decides but money.
    private struct Found {
        var keyID: KeyID
        var window: CredentialWindow
        var gate: KeyRowCodec.Gate
    }

    /// The verdict on a token, without the key's fields.
    package func verdict(
        _ token: Token, position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeyCheck {
        guard let found = try find(token, in: &transaction) else { return KeyCheck(code: .notFound, position: position) }
        var isExceeded = false
        if found.gate.hasBudget {
            let reset = try keys.spendReset(of: found.keyID, upTo: .last, in: &transaction)
            if reset != nil || found.gate.isExhausted { isExceeded = try budget(found.keyID, reset, in: &transaction).isExceeded }
        }
        let status = status(of: found.window, in: found.gate.key, at: moment, budgetExceeded: isExceeded)
        return KeyCheck(code: KeyCheck.Code(status), keyID: found.keyID, position: position)
    }

    /// Who presents a credential, and whether it is good; `nil` if no key ever had it. Budgets do not count here.
    package func standing(
        _ token: Token, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeyStanding? {
        guard let found = try find(token, in: &transaction) else { return nil }
        let status = status(of: found.window, in: found.gate.key, at: moment, budgetExceeded: false)
        return KeyStanding(keyID: found.keyID, role: found.gate.role, status: status, expires: found.gate.key.expires, moment: moment)
    }

    /// The verdict on a token for a model, with the key's fields.
    package func check(
        _ token: Token, model: String?, position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeyCheck {
        guard let credential = try window(of: token, in: &transaction) else { return KeyCheck(code: .notFound, position: position) }
        let (gate, row) = try row(of: credential.keyID, in: &transaction)
        var budget = CheckedBudget()
        if gate.hasBudget {
            let reset = try keys.spendReset(of: credential.keyID, upTo: .last, in: &transaction)
            if reset == nil, row.terms.leastBudget.map({ $0 > .zero }) ?? true {
                // Nothing has been spent, so that the least budget is what is left.
                budget.remaining = row.terms.leastBudget(raisedBy: row.content.temporaryBudget(at: moment))
            } else {
                budget = try self.budget(credential.keyID, reset, in: &transaction)
            }
        }
        let status = status(of: credential.window, in: gate.key, at: moment, budgetExceeded: budget.isExceeded)
        var code = KeyCheck.Code(status)
        if code.isGood, let model, !ModelRule.allows(model, row.terms.models) { code = .modelNotAllowed }
        var key = CheckedKey(token: token, status: status, row)
        key.revokeAt = credential.window.revokeAt
        if let subject = row.terms.subject { key.userID = try name(ofSubject: subject, in: &transaction) }
        if status == .deprecated, let current = row.currentToken {
            key.supersededAt = try window(of: current, in: &transaction)?.window.introducedAt
        }
        return KeyCheck(
            code: code, keyID: credential.keyID, validUntil: change(status, credential.window, gate.key, budget), position: position,
            key: key,
            remainingBudget: budget.remaining)
    }

    /// What the budgets leave, and when that changes by itself.
    private struct CheckedBudget {
        var remaining: Amount?
        /// Known only where it matters: when a budget is used up.
        var nextReset: Instant?
        /// When a raise ends without which a budget is used up.
        var raisedUntil: Instant?

        var isExceeded: Bool { remaining.map { $0 <= .zero } ?? false }
    }

    /// From the whole terms of a key.
    private func budget(
        _ keyID: KeyID, _ reset: SpendResetState?, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> CheckedBudget {
        guard let key = try keys.key(keyID, in: &transaction) else { throw missing(keyID) }
        let budget = Budget(key.terms, raise: key.content.temporaryBudget(at: moment), reset: reset, at: moment)
        return CheckedBudget(remaining: budget.remaining, nextReset: budget.nextReset, raisedUntil: budget.raisedUntil)
    }

    private func find(_ token: Token, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Found? {
        guard let credential = try window(of: token, in: &transaction) else { return nil }
        guard let value = try transaction.get(keys.tables[.keys], credential.keyID.bytes) else { throw missing(credential.keyID) }
        return Found(keyID: credential.keyID, window: credential.window, gate: try KeyRowCodec.gate(value))
    }

    private func window(
        of token: Token, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> (keyID: KeyID, window: CredentialWindow)? {
        guard let row = try transaction.get(keys.tables[.credentials], token.hash.bytes) else { return nil }
        return (try CredentialRowCodec.keyID(row), try CredentialRowCodec.window(row))
    }

    private func row(
        of keyID: KeyID, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> (KeyRowCodec.Gate, KeyRowCodec.Checked) {
        guard let value = try transaction.get(keys.tables[.keys], keyID.bytes) else { throw missing(keyID) }
        return (try KeyRowCodec.gate(value), try KeyRowCodec.checked(value))
    }

    /// The next moment at which time alone changes the answer.
    private func change(_ status: CredentialStatus, _ window: CredentialWindow, _ key: KeyGate, _ budget: CheckedBudget) -> Instant? {
        func next(_ moments: Instant?...) -> Instant? { moments.compactMap { $0 }.filter { $0 > moment }.min() }
        return switch status {
        case .active, .deprecated: next(window.revokeAt, key.expires, budget.raisedUntil)
        case .blocked, .expired: next(window.revokeAt)
        case .budgetExceeded: next(window.revokeAt, key.expires, budget.nextReset)
        default: nil
        }
    }
}

extension CheckedKey {
    fileprivate init(token: Token, status: CredentialStatus, _ row: KeyRowCodec.Checked) {
        self.init(token: token, status: status)
        alias = row.alias
        teamID = row.terms.teamID
        organizationID = row.terms.organizationID
        models = row.terms.models
        rpmLimit = row.terms.rpmLimit
        tpmLimit = row.terms.tpmLimit
        maxParallelRequests = row.terms.maxParallelRequests
        maxBudget = row.terms.maxBudget
        content = row.content
    }
}
