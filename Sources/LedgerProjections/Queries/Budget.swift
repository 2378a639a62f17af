package import LedgerDomain
package import LedgerSchema

/// The latest SpendReset that hits a key.
package struct SpendResetState: Hashable, Sendable {
    package var position: Position
    package var at: Instant
    package var resetTo: Amount

    package init(position: Position, at: Instant, resetTo: Amount) {
        self.position = position
        self.at = at
        self.resetTo = resetTo
    }
}

extension KeyTerms {
    /// Every amount at which the key is refused.
    var hardBudgets: [Amount] { [maxBudget].compactMap { $0 } + (budgetLimits ?? []).map(\.maxBudget) }
}

/// A key's spend against its budgets at one moment.
package struct Budget: Hashable, Sendable {
    package var spend: Amount
    /// The least that any hard budget leaves; `nil` without one.
    package var remaining: Amount?
    /// The end of the window that changes first.
    package var nextReset: Instant?
    /// When a raise ends without which the budget would be exceeded now.
    package var raisedUntil: Instant?

    package var isExceeded: Bool { remaining.map { $0 <= .zero } ?? false }

    /// Spend of the window of now: what the last reset set, if it happened in this window.
    ///
    /// Charges are added here once they are folded; until the log can hold any, a reset is all the spend there is.
    ///
    /// - Parameter raise: what counts of `max_budget` beside it at `moment`; the budgets of several periods it leaves alone.
    package init(_ terms: KeyTerms, raise: TemporaryBudget?, reset: SpendResetState?, at moment: Instant) {
        func spend(in window: BudgetWindow?) -> Amount {
            guard let reset else { return .zero }
            guard let window else { return reset.resetTo }
            return reset.at >= window.window(at: moment).start ? reset.resetTo : .zero
        }
        func left(_ budget: Amount, _ window: BudgetWindow?) -> Amount {
            (try? budget.subtracting(spend(in: window))) ?? .zero
        }
        self.spend = spend(in: terms.budgetWindow)
        var limits: [Amount] = []
        if let budget = terms.maxBudget { limits.append(left(raise?.raising(budget) ?? budget, terms.budgetWindow)) }
        for limit in terms.budgetLimits ?? [] { limits.append(left(limit.maxBudget, limit.window)) }
        remaining = limits.min()
        if let raise, let budget = terms.maxBudget, !isExceeded, left(budget, terms.budgetWindow) <= .zero { raisedUntil = raise.expiry }
        let windows = [terms.budgetWindow].compactMap { $0 } + (terms.budgetLimits ?? []).map(\.window)
        nextReset = windows.map { $0.window(at: moment).end }.min()
    }
}
