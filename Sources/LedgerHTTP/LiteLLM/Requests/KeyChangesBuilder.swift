import JSONText
import Ledger

/// Sorts the fields of a request into what a command does with them.
struct KeyChangesBuilder {
    enum Mode {
        /// Null says nothing.
        case create
        /// Null takes away.
        case change
    }

    let body: BodyFields
    let mode: Mode
    /// Whether `key_type` is a field of the request. Update does not have it.
    var hasKeyType = true
    private(set) var changes = KeyChanges()

    init(_ body: BodyFields, mode: Mode) {
        self.body = body
        self.mode = mode
    }

    /// Everything but the alias and the secrets, which mean something else in each request.
    /// - Throws: a 400 for the first value that cannot be meant.
    mutating func addFields() throws {
        try addMoney()
        try addBudgets()
        try addTimes()
        addBelonging()
        addLimits()
        try addContent()
    }

    mutating func setAlias(_ given: Given<String>) throws {
        changes.alias = try change(given) { try KeyAlias.check($0) }
    }

    func change<Value, Result>(_ given: Given<Value>, _ convert: (Value) throws -> Result) rethrows -> FieldChange<Result> {
        switch given {
        case .absent: .keep
        case .null: mode == .create ? .keep : .clear
        case .value(let value): .set(try convert(value))
        }
    }

    private mutating func setTerm<Value: Hashable & Sendable>(
        _ path: WritableKeyPath<KeyTerms, Value?>, _ field: KeyField, _ change: FieldChange<Value>
    ) {
        switch change {
        case .keep: break
        case .set(let value): changes.terms[keyPath: path] = value
        case .clear: changes.cleared.append(field)
        }
    }
}

extension KeyChangesBuilder {
    private mutating func addMoney() throws {
        try setTerm(\.maxBudget, .maxBudget, change(body.number("max_budget")) { try RequestMoney.amount($0, of: "max_budget") })
        try setTerm(\.softBudget, .softBudget, change(body.number("soft_budget")) { try RequestMoney.amount($0, of: "soft_budget") })
        if case .value(let text) = body.number("spend") {
            let spend = try RequestMoney.amount(text, of: "spend")
            // A new key has spent nothing, so that saying so is no change.
            if mode == .change || spend != .zero { changes.spend = spend }
        }
    }

    private mutating func addTimes() throws {
        changes.budgetPeriod = try change(body.string("budget_duration")) { try RequestDuration.budgetPeriod($0) }
        if mode == .change, body.string("duration").value == "-1" {
            changes.duration = .clear
        } else {
            changes.duration = try change(body.string("duration")) { try RequestDuration.duration($0) }
        }
        if let interval = body.string("rotation_interval").value { _ = try RequestDuration.duration(interval) }
    }

    private mutating func addBelonging() {
        changes.userID = change(identifier("user_id")) { $0 }
        setTerm(\.teamID, .teamID, change(identifier("team_id")) { $0 })
        setTerm(\.organizationID, .organizationID, change(identifier("organization_id")) { $0 })
        setTerm(\.projectID, .projectID, change(identifier("project_id")) { $0 })
        setTerm(\.agentID, .agentID, change(identifier("agent_id")) { $0 })
        setTerm(\.budgetID, .budgetID, change(identifier("budget_id")) { $0 })
        setTerm(\.role, .role, change(body.string("role")) { Role(name: $0) ?? .none })
    }

    /// An id; an empty one names nothing.
    private func identifier(_ name: String) -> Given<String> {
        let given = body.string(name)
        return given.value == "" ? .null : given
    }

    private mutating func addLimits() {
        changes.blocked = change(body.boolean("blocked")) { $0 }
        setTerm(\.tpmLimit, .tpmLimit, change(body.integer("tpm_limit")) { $0 })
        setTerm(\.rpmLimit, .rpmLimit, change(body.integer("rpm_limit")) { $0 })
        setTerm(\.tpdLimit, .tpdLimit, change(body.integer("tpd_limit")) { $0 })
        setTerm(\.maxParallelRequests, .maxParallelRequests, change(body.integer("max_parallel_requests")) { $0 })
        setTerm(\.models, .models, change(nonEmpty("models")) { $0 })
        let type = hasKeyType ? body.string("key_type").value.flatMap(KeyType.init) : nil
        if let routes = type?.allowedRoutes {
            changes.terms.allowedRoutes = routes
        } else {
            setTerm(\.allowedRoutes, .allowedRoutes, change(nonEmpty("allowed_routes")) { $0 })
        }
    }

    /// A list; an empty one restricts nothing.
    private func nonEmpty(_ name: String) -> Given<[String]> {
        let given = body.strings(name)
        return given.value?.isEmpty ?? false ? .null : given
    }

    mutating func setContent(_ name: String, _ value: JSONValue?) throws {
        if let value, value.holdsNonFiniteNumber {
            throw APIError.badRequest("\(name) holds NaN or Infinity, which are no JSON numbers.", type: nil, code: "invalid_number")
        }
        changes.setContent(name, json: value?.serialized())
    }

    mutating func setBudgetLimits(_ change: FieldChange<[KeyChanges.PeriodBudget]>) { changes.budgetLimits = change }
    mutating func setModelBudgets(_ change: FieldChange<[KeyChanges.PeriodBudget]>) { changes.modelBudgets = change }
}
