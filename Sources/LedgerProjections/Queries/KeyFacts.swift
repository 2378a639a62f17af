import LedgerDomain
package import LedgerSchema
import Synchronization

/// What the log says of a credential and of its key, as far as checks need it: a fold of the log, true until an event changes the key.
/// What time makes of it is judged for each moment anew, and so is what was spent.
package final class KeyFacts: Sendable {
    package let token: Token
    package let keyID: KeyID
    /// What the key's budgets are judged by; `nil` if it has none.
    package let budget: KeyBudget?
    /// Stored bytes of the key's row: about what the facts take in memory.
    package let sizeBytes: Int
    let values: CheckedKey.Values
    private let window: CredentialWindow
    private let gate: KeyGate
    private let role: Role
    private let supersededAt: Instant?
    /// Counts until it expires.
    private let raise: TemporaryBudget?
    /// What writers of answers have made of the values.
    private let body = AtomicLazyReference<WrittenBody>()
    private let headers = AtomicLazyReference<WrittenHeaders>()

    init(_ token: Token, _ found: FoundCredential, _ row: consuming KeyRowCodec.Checked, supersededAt: Instant?) throws {
        self.token = token
        self.supersededAt = supersededAt
        (keyID, window, gate, role) = (found.keyID, found.window, found.gate.key, found.gate.role)
        budget = found.gate.hasBudget ? try row.budget() : nil
        raise = found.gate.hasBudget ? row.values.content.temporaryBudget(at: .distantPast) : nil
        sizeBytes = row.sizeBytes
        values = row.values
    }

    /// Who presents the credential, and whether it is good. Budgets do not count here.
    package func standing(at moment: Instant) -> KeyStanding {
        KeyStanding(
            keyID: keyID, role: role, status: status(at: moment, budgetExceeded: false), expires: gate.expires, moment: moment)
    }

    /// The verdict at a moment for a model, with the key's fields.
    ///
    /// - Parameter spend: what was spent of ``budget``, in the windows of that moment; `nil` if there is none.
    package func check(model: String?, at moment: Instant, position: Position, spend: KeySpendAnswer?) -> KeyCheck {
        if let spend {
            guard let raise, moment < raise.expiry else { return check(model, moment, position, spend) }
            var raised = spend
            raised.raise(by: raise)
            return check(model, moment, position, raised)
        }
        let status = status(at: moment, budgetExceeded: false)
        return answer(KeyCheck.Code(status), status, model, moment, position, nil, change(of: status, after: moment, nil))
    }

    private func check(_ model: String?, _ moment: Instant, _ position: Position, _ spend: KeySpendAnswer) -> KeyCheck {
        let status = status(at: moment, budgetExceeded: spend.isExceeded)
        let code = KeyCheck.Code(status)
        let change = change(of: status, after: moment, code.isGood ? spend.raisedUntil : spend.nextReset)
        return answer(code, status, model, moment, position, spend, change)
    }

    private func answer(
        _ verdict: KeyCheck.Code, _ status: CredentialStatus, _ model: String?, _ moment: Instant, _ position: Position,
        _ spend: KeySpendAnswer?, _ change: Instant?
    ) -> KeyCheck {
        var (code, validUntil) = (verdict, change)
        if verdict.isGood, let model {
            if !ModelRule.allows(model, values.models) {
                code = .modelNotAllowed
            } else if let limit = spend?.limit(ofModel: model), limit.isExceeded {
                code = .budgetExceeded
                validUntil = self.change(of: .budgetExceeded, after: moment, limit.windowEnd)
            }
        }
        let key = CheckedKey(
            status: status, revokeAt: window.revokeAt, supersededAt: status == .deprecated ? supersededAt : nil, facts: self)
        return KeyCheck(
            code: code, keyID: keyID, validUntil: validUntil, position: position, key: key, remainingBudget: spend?.remaining(for: model))
    }

    private func status(at moment: Instant, budgetExceeded: Bool) -> CredentialStatus {
        LedgerDomain.status(of: window, in: gate, at: moment, budgetExceeded: budgetExceeded)
    }

    /// The next moment at which time alone changes the answer.
    private func change(of status: CredentialStatus, after moment: Instant, _ budget: Instant?) -> Instant? {
        switch status {
        case .active, .deprecated, .budgetExceeded: Self.first(after: moment, window.revokeAt, gate.expires, budget)
        case .blocked, .expired: Self.first(after: moment, window.revokeAt)
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

extension KeyFacts {
    var writtenBody: WrittenBody? { body.load() }
    var writtenHeaders: (any AnyObject & Sendable)? { headers.load()?.fields }

    func keep(_ written: WrittenBody) { _ = body.storeIfNil(written) }
    func keep(headers written: any AnyObject & Sendable) { _ = headers.storeIfNil(WrittenHeaders(written)) }
}

/// The bytes of a body, which has a gap for what depends on the time.
package final class WrittenBody: Sendable {
    package let bytes: [UInt8]
    package let gap: Int

    package init(_ bytes: [UInt8], gap: Int) { (self.bytes, self.gap) = (bytes, gap) }
}

private final class WrittenHeaders: Sendable {
    let fields: any AnyObject & Sendable

    init(_ fields: any AnyObject & Sendable) { self.fields = fields }
}

/// What a credential's row and the head of its key's row say: whatever decides but money.
struct FoundCredential {
    var keyID: KeyID
    var window: CredentialWindow
    var gate: KeyRowCodec.Gate
}
