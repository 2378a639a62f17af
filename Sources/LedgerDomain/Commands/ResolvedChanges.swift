import LedgerSchema

/// A request's fields with everything that depended on time and state settled.
struct ResolvedChanges {
    var terms = KeyTerms()
    var cleared: [KeyField] = []
    /// `.some(nil)` takes the alias away.
    var alias: String??
    var contentChanges: [(name: String, json: String?)] = []
    /// SubjectNamed of a user who is new.
    var introductions: [EventDraft] = []

    /// The complete new identity, or `nil` if nothing in it changes.
    func identity(over old: IdentitySlot, keyName: String?) -> IdentitySlot? {
        var new = old
        if let alias { new.alias = alias }
        new.keyName = keyName
        return new == old ? nil : new
    }

    /// The complete new content, or `nil` if nothing in it changes.
    func content(over old: ContentSlot) -> ContentSlot? {
        var new = old
        new.apply(contentChanges)
        return new == old ? nil : new
    }
}

extension KeyChanges {
    /// Settles durations, budget periods and the user against the moment and the state.
    ///
    /// - Parameter key: the key that is changed; `nil` if it is to be made.
    func resolved(_ key: KeyState?, _ facts: Facts, _ moment: Instant) throws(Rejection) -> ResolvedChanges {
        var settled = ResolvedChanges()
        settled.terms = terms
        settled.cleared = cleared.filter { !Self.fieldsWithMembers.contains($0) }
        for field in Self.fieldsWithMembers { settled.terms.clear(field) }
        settled.alias = try newAlias(key, facts)
        settled.contentChanges = content.map { (name: $0.name, json: $0.json) }
        resolveUser(facts, &settled)
        do {
            try resolveTimes(key?.terms ?? KeyTerms(), moment, &settled)
        } catch {
            throw Rejection(.timeOutOfRange)
        }
        if key == nil, case .set(let value) = blocked { settled.terms.blocked = value }
        return settled
    }

    private static let fieldsWithMembers: [KeyField] = [.expires, .budgetWindow, .budgetLimits, .modelBudgets, .subject, .blocked]

    /// Any number of keys may have the empty alias, and keeping one's own alias asks for nothing.
    private func newAlias(_ key: KeyState?, _ facts: Facts) throws(Rejection) -> String?? {
        switch alias {
        case .keep: return nil
        case .clear: return .some(nil)
        case .set(let name):
            if let holder = facts.aliasHolder, !name.isEmpty, !key.flatMap(\.alias).hasSameBytes(as: name) {
                throw Rejection(.aliasTaken, keyID: holder, alias: name)
            }
            return name
        }
    }

    private func resolveUser(_ facts: Facts, _ settled: inout ResolvedChanges) {
        switch userID {
        case .keep: break
        case .clear: settled.cleared.append(.subject)
        case .set(let name):
            settled.terms.subject = facts.subject ?? facts.nextSubject
            guard facts.subject == nil else { return }
            let event = Event.subjectNamed(SubjectNamed(number: facts.nextSubject, kind: .user))
            settled.introductions = [EventDraft(event, keyID: nil, identity: IdentitySlot(name: name), subject: facts.nextSubject)]
        }
    }

    private func resolveTimes(_ old: KeyTerms, _ moment: Instant, _ settled: inout ResolvedChanges) throws(DurationError) {
        switch duration {
        case .keep: break
        case .clear: settled.cleared.append(.expires)
        case .set(let duration): settled.terms.expires = try duration.end(from: moment)
        }
        switch budgetPeriod {
        case .keep: break
        case .clear: settled.cleared.append(.budgetWindow)
        case .set(let period): settled.terms.budgetWindow = try period.resolved(at: moment, keeping: [old.budgetWindow])
        }
        switch budgetLimits {
        case .keep: break
        case .clear: settled.cleared.append(.budgetLimits)
        case .set(let limits): settled.terms.budgetLimits = try Self.resolved(limits, old.budgetLimits ?? [], moment)
        }
        switch modelBudgets {
        case .keep: break
        case .clear: settled.cleared.append(.modelBudgets)
        case .set(let budgets): settled.terms.modelBudgets = try Self.resolved(budgets, old.modelBudgets ?? [], moment)
        }
    }

    private static func resolved(_ limits: [PeriodBudget], _ old: [BudgetLimit], _ moment: Instant) throws(DurationError) -> [BudgetLimit] {
        var settled: [BudgetLimit] = []
        for limit in limits {
            guard let window = try limit.period?.resolved(at: moment, keeping: old.map(\.window)) else { continue }
            settled.append(BudgetLimit(window: window, maxBudget: limit.maxBudget))
        }
        return settled
    }

    private static func resolved(_ budgets: [PeriodBudget], _ old: [ModelBudget], _ moment: Instant) throws(DurationError) -> [ModelBudget]
    {
        var settled: [ModelBudget] = []
        for budget in budgets {
            let model = budget.model ?? ""
            let window = try budget.period?.resolved(at: moment, keeping: old.filter { $0.model.hasSameBytes(as: model) }.map(\.window))
            settled.append(ModelBudget(model: model, maxBudget: budget.maxBudget, window: window))
        }
        return settled
    }
}

extension BudgetPeriod {
    /// The windows of a budget that is set at `moment`; of `old` ones, those that are the same windows under another anchor. Naming
    /// a period again changes nothing then.
    fileprivate func resolved(at moment: Instant, keeping old: [BudgetWindow?]) throws(DurationError) -> BudgetWindow {
        let new = try resolved(at: moment)
        let bounds = new.window(at: moment)
        let same = old.compactMap { $0 }.first { old in
            old.text.hasSameBytes(as: new.text) && (old.unit, old.count, old.zone) == (new.unit, new.count, new.zone)
                && old.window(at: moment) == bounds
        }
        return same ?? new
    }
}
