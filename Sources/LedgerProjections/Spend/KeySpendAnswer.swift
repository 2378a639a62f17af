import LedgerDomain
public import LedgerSchema

/// What was spent with a key, and what its limits leave.
public struct KeySpendAnswer: Hashable, Sendable {
    /// A limit and its window of now.
    public struct Limit: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            case main
            /// By the text of its period.
            case period(String)
            case model(String)
        }

        public var kind: Kind
        /// `nil` for a limit without windows.
        public var windowStart: Instant?
        public var windowEnd: Instant?
        public var spent: Amount
        public var maxBudget: Amount?

        public init(kind: Kind, windowStart: Instant?, windowEnd: Instant?, spent: Amount, maxBudget: Amount?) {
            self.kind = kind
            self.windowStart = windowStart
            self.windowEnd = windowEnd
            self.spent = spent
            self.maxBudget = maxBudget
        }

        /// What is left; `nil` without a budget.
        public var remaining: Amount? { maxBudget.map { (try? $0.subtracting(spent)) ?? .zero } }

        /// Nothing is left.
        public var isExceeded: Bool { remaining.map { $0 <= .zero } ?? false }
    }

    /// In the main limit's window of now.
    public var spend: Amount = .zero
    /// Since ever, unknown tokens that became the key's credentials included.
    public var totalSpend: Amount = .zero
    /// Charges without corrections.
    public var count: UInt64 = 0
    public var lastChargeAt: Instant?
    /// The main limit, then those of `budget_limits`, then those of models.
    public var limits: [Limit] = []
    /// The end of the window that changes first, model budgets left out.
    public var nextReset: Instant?
    /// When a raise ends without which a budget would be used up.
    public var raisedUntil: Instant?

    public init() {}

    /// Lets a temporary raise count: of `max_budget`, the budgets of several periods are left alone.
    mutating func raise(by raise: TemporaryBudget?) {
        guard let raise, let index = limits.firstIndex(where: { $0.kind == .main }), let budget = limits[index].maxBudget else { return }
        let isUsedUp = limits[index].isExceeded
        limits[index].maxBudget = raise.raising(budget)
        raisedUntil = isUsedUp && !isExceeded ? raise.expiry : nil
    }

    /// The least that a budget of the whole key leaves; `nil` without one. Model budgets are judged for their model alone.
    public var remaining: Amount? { remaining(for: nil) }

    /// A budget of the whole key is used up.
    public var isExceeded: Bool { remaining.map { $0 <= .zero } ?? false }

    /// The limit of a model, or of a group of models; `nil` if it has none.
    public func limit(ofModel name: String) -> Limit? { limits.first { $0.isOf(model: name) } }

    /// The least that a budget leaves for the use of a model; `nil` without one.
    public func remaining(for model: String?) -> Amount? {
        var least: Amount?
        var limitsModel = false
        for limit in limits {
            if limit.isOfModel {
                // Of entries for one model the first counts.
                guard let model, !limitsModel, limit.isOf(model: model) else { continue }
                limitsModel = true
            }
            guard let remaining = limit.remaining else { continue }
            least = min(least ?? remaining, remaining)
        }
        return least
    }

    /// The end of the window that ends first, model budgets left out.
    var firstEnd: Instant? {
        var first: Instant?
        for limit in limits where !limit.isOfModel {
            guard let end = limit.windowEnd else { continue }
            first = min(first ?? end, end)
        }
        return first
    }
}

extension KeySpendAnswer.Limit {
    var isOfModel: Bool { if case .model = kind { true } else { false } }

    func isOf(model name: String) -> Bool { if case .model(let model) = kind { model.hasSameBytes(as: name) } else { false } }
}
