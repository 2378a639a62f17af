package import LedgerSchema

/// What a key's terms say of its budgets: the limits that are counted, and what each allows.
package struct KeyBudget: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var kind: KeySpendAnswer.Limit.Kind
        var limit: SpendLimit
        var maxBudget: Amount?
    }

    /// The main limit, then those of `budget_limits`, then those of models.
    let entries: [Entry]
    /// The same, each id once.
    let limits: [SpendLimit]

    init(maxBudget: Amount?, window: BudgetWindow?, periods: [BudgetLimit] = [], models: [ModelBudget] = []) {
        let main = Entry(kind: .main, limit: SpendLimit(id: .main, window: window), maxBudget: maxBudget)
        guard !periods.isEmpty || !models.isEmpty else {
            entries = [main]
            limits = window == nil ? SpendLimit.mainAlone : [main.limit]
            return
        }
        let ofPeriods = periods.map { period in
            let text = period.window.text
            return Entry(
                kind: .period(text), limit: SpendLimit(id: LimitID(period: text), window: period.window), maxBudget: period.maxBudget)
        }
        let ofModels = models.map { budget in
            Entry(
                kind: .model(budget.model), limit: SpendLimit(id: LimitID(model: budget.model), window: budget.window),
                maxBudget: budget.maxBudget)
        }
        entries = [main] + ofPeriods + ofModels
        limits = SpendLimit.unique(entries.map(\.limit))
    }

    package init(_ terms: KeyTerms) {
        self.init(
            maxBudget: terms.maxBudget, window: terms.budgetWindow, periods: terms.budgetLimits ?? [], models: terms.modelBudgets ?? [])
    }
}
