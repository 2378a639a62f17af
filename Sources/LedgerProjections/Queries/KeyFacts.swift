import LedgerDomain
package import LedgerSchema
import Synchronization

/// What the log says of a credential and of its key, as far as checks need it: a fold of the log, true until an event changes the key.
/// What time makes of it is judged for each moment anew, and so is what was spent.
///
/// What nearly every check looks at comes first and lies together: of many keys that are asked about, none is in the processor's caches.
package final class KeyFacts: Sendable {
    package let token: Token
    /// The state of all keys that the facts were read at; `nil` if that was not settled.
    package let stamp: Stamp?
    package let keyID: KeyID
    private let window: CredentialWindow
    private let gate: KeyGate
    private let role: Role
    package let hasBudget: Bool
    private let hasModels: Bool
    private let hasRaise: Bool
    /// What is known of the spend of the key's budgets.
    private let spend = Mutex<Spend?>(nil)
    /// The model that was allowed last: most ask about one again and again.
    private let lastModel = Mutex<String?>(nil)
    /// What writers of answers have made of the values.
    private let body = Mutex<WrittenBody?>(nil)
    private let headers = AtomicLazyReference<WrittenHeaders>()
    private let supersededAt: Instant?
    /// Counts until it expires.
    private let raise: TemporaryBudget?
    /// What the key's budgets are judged by; `nil` if it has none.
    package let budget: KeyBudget?
    /// Name of the key's user.
    private let userID: String?
    /// The key's row as it is stored: most checks need no text of it.
    private let row: [UInt8]
    /// Where the list of models stands in the row.
    private let models: Range<Int>?
    private let texts = AtomicLazyReference<KeyTexts>()

    /// Tells one state of all keys from another.
    package struct Stamp: Equatable, Sendable {
        private let keys: Position
        private let swaps: Int

        /// - Parameters:
        ///   - keys: where keys changed last.
        ///   - swaps: how often another set of tables has taken over.
        package init(keys: Position, swaps: Int) { (self.keys, self.swaps) = (keys, swaps) }
    }

    private struct Spend {
        var figures: KnownSpend.Figures
        let whole: WholeSpend
    }

    /// - Parameter row: the key's, of which `checked` was read.
    init(
        _ token: Token, _ stamp: Stamp?, _ found: FoundCredential, _ row: [UInt8], _ checked: borrowing KeyRowCodec.Checked,
        userID: String?, supersededAt: Instant?
    ) throws {
        self.token = token
        self.stamp = stamp
        self.supersededAt = supersededAt
        (keyID, window, gate, role, hasBudget) = (found.keyID, found.window, found.gate.key, found.gate.role, found.gate.hasBudget)
        budget = found.gate.hasBudget ? try checked.budget() : nil
        self.row = row
        models = checked.models
        hasModels = checked.models?.isEmpty == false
        self.userID = userID
        let mayRaise = hasBudget && checked.hasRaise
        raise = mayRaise ? try KeyRowCodec.checked(row.span, makesTexts: true).values.content.temporaryBudget(at: .distantPast) : nil
        hasRaise = raise != nil
    }

    /// Stored bytes of the key's row: about what the facts take in memory.
    package var sizeBytes: Int { row.count }

    /// What the answer says whatever the time, made of the row when it is asked for first.
    var values: CheckedKey.Values {
        if let made = texts.load() { return made.values }
        let row = row
        // It has been read before without a mistake.
        var values = (try? KeyRowCodec.checked(row.span, makesTexts: true))?.values ?? CheckedKey.Values()
        values.userID = userID
        return texts.storeIfNil(KeyTexts(values)).values
    }

    /// Who presents the credential, and whether it is good. Budgets do not count here.
    package func standing(at moment: Instant) -> KeyStanding {
        KeyStanding(
            keyID: keyID, role: role, status: status(at: moment, budgetExceeded: false), expires: gate.expires, moment: moment)
    }

    /// The verdict at a moment for a model, with the key's fields.
    ///
    /// - Parameter spend: what was spent of ``budget``, in the windows of that moment; `nil` if there is none.
    package func check(model: String?, at moment: Instant, position: Position, spend: KnownSpend?) -> KeyCheck {
        guard let spend else {
            let status = status(at: moment, budgetExceeded: false)
            return answer(status, model, moment, position, remaining: nil, change(of: status, after: moment, nil))
        }
        guard let spent = spend.answer else { return check(model, moment, position, spend.figures) }
        guard let raise, moment < raise.expiry else { return check(model, moment, position, spent) }
        var raised = spent
        raised.raise(by: raise)
        return check(model, moment, position, raised)
    }

    private func check(_ model: String?, _ moment: Instant, _ position: Position, _ spend: KnownSpend.Figures) -> KeyCheck {
        let status = status(at: moment, budgetExceeded: spend.isExceeded)
        let change = change(of: status, after: moment, status.isGood ? nil : spend.nextReset)
        return answer(status, model, moment, position, remaining: spend.remaining, change)
    }

    private func check(_ model: String?, _ moment: Instant, _ position: Position, _ spend: KeySpendAnswer) -> KeyCheck {
        let status = status(at: moment, budgetExceeded: spend.isExceeded)
        let change = change(of: status, after: moment, status.isGood ? spend.raisedUntil : spend.nextReset)
        return answer(status, model, moment, position, remaining: spend.remaining(for: model), change, spend)
    }

    private func answer(
        _ status: CredentialStatus, _ model: String?, _ moment: Instant, _ position: Position, remaining: Amount?, _ change: Instant?,
        _ spend: KeySpendAnswer? = nil
    ) -> KeyCheck {
        var (code, validUntil) = (KeyCheck.Code(status), change)
        if code.isGood, let model {
            if !allows(model) {
                code = .modelNotAllowed
            } else if let limit = spend?.limit(ofModel: model), limit.isExceeded {
                code = .budgetExceeded
                validUntil = self.change(of: .budgetExceeded, after: moment, limit.windowEnd)
            }
        }
        let key = CheckedKey(
            status: status, revokeAt: window.revokeAt, supersededAt: status == .deprecated ? supersededAt : nil, facts: self)
        return KeyCheck(
            code: code, keyID: keyID, validUntil: validUntil, position: position, key: key, remainingBudget: remaining)
    }

    private func allows(_ model: String) -> Bool {
        if !hasModels || lastModel.withLock({ $0.hasSameBytes(as: model) }) { return true }
        guard ModelRule.allows(model, row, models) else { return false }
        if model.utf8.count <= Self.longestModelBytes { lastModel.withLock { $0 = model } }
        return true
    }

    private static let longestModelBytes = 64

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
    /// What is known of the spend in the windows of a moment, as far as a check for a model judges by it; `nil` if nothing is.
    package func knownSpend(for model: String?, at moment: Instant) -> KnownSpend? {
        spend.withLock { spend in
            guard let figures = spend?.figures, figures.hasWindows(of: moment) else { return nil }
            let needsAll = hasRaise || (figures.limitsModels && model != nil)
            return KnownSpend(figures, needsAll ? spend?.whole.answer : nil)
        }
    }

    /// Keeps what was spent of ``budget``, unless something later is known.
    package func keep(_ known: KnownSpend) {
        guard let answer = known.answer else { return }
        spend.withLock { spend in
            if let kept = spend?.figures.position, kept > known.position { return }
            spend = Spend(figures: known.figures, whole: WholeSpend(answer))
        }
    }

    /// Notes that from one event up to another nothing was added to the spend.
    package func spendStands(from first: Position, until last: Position) {
        spend.withLock { $0?.figures.stand(from: first, until: last) }
    }
}

extension KeyFacts {
    var writtenBody: WrittenBody? { body.withLock { $0 } }
    var writtenHeaders: (any AnyObject & Sendable)? { headers.load()?.fields }

    func keep(_ written: WrittenBody) { body.withLock { $0 = written } }
    func keep(headers written: any AnyObject & Sendable) { _ = headers.storeIfNil(WrittenHeaders(written)) }
}

/// The bytes of a body, which has a gap for what depends on the time.
package struct WrittenBody: Sendable {
    package let bytes: [UInt8]
    package let gap: Int

    package init(_ bytes: [UInt8], gap: Int) { (self.bytes, self.gap) = (bytes, gap) }
}

/// Apart from the facts: few checks look at it.
private final class WholeSpend: Sendable {
    let answer: KeySpendAnswer

    init(_ answer: KeySpendAnswer) { self.answer = answer }
}

private final class KeyTexts: Sendable {
    let values: CheckedKey.Values

    init(_ values: CheckedKey.Values) { self.values = values }
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
