import LedgerDomain
import LedgerLog
package import LedgerSchema
import MerkleTree

/// Names one of a key's limits, the same through changes of its amount and window.
package struct LimitID: Hashable, Sendable, Comparable {
    package enum Kind: UInt8, Sendable {
        /// The key's own budget; there without one too, since it is what `spend` shows.
        case main = 0
        /// An entry of `budget_limits`, by the text of its period.
        case period = 1
        /// An entry of `model_max_budget`, by its model.
        case model = 2
    }

    package let kind: Kind
    /// The first 8 bytes of SHA-256 of the text; 0 of the main one.
    package let hash: UInt64

    package static let main = LimitID(kind: .main, hash: 0)

    package init(kind: Kind, hash: UInt64) {
        self.kind = kind
        self.hash = hash
    }

    package init(period: String) { self.init(kind: .period, hash: Self.hash(of: period)) }

    package init(model: String) { self.init(kind: .model, hash: Self.hash(of: model)) }

    /// What stands for a name or a period: the first 8 bytes of its SHA-256.
    package static func hash(of text: String) -> UInt64 {
        hash(of: Hash32.sha256(text.utf8))
    }

    static func hash(of hash: Hash32) -> UInt64 { hash.withBytes { $0.bigEndian(at: 0) } }

    package static func < (left: LimitID, right: LimitID) -> Bool { (left.kind.rawValue, left.hash) < (right.kind.rawValue, right.hash) }
}

/// A limit as it is in force: what is counted, and in which windows. How much is allowed decides nothing here.
package struct SpendLimit: Hashable, Sendable {
    package var id: LimitID
    /// `nil`: one window for all time.
    package var window: BudgetWindow?

    package init(id: LimitID, window: BudgetWindow?) {
        self.id = id
        self.window = window
    }

    /// The window that holds a moment.
    package func window(at moment: Instant) -> (start: Instant, end: Instant) {
        window?.window(at: moment) ?? (.distantPast, .distantFuture)
    }

    /// Those of a key whose terms set none: its spend is counted all the same.
    static let mainAlone = [SpendLimit(id: .main, window: nil)]

    /// Whether it is the same limit with the same windows, whatever they are called.
    func hasWindows(of other: SpendLimit) -> Bool {
        guard id == other.id else { return false }
        guard let window, let other = other.window else { return window == nil && other.window == nil }
        return (window.anchor, window.unit, window.count) == (other.anchor, other.unit, other.count)
    }

    /// The limits after a change of terms that sets some and clears some.
    static func limits(_ old: [SpendLimit], changedBy terms: KeyTerms, clearing cleared: [KeyField]) -> [SpendLimit] {
        func changed<Value>(_ value: Value?, _ field: KeyField, _ kind: LimitID.Kind, _ limits: (Value?) -> [SpendLimit]) -> [SpendLimit] {
            if cleared.contains(field) { return limits(nil) }
            return value.map(limits) ?? old.filter { $0.id.kind == kind }
        }
        return changed(terms.budgetWindow, .budgetWindow, .main) { [SpendLimit(id: .main, window: $0)] }
            + changed(terms.budgetLimits, .budgetLimits, .period) { limits($0 ?? []) }
            + changed(terms.modelBudgets, .modelBudgets, .model) { limits($0 ?? []) }
    }

    /// Whether a change of terms may change limits.
    static func mayChange(_ terms: KeyTerms, clearing cleared: [KeyField]) -> Bool {
        [.budgetWindow, .budgetLimits, .modelBudgets].contains { terms.isSet($0) || cleared.contains($0) }
    }

    private static func limits(_ entries: [BudgetLimit]) -> [SpendLimit] {
        unique(entries.map { SpendLimit(id: LimitID(period: $0.window.text), window: $0.window) })
    }

    private static func limits(_ entries: [ModelBudget]) -> [SpendLimit] {
        unique(entries.map { SpendLimit(id: LimitID(model: $0.model), window: $0.window) })
    }

    static func unique(_ limits: [SpendLimit]) -> [SpendLimit] {
        var seen: Set<LimitID> = []
        return limits.filter { seen.insert($0.id).inserted }
    }
}
