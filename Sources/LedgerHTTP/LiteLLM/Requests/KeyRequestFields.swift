/// The fields that LiteLLM's key requests declare, in its order, which is the order of mistakes in a 422.
enum KeyRequestFields {
    static let generate = limits + access + [creation, rotation, belonging, own].flatMap { $0 }
    static let update = limits + access + [temporaryBudget, rotation, belonging, own].flatMap { $0 }
    static let regenerate = limits + access + [creation, rotation, belonging, replacement, own].flatMap { $0 }

    private static let limits: [RequestField] = [
        RequestField("key_alias", .string), RequestField("duration", .string), RequestField("models", .list(.string)),
        RequestField("spend", .number), .emptyIsNull("max_budget", .number), RequestField("user_id", .string),
        RequestField("team_id", .string), RequestField("agent_id", .string), RequestField("max_parallel_requests", .integer()),
        RequestField("metadata", .map(.any)), RequestField("tpm_limit", .integer(.atLeast(0))),
        RequestField("rpm_limit", .integer(.atLeast(0))), RequestField("budget_duration", .string),
        RequestField("budget_limits", .list(.model(budgetLimit))), RequestField("allowed_cache_controls", .list(.any)),
        RequestField("config", .map(.any)), RequestField("permissions", .map(.any)), RequestField("model_max_budget", .map(.any)),
        RequestField("budget_fallbacks", .map(.list(.string))), RequestField("model_rpm_limit", .map(.any)),
        RequestField("model_tpm_limit", .map(.any)), RequestField("mcp_rpm_limit", .map(.integer())),
        RequestField("tag_rpm_limit", .map(.integer())), RequestField("guardrails", .list(.string)),
        RequestField("policies", .list(.string)), RequestField("prompts", .list(.string)), RequestField("blocked", .boolean),
        RequestField("aliases", .map(.any)), RequestField("object_permission", .model(objectPermission)), RequestField("key", .string),
        RequestField("tpd_limit", .integer()), RequestField("default_estimated_output_tokens", .integer(.above(0))),
        RequestField("default_estimated_output_tokens_per_model", .map(.integer(.above(0)))),
    ]

    private static let access: [RequestField] = [
        RequestField("budget_id", .string), RequestField("end_user_budget_id", .string), RequestField("tags", .list(.string)),
        RequestField("disable_global_guardrails", .boolean), RequestField("enable_prompt_caching", .boolean),
        RequestField("throttle_on_budget_exceeded", .boolean), RequestField("enforced_params", .list(.string)),
        RequestField("allowed_routes", .list(.string)), RequestField("allowed_passthrough_routes", .list(.any)),
        RequestField("denied_passthrough_routes", .list(.string)),
        RequestField("allowed_vector_store_indexes", .list(.model(vectorStoreIndex))),
        RequestField("rpm_limit_type", .choice(limitTypes, isLiteral: true)),
        RequestField("tpm_limit_type", .choice(limitTypes, isLiteral: true)),
        RequestField("router_settings", .model(RouterSettings.fields)), RequestField("access_group_ids", .list(.string)),
        RequestField("soft_budget", .number),
    ]

    private static let creation: [RequestField] = [
        RequestField("send_invite_email", .boolean), RequestField("key_type", .choice(KeyType.allCases.map(\.rawValue))),
    ]

    private static let temporaryBudget: [RequestField] = [
        RequestField("temp_budget_increase", .number), RequestField("temp_budget_expiry", .dateTime),
    ]

    private static let rotation: [RequestField] = [
        RequestField("auto_rotate", .boolean), RequestField("rotation_interval", .string),
    ]

    private static let belonging: [RequestField] = [.emptyIsNull("organization_id", .string), .emptyIsNull("project_id", .string)]

    private static let replacement: [RequestField] = [
        RequestField("new_key", .string), RequestField("new_master_key", .string), RequestField("grace_period", .string),
    ]

    /// What LiteLLM does not have.
    private static let own: [RequestField] = [
        RequestField("role", .choice(["proxy_admin", "proxy_admin_viewer", "gateway", "subscriber"]))
    ]

    private static let limitTypes = ["guaranteed_throughput", "best_effort_throughput", "dynamic"]

    static let budgetLimit: [RequestField] = [
        .required("budget_duration", .string), .required("max_budget", .number), RequestField("reset_at", .dateTime),
    ]

    private static let vectorStoreIndex: [RequestField] = [
        .required("index_name", .string), .required("index_permissions", .list(.choice(["read", "write"], isLiteral: true))),
    ]

    static let objectPermission: [RequestField] = [
        RequestField("mcp_servers", .list(.string)), RequestField("mcp_access_groups", .list(.string)),
        RequestField("mcp_tool_permissions", .map(.list(.string))), RequestField("mcp_toolsets", .list(.string)),
        RequestField("blocked_tools", .list(.string)), RequestField("vector_stores", .list(.string)),
        RequestField("agents", .list(.string)),
        RequestField("agent_access_groups", .list(.string)), RequestField("models", .list(.string)),
        RequestField("search_tools", .list(.string)), RequestField("mcp_tool_search_enabled", .boolean),
        RequestField("skills", .list(.string)),
    ]

    static let bulkItem: [RequestField] = [
        .required("key", .string), RequestField("budget_id", .string), RequestField("max_budget", .number),
        RequestField("team_id", .string),
        RequestField("tags", .list(.string)), RequestField("object_permission", .model(objectPermission)),
    ]

    private static let scope = RequestField("scope", .choice(["credential", "key"]))

    static let bulk: [RequestField] = [.required("keys", .list(.model(bulkItem)))]
    static let block: [RequestField] = [.required("key", .string), scope]
    static let keys: [RequestField] = [RequestField("keys", .list(.string)), RequestField("key_aliases", .list(.string)), scope]
}
