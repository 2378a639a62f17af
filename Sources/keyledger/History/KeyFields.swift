import JSONText
import Ledger

/// The fields of a key as names and JSON values, in one order, under the names that requests have.
struct KeyFields {
    private(set) var members = JSONObject()

    /// - Parameter userName: the name behind a subject number.
    init(_ terms: KeyTerms, userName: (UInt64) -> String) {
        set("team_id", terms.teamID)
        set("user_id", terms.subject.map(userName))
        set("organization_id", terms.organizationID)
        set("project_id", terms.projectID)
        set("agent_id", terms.agentID)
        set("role", terms.role?.name)
        set("models", terms.models)
        set("allowed_routes", terms.allowedRoutes)
        set("blocked", terms.blocked.map { .bool($0) })
        set("expires", terms.expires?.description)
        set("max_budget", terms.maxBudget?.decimalText)
        set("soft_budget", terms.softBudget?.decimalText)
        set("budget_duration", terms.budgetWindow?.text)
        set("budget_limits", terms.budgetLimits.map { .array($0.map(Self.limit)) })
        set("model_budgets", terms.modelBudgets.map { .array($0.map(Self.budget)) })
        set("tpm_limit", terms.tpmLimit.map { JSONValue($0) })
        set("rpm_limit", terms.rpmLimit.map { JSONValue($0) })
        set("tpd_limit", terms.tpdLimit.map { JSONValue($0) })
        set("max_parallel_requests", terms.maxParallelRequests.map { JSONValue($0) })
        set("budget_id", terms.budgetID)
    }

    /// A key's state: alias, terms and every field of the request that is none.
    init(_ state: KeyState, userName: (UInt64) -> String) {
        let terms = KeyFields(state.terms, userName: userName)
        set("key_alias", state.alias)
        for member in terms.members { members[member.name] = member.value }
        add(state.content)
    }

    mutating func add(_ content: ContentSlot) {
        for field in content.fields where members[field.name] == nil {
            members[field.name] = (try? JSONValue.parse(text: field.json)) ?? .string(field.json)
        }
    }

    private mutating func set(_ name: String, _ value: JSONValue?) {
        if let value { members[name] = value }
    }

    private mutating func set(_ name: String, _ text: String?) { set(name, text.map { .string($0) }) }
    private mutating func set(_ name: String, _ texts: [String]?) { set(name, texts.map { .array($0.map { .string($0) }) }) }

    private static func limit(_ limit: BudgetLimit) -> JSONValue {
        ["budget_duration": .string(limit.window.text), "max_budget": .string(limit.maxBudget.decimalText)]
    }

    private static func budget(_ budget: ModelBudget) -> JSONValue {
        var object: JSONObject = ["model": .string(budget.model), "max_budget": .string(budget.maxBudget.decimalText)]
        if let window = budget.window { object["budget_duration"] = .string(window.text) }
        return .object(object)
    }
}

/// One field before and after an event.
struct FieldDifference {
    let name: String
    let before: JSONValue?
    let after: JSONValue?

    static func between(_ before: JSONObject, _ after: JSONObject) -> [FieldDifference] {
        let names = after.names + before.names.filter { after[$0] == nil }
        return names.compactMap { before[$0] == after[$0] ? nil : FieldDifference(name: $0, before: before[$0], after: after[$0]) }
    }

    /// `name  before → after`, for people.
    var text: String { "\(Self.shown(before)) → \(Self.shown(after))" }

    private static func shown(_ value: JSONValue?) -> String {
        guard let value else { return "–" }
        if let strings = value.array?.compactMap(\.string), !strings.isEmpty, strings.count == value.array?.count {
            return printable(strings.joined(separator: ", "))
        }
        return printable(value.string ?? value.serialized())
    }
}
