/// The members of `router_settings`.
enum RouterSettings {
    static let fields: [RequestField] = [
        RequestField("routing_strategy_args", .map(.any)), RequestField("routing_strategy", .string),
        RequestField("routing_groups", .list(.model(routingGroup))), RequestField("retry_policy", .model(retryPolicy)),
        RequestField("model_group_retry_policy", .map(.model(retryPolicy))),
        RequestField("model_group_affinity_config", .map(.list(.string))), RequestField("allowed_fails", .integer()),
        RequestField("cooldown_time", .number), RequestField("num_retries", .integer()), RequestField("timeout", .number),
        RequestField("max_retries", .integer()), RequestField("retry_after", .number), RequestField("fallbacks", .list(.map(.any))),
        RequestField("context_window_fallbacks", .list(.map(.any))), RequestField("content_policy_fallbacks", .list(.map(.list(.any)))),
        RequestField("model_group_alias", .map(.either([("str", .string), ("dict[str,any]", .map(.any))]))),
        RequestField("enable_tag_filtering", .boolean), RequestField("weights", .map(.map(.number))),
        RequestField("tag_routing_prefix", .string),
        RequestField("optional_pre_call_checks", .list(.choice(preCallChecks, isLiteral: true))),
        RequestField("fallback_on_unsupported_params", .boolean),
    ]

    static let names = Set(fields.map(\.name))

    private static let routingGroup: [RequestField] = [
        .required("group_name", .string), .required("models", .list(.string)), .required("routing_strategy", .string),
        RequestField("routing_strategy_args", .map(.any)), RequestField("model_priorities", .map(.integer(.atLeast(1)))),
    ]

    private static let retryPolicy: [RequestField] =
        [
            "BadRequest", "Authentication", "Timeout", "RateLimit", "ContentPolicyViolation", "InternalServer", "ServiceUnavailable",
            "NotFound",
        ].map { RequestField($0 + "ErrorRetries", .integer()) } + [RequestField("DefaultRetries", .integer())]

    private static let preCallChecks = [
        "prompt_caching", "router_budget_limiting", "responses_api_deployment_check", "deployment_affinity", "session_affinity",
        "forward_client_headers_by_model_group", "enforce_model_rate_limits", "encrypted_content_affinity",
    ]
}
