import JSONText
import Ledger

extension KeyChangesBuilder {
    /// `budget_limits` and `model_max_budget`. The latter stands in content too, so that it comes back as it was sent.
    mutating func addBudgets() throws {
        switch body["budget_limits"] {
        case .absent: break
        case .null: setBudgetLimits(change(.null as Given<JSONValue>) { _ in [] })
        case .value(let json):
            let limits = try (json.array ?? []).compactMap(\.object).map(Self.limit)
            setBudgetLimits(change(limits.isEmpty ? .null : .value(limits)) { $0 })
        }
        switch body["model_max_budget"] {
        case .absent: break
        case .null: setModelBudgets(change(.null as Given<JSONValue>) { _ in [] })
        case .value(let json):
            let budgets = try (json.object ?? JSONObject()).compactMap(Self.modelBudget)
            setModelBudgets(change(budgets.isEmpty ? .null : .value(budgets)) { $0 })
        }
    }

    private static func limit(_ members: JSONObject) throws -> KeyChanges.PeriodBudget {
        let entry = BodyFields(validated: members, fields: KeyRequestFields.budgetLimit)
        let amount = try RequestMoney.amount(entry.number("max_budget").value ?? "0", of: "max_budget")
        let period = try RequestDuration.budgetPeriod(entry.string("budget_duration").value ?? "")
        return KeyChanges.PeriodBudget(period: period, maxBudget: amount)
    }

    /// The budget of one model: `{"budget_limit", "time_period"}`, the same by their other names, or a bare number.
    private static func modelBudget(_ member: JSONObject.Member) throws -> KeyChanges.PeriodBudget? {
        guard let object = member.value.object else {
            guard let text = LaxNumber.number(member.value).value else {
                throw invalid("the value of '\(member.name)' must be an object with budget_limit and time_period")
            }
            let amount = try RequestMoney.amount(text, of: "model_max_budget")
            return KeyChanges.PeriodBudget(model: member.name, period: nil, maxBudget: amount)
        }
        guard let limit = object.first(of: ["budget_limit", "max_budget"]) else { return nil }
        guard let text = LaxNumber.number(limit).value else { throw invalid("the budget_limit of '\(member.name)' must be a number") }
        let amount = try RequestMoney.amount(text, of: "model_max_budget")
        guard let period = object.first(of: ["time_period", "budget_duration"]) else {
            return KeyChanges.PeriodBudget(model: member.name, period: nil, maxBudget: amount)
        }
        guard let text = period.string else { throw invalid("the time_period of '\(member.name)' must be a duration such as '1d'") }
        return KeyChanges.PeriodBudget(model: member.name, period: try RequestDuration.budgetPeriod(text), maxBudget: amount)
    }

    private static func invalid(_ reason: String) -> APIError {
        .badRequest("Invalid model_max_budget: \(reason).", type: nil, code: "invalid_budget")
    }
}

extension JSONObject {
    /// The first of some members that is there and not null.
    fileprivate func first(of names: [String]) -> JSONValue? {
        names.lazy.compactMap { self[$0] }.first { !$0.isNull }
    }
}
