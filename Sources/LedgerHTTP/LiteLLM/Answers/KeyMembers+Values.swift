import JSONText
import Ledger

extension KeyMembers {
    /// Members that always say the same: of things that the ledger does not have, or that only LiteLLM's scheduler changes.
    static let constants: [String: String] = {
        var table = [
            "soft_budget_cooldown": "false", "model_spend": "{}", "rotation_count": "0", "team_models": "[]", "team_blocked": "false",
            "is_session_token": "false",
        ]
        let nulls = [
            "duration", "last_rotation_at", "jwt_key_mappings", "litellm_organization_table", "litellm_project_table",
        ]
        for name in nulls { table[name] = "null" }
        for name in MemberTables.listed where table[name] == nil && !["soft_budget", "user_role"].contains(name) { table[name] = "null" }
        return table
    }()

    /// Content fields with a member of their own, and what it says where nothing was given.
    static let contentDefaults = [
        "aliases": "{}", "config": "{}", "permissions": "{}", "allowed_cache_controls": "[]", "policies": "[]", "access_group_ids": "[]",
        "model_max_budget": "{}", "budget_fallbacks": "{}", "router_settings": "{}", "key_type": "\"default\"", "auto_rotate": "false",
        "rotation_interval": "null",
    ]

    func write(_ name: String, _ amount: Amount?, to writer: inout JSONWriter) {
        writer.member(name, raw: amount?.liteLLMText ?? "null")
    }

    func write(_ name: String, _ texts: [String], to writer: inout JSONWriter) {
        writer.name(name)
        writer.array { for text in texts { $0.string(text) } }
    }

    func writeBudgetLimits(to writer: inout JSONWriter) {
        guard let limits = terms.budgetLimits else { return writer.nullMember("budget_limits") }
        writer.name("budget_limits")
        writer.array { writer in
            for limit in limits {
                writer.object { writer in
                    writer.member("budget_duration", limit.window.text)
                    writer.member("max_budget", raw: limit.maxBudget.liteLLMText)
                    writer.member("reset_at", time.milliseconds(limit.window.window(at: view.moment).end))
                }
            }
        }
    }

    /// The caller's own metadata and the fields that LiteLLM keeps in it.
    var metadata: String { Self.metadata(of: state.content) }

    static func metadata(of content: ContentSlot) -> String {
        let own = content["metadata"].flatMap { $0 == "null" ? nil : $0 } ?? "{}"
        guard content.fields.contains(where: { ContentNames.metadataBackedSet.contains($0.name) }),
            var members = (try? JSONValue.parse(text: own))?.object
        else { return own }
        for name in ContentNames.metadataBacked {
            if let json = content[name] { members[name] = metadataValue(name, json) }
        }
        return JSONValue.object(members).serialized()
    }

    /// nil takes the member away.
    private static func metadataValue(_ name: String, _ json: String) -> JSONValue? {
        guard json != "null", let value = try? JSONValue.parse(text: json) else { return nil }
        switch name {
        case "temp_budget_increase":
            guard let text = LaxNumber.number(value).value, let amount = try? Amount(decimal: text) else { return value }
            return .number(amount.liteLLMText)
        case "temp_budget_expiry": return (DateTimeText.parse(value).value?.isoformat).map { .string($0) } ?? value
        default: return value
        }
    }

    /// The row of the budget that a soft budget makes; null without one.
    func writeBudgetTable(modelMaxBudget: String, to writer: inout JSONWriter) {
        guard let soft = terms.softBudget, let budgetID else { return writer.nullMember("litellm_budget_table") }
        writer.name("litellm_budget_table")
        writer.object { writer in
            writer.member("budget_id", budgetID)
            writer.nullMember("max_budget")
            writer.member("soft_budget", raw: soft.liteLLMText)
            for name in ["max_parallel_requests", "tpm_limit", "rpm_limit", "tpd_limit"] { writer.nullMember(name) }
            writer.member("model_max_budget", raw: modelMaxBudget)
            for name in ["budget_duration", "budget_reset_at"] { writer.nullMember(name) }
            writer.member("allowed_models", raw: "[]")
            for name in ["temp_budget_increase", "temp_budget_expiry"] { writer.nullMember(name) }
            write(["created_at", "created_by", "updated_at", "updated_by"], to: &writer)
            for name in Self.budgetRelations { writer.nullMember(name) }
        }
    }

    private static let budgetRelations = [
        "organization", "projects", "keys", "end_users", "tags", "model_access_groups", "team_membership", "organization_membership",
    ]

    /// `object_permission` as LiteLLM's row of it; null without one.
    func writeObjectPermission(to writer: inout JSONWriter) {
        guard let json = given("object_permission"), let given = (try? JSONValue.parse(text: json))?.object else {
            return writer.nullMember("object_permission")
        }
        writer.name("object_permission")
        writer.object { writer in
            writer.member("object_permission_id", DerivedID.objectPermission(of: state.keyID))
            for member in given where member.name != "object_permission_id" { writer.member(member.name, member.value) }
        }
    }
}
