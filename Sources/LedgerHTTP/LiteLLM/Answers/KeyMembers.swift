import JSONText
import Ledger

/// Writes the members of a key's objects: what value a name has, whichever object it stands in.
struct KeyMembers {
    let view: KeyView
    let time: WireTime
    /// JSON text of the content fields.
    let content: [String: String]

    var state: KeyState { view.state }
    var terms: KeyTerms { view.state.terms }

    init(_ view: KeyView, time: WireTime) {
        self.view = view
        self.time = time
        content = Dictionary(view.state.content.fields.map { ($0.name, $0.json) }) { $1 }
    }

    func write(_ names: [String], to writer: inout JSONWriter) {
        for name in names { write(name, to: &writer) }
    }

    func write(_ name: String, to writer: inout JSONWriter) {
        if let constant = Self.constants[name] { return writer.member(name, raw: constant) }
        if let fallback = Self.contentDefaults[name] { return writer.member(name, raw: given(name) ?? fallback) }
        switch name {
        case "metadata": writer.member(name, raw: metadata)
        case "budget_limits": writeBudgetLimits(to: &writer)
        case "models": write(name, terms.models ?? [], to: &writer)
        case "allowed_routes": write(name, terms.allowedRoutes ?? [], to: &writer)
        case "blocked": writer.member(name, terms.blocked)
        case "spend": write(name, view.spend, to: &writer)
        case "total_spend": write(name, view.totalSpend, to: &writer)
        case "max_budget": write(name, terms.maxBudget, to: &writer)
        case "soft_budget": write(name, terms.softBudget, to: &writer)
        default: writeText(name, to: &writer)
        }
    }

    private func writeText(_ name: String, to writer: inout JSONWriter) {
        if let limit = limit(name) { return writer.member(name, limit) }
        if let moment = moment(name) { return writer.member(name, time.milliseconds(moment)) }
        writer.member(name, text(name))
    }

    /// A content field that was given and not as null.
    func given(_ name: String) -> String? {
        content[name].flatMap { $0 == "null" ? nil : $0 }
    }

    private func text(_ name: String) -> String? {
        switch name {
        // Beside the state of an old secret stands that secret's form, not its successor's.
        case "key_name": view.status == .deprecated ? view.credentialName : state.identity.keyName
        case "key_alias": state.alias
        case "user_id": view.userID
        case "team_id": terms.teamID
        case "agent_id": terms.agentID
        case "project_id": terms.projectID
        case "organization_id", "org_id": terms.organizationID
        case "budget_id": budgetID
        case "budget_duration": terms.budgetWindow?.text
        case "object_permission_id": given("object_permission") == nil ? nil : DerivedID.objectPermission(of: state.keyID)
        case "token", "token_id": state.currentToken.hex
        case "id": state.keyID.description
        case "created_by": view.createdBy
        case "updated_by": view.updatedBy
        case "deleted_by": view.deletedBy
        case "deleted_by_api_key": view.deletedByToken?.hex ?? "litellm_proxy_master_key"
        case "litellm_changed_by": view.changedBy
        case "user_role": terms.role?.name
        default: nil
        }
    }

    private func limit(_ name: String) -> Int64? {
        switch name {
        case "tpm_limit": terms.tpmLimit
        case "rpm_limit": terms.rpmLimit
        case "tpd_limit": terms.tpdLimit
        case "max_parallel_requests": terms.maxParallelRequests
        default: nil
        }
    }

    private func moment(_ name: String) -> Instant? {
        switch name {
        case "expires": terms.expires
        case "created_at": state.createdAt
        case "updated_at": state.updatedAt
        case "settings_updated_at": state.settingsUpdatedAt
        case "deleted_at": state.deletedAt
        case "last_active": view.lastChargeAt
        case "budget_reset_at": terms.budgetWindow?.window(at: view.moment).end
        case "key_rotation_at": nextRotation
        default: nil
        }
    }

    /// The id that the key was given, or that of the budget which a soft budget makes.
    var budgetID: String? {
        terms.budgetID ?? (terms.softBudget == nil ? nil : DerivedID.budget(of: state.keyID))
    }

    /// One interval after the latest rotation, or after the creation; in the past if it is overdue.
    private var nextRotation: Instant? {
        guard content["auto_rotate"] == "true", let json = given("rotation_interval"),
            let text = (try? JSONValue.parse(text: json))?.string, let interval = try? KeyDuration(text)
        else { return nil }
        return try? interval.end(from: state.lastRotationAt ?? state.createdAt)
    }
}
