/// The members of LiteLLM's key objects in its order. Which value stands behind a name is decided in one place, `KeyMembers`.
enum MemberTables {
    /// Answer of generate and regenerate.
    static let generated = names(
        """
        key_alias duration models spend max_budget user_id team_id agent_id max_parallel_requests metadata tpm_limit rpm_limit
        budget_duration budget_limits allowed_cache_controls config permissions model_max_budget budget_fallbacks model_rpm_limit
        model_tpm_limit mcp_rpm_limit tag_rpm_limit guardrails policies prompts blocked aliases object_permission key tpd_limit
        default_estimated_output_tokens default_estimated_output_tokens_per_model budget_id end_user_budget_id tags
        disable_global_guardrails enable_prompt_caching throttle_on_budget_exceeded enforced_params allowed_routes
        allowed_passthrough_routes denied_passthrough_routes allowed_vector_store_indexes rpm_limit_type tpm_limit_type router_settings
        access_group_ids key_name key_type expires token_id organization_id project_id litellm_budget_table token created_by updated_by
        created_at updated_at
        """)

    /// The key's row with its relations: info, update, unblock.
    static let raw = names(
        """
        key_name key_alias soft_budget_cooldown spend total_spend expires models aliases config router_settings user_id team_id agent_id
        project_id permissions max_parallel_requests metadata blocked tpm_limit rpm_limit tpd_limit max_budget budget_duration
        budget_reset_at allowed_cache_controls allowed_routes key_type policies access_group_ids model_spend model_max_budget
        budget_fallbacks budget_id organization_id object_permission_id created_at created_by updated_at updated_by settings_updated_at
        last_active rotation_count auto_rotate rotation_interval last_rotation_at key_rotation_at budget_limits litellm_budget_table
        litellm_organization_table litellm_project_table object_permission jwt_key_mappings
        """)

    /// The key as LiteLLM's response model shows it, without its token: block, list, deleted keys.
    static let model = names(
        """
        key_name key_alias spend total_spend max_budget expires models aliases config user_id team_id agent_id project_id
        max_parallel_requests metadata tpm_limit rpm_limit tpd_limit budget_duration budget_reset_at allowed_cache_controls
        allowed_routes key_type permissions model_spend model_max_budget budget_fallbacks soft_budget_cooldown blocked
        litellm_budget_table budget_id org_id created_at created_by updated_at updated_by settings_updated_at last_active
        object_permission_id object_permission access_group_ids rotation_count auto_rotate rotation_interval last_rotation_at
        key_rotation_at router_settings budget_limits
        """)

    /// What follows `model` for a deleted key.
    static let deletion = names("id organization_id deleted_at deleted_by deleted_by_api_key litellm_changed_by")

    /// What follows `model` in a list: names of other things that the ledger keeps no directory of.
    static let listed = names(
        """
        team_spend team_alias team_tpm_limit team_rpm_limit team_tpd_limit team_max_budget team_soft_budget team_model_max_budget
        team_models team_blocked soft_budget team_model_aliases team_member team_metadata team_object_permission_id team_member_spend
        team_member_tpm_limit team_member_rpm_limit end_user_id end_user_tpm_limit end_user_rpm_limit end_user_tpd_limit
        end_user_max_budget end_user_model_max_budget organization_alias organization_max_budget organization_tpm_limit
        organization_rpm_limit organization_metadata project_alias project_metadata last_refreshed_at api_key user_role
        allowed_model_region parent_otel_span rpm_limit_per_model tpm_limit_per_model user_tpm_limit user_rpm_limit user_email user_spend
        user_max_budget user_model_max_budget request_route is_session_token user created_by_user end_user_object_permission
        team_object_permission jwt_claims
        """)

    private static func names(_ text: String) -> [String] {
        text.split { $0 == " " || $0 == "\n" }.map(String.init)
    }
}
