import LedgerDomain
package import LedgerSchema

/// What the log says of a credential and of its key, as far as checks need it: a fold of the log, true until the log goes on. What time
/// makes of it is judged for each moment anew.
package struct KeyFacts: Sendable {
    /// What budgets have to say.
    enum Budgets: Sendable {
        case none
        /// Nothing has been spent: this much is left, which is above zero.
        case unspent(Amount)
        /// Whatever is left depends on the moment.
        indirect case spent(KeyTerms, SpendResetState?)
    }

    private let token: Token
    private let found: FoundCredential
    private let fields: CheckedKey.Fields
    private let budgets: Budgets
    private let supersededAt: Instant?
    /// Stored bytes of the key's row: about what the facts take in memory.
    package let sizeBytes: Int

    init(_ token: Token, _ found: FoundCredential, _ row: consuming KeyRowCodec.Checked, _ budgets: Budgets, supersededAt: Instant?) {
        self.token = token
        self.found = found
        self.budgets = budgets
        self.supersededAt = supersededAt
        sizeBytes = row.sizeBytes
        fields = CheckedKey.Fields(row.values)
    }

    /// Who presents the credential, and whether it is good. Budgets do not count here.
    package func standing(at moment: Instant) -> KeyStanding {
        KeyStanding(
            keyID: found.keyID, role: found.gate.role, status: status(at: moment, budgetExceeded: false), expires: found.gate.key.expires,
            moment: moment)
    }

    /// The verdict at a moment for a model, with the key's fields.
    package func check(model: String?, at moment: Instant, position: Position) -> KeyCheck {
        let budget = budget(at: moment)
        let status = status(at: moment, budgetExceeded: budget.isExceeded)
        var code = KeyCheck.Code(status)
        if code.isGood, let model, !ModelRule.allows(model, fields.values.models) { code = .modelNotAllowed }
        let key = CheckedKey(
            token: token, status: status, revokeAt: found.window.revokeAt, supersededAt: status == .deprecated ? supersededAt : nil,
            fields: fields)
        return KeyCheck(
            code: code, keyID: found.keyID, validUntil: change(of: status, after: moment, budget), position: position, key: key,
            remainingBudget: budget.remaining)
    }

    private func status(at moment: Instant, budgetExceeded: Bool) -> CredentialStatus {
        LedgerDomain.status(of: found.window, in: found.gate.key, at: moment, budgetExceeded: budgetExceeded)
    }

    private func budget(at moment: Instant) -> JudgedBudget {
        switch budgets {
        case .none: return JudgedBudget()
        case .unspent(let least): return JudgedBudget(remaining: least)
        case .spent(let terms, let reset):
            let budget = Budget(terms, raise: fields.values.content.temporaryBudget(at: moment), reset: reset, at: moment)
            return JudgedBudget(remaining: budget.remaining, nextReset: budget.nextReset, raisedUntil: budget.raisedUntil)
        }
    }

    /// What the budgets leave, and when that changes by itself.
    private struct JudgedBudget {
        var remaining: Amount?
        var nextReset: Instant?
        /// When a raise ends without which a budget is used up.
        var raisedUntil: Instant?

        var isExceeded: Bool { remaining.map { $0 <= .zero } ?? false }
    }

    /// The next moment at which time alone changes the answer.
    private func change(of status: CredentialStatus, after moment: Instant, _ budget: JudgedBudget) -> Instant? {
        let (end, expires) = (found.window.revokeAt, found.gate.key.expires)
        return switch status {
        case .active, .deprecated: Self.first(after: moment, end, expires, budget.raisedUntil)
        case .blocked, .expired: Self.first(after: moment, end)
        case .budgetExceeded: Self.first(after: moment, end, expires, budget.nextReset)
        default: nil
        }
    }

    private static func first(after moment: Instant, _ a: Instant?, _ b: Instant? = nil, _ c: Instant? = nil) -> Instant? {
        func later(_ instant: Instant?) -> Instant? { instant.flatMap { $0 > moment ? $0 : nil } }
        func earlier(_ a: Instant?, _ b: Instant?) -> Instant? {
            guard let a, let b else { return a ?? b }
            return min(a, b)
        }
        return earlier(earlier(later(a), later(b)), later(c))
    }
}

/// What a credential's row and the head of its key's row say: whatever decides but money.
struct FoundCredential {
    var keyID: KeyID
    var window: CredentialWindow
    var gate: KeyRowCodec.Gate
}
