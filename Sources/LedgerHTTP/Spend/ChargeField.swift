/// The members of a charge in JSON.
enum ChargeField: Int, CaseIterable, Sendable {
    case requestID, producer, epoch, sequence, key, token, spend, occurredAt, cost
    case promptTokens, completionTokens, cacheReadTokens, cacheWriteTokens
    case model, modelGroup, provider, endpoint, callType, mcpTool, endUser, userID, teamID
    case tags, status, duration, skip

    var name: String {
        switch self {
        case .requestID: "request_id"
        case .producer: "producer"
        case .epoch: "producer_epoch"
        case .sequence: "producer_seq"
        case .key: "key"
        case .token: "token"
        case .spend: "spend"
        case .occurredAt: "occurred_at"
        case .cost: "cost"
        case .promptTokens: "prompt_tokens"
        case .completionTokens: "completion_tokens"
        case .cacheReadTokens: "cache_read_input_tokens"
        case .cacheWriteTokens: "cache_creation_input_tokens"
        case .model: "model"
        case .modelGroup: "model_group"
        case .provider: "provider"
        case .endpoint: "endpoint"
        case .callType: "call_type"
        case .mcpTool: "mcp_tool"
        case .endUser: "end_user"
        case .userID: "user_id"
        case .teamID: "team_id"
        case .tags: "tags"
        case .status: "status"
        case .duration: "duration_ms"
        case .skip: "skip"
        }
    }
}
