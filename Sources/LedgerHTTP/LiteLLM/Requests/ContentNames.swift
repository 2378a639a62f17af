/// Which request fields go where, beside the terms of a key.
enum ContentNames {
    /// Kept as fields of their own, shown inside `metadata`; their own place in answers says null.
    static let metadataBacked = [
        "model_rpm_limit", "model_tpm_limit", "mcp_rpm_limit", "tag_rpm_limit", "rpm_limit_type", "tpm_limit_type", "guardrails", "tags",
        "prompts", "enforced_params", "end_user_budget_id", "default_estimated_output_tokens",
        "default_estimated_output_tokens_per_model", "disable_global_guardrails", "enable_prompt_caching", "throttle_on_budget_exceeded",
        "allowed_passthrough_routes", "denied_passthrough_routes", "allowed_vector_store_indexes", "temp_budget_expiry",
        "temp_budget_increase",
    ]

    static let metadataBackedSet = Set(metadataBacked)

    /// Decided by terms, or by the command itself: never content. Secrets are among them.
    static let terms: Set<String> = [
        "key_alias", "duration", "models", "spend", "max_budget", "user_id", "team_id", "agent_id", "max_parallel_requests", "tpm_limit",
        "rpm_limit", "tpd_limit", "budget_duration", "budget_limits", "blocked", "budget_id", "allowed_routes", "soft_budget",
        "organization_id", "project_id", "role", "key", "new_key", "new_master_key", "grace_period", "scope", "keys", "key_aliases",
    ]

    /// What the ledger itself says of a key: a request cannot say it, and is not refused for trying, as LiteLLM does not.
    static let reserved: Set<String> = [
        "token", "token_id", "key_name", "key_id", "revision", "status", "credential_status", "revoke_at", "grace_ends_at", "successor",
        "replayed", "expires", "total_spend", "model_spend", "budget_reset_at", "litellm_budget_table", "litellm_organization_table",
        "litellm_project_table", "object_permission_id", "jwt_key_mappings", "soft_budget_cooldown", "org_id", "id", "created_at",
        "created_by", "updated_at", "updated_by", "settings_updated_at", "last_active", "rotation_count", "last_rotation_at",
        "key_rotation_at", "deleted_at", "deleted_by", "deleted_by_api_key", "litellm_changed_by",
    ]
}
