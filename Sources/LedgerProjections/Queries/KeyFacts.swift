import LedgerDomain
package import LedgerSchema

/// What the log says of a credential and of its key, as far as checks need it: a fold of the log, true until the log goes on. What time
/// makes of it is judged for each moment anew.
package struct KeyFacts: Sendable {
    private let token: Token
    private let found: FoundCredential
    private let fields: CheckedKey.Fields
    /// What was spent of the key's budgets in the windows of the moment of reading; `nil` if it has none.
    private let spend: KeySpendAnswer?
    private let supersededAt: Instant?
    /// Stored bytes of the key's row: about what the facts take in memory.
    package let sizeBytes: Int

    init(_ token: Token, _ found: FoundCredential, _ row: consuming KeyRowCodec.Checked, _ spend: KeySpendAnswer?, supersededAt: Instant?) {
        self.token = token
        self.found = found
        self.spend = spend
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
        var validUntil = change(of: status, after: moment, code.isGood ? budget.raisedUntil : budget.nextReset)
        if code.isGood, let model {
            if !ModelRule.allows(model, fields.values.models) {
                code = .modelNotAllowed
            } else if let limit = budget.limit(ofModel: model), limit.isExceeded {
                code = .budgetExceeded
                validUntil = change(of: .budgetExceeded, after: moment, limit.windowEnd)
            }
        }
        let key = CheckedKey(
            token: token, status: status, revokeAt: found.window.revokeAt, supersededAt: status == .deprecated ? supersededAt : nil,
            fields: fields)
        return KeyCheck(
            code: code, keyID: found.keyID, validUntil: validUntil, position: position, key: key,
            remainingBudget: budget.remaining(for: model))
    }

    /// Until a window of a budget ends, what was spent in it changes with the log alone.
    package func holds(at moment: Instant) -> Bool { spend?.limits.allSatisfy { $0.windowEnd.map { moment < $0 } ?? true } ?? true }

    private func status(at moment: Instant, budgetExceeded: Bool) -> CredentialStatus {
        LedgerDomain.status(of: found.window, in: found.gate.key, at: moment, budgetExceeded: budgetExceeded)
    }

    private func budget(at moment: Instant) -> KeySpendAnswer {
        guard var budget = spend else { return KeySpendAnswer() }
        budget.raise(by: fields.values.content.temporaryBudget(at: moment))
        return budget
    }

    /// The next moment at which time alone changes the answer.
    private func change(of status: CredentialStatus, after moment: Instant, _ budget: Instant?) -> Instant? {
        let (end, expires) = (found.window.revokeAt, found.gate.key.expires)
        return switch status {
        case .active, .deprecated, .budgetExceeded: Self.first(after: moment, end, expires, budget)
        case .blocked, .expired: Self.first(after: moment, end)
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
