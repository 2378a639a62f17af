/// What a key is for, in LiteLLM's words: a short form of its allowed routes.
enum KeyType: String, CaseIterable {
    case llmAPI = "llm_api"
    case management
    case readOnly = "read_only"
    case `default`

    /// nil: the routes that the request names stand.
    var allowedRoutes: [String]? {
        switch self {
        case .llmAPI: ["llm_api_routes"]
        case .management: ["management_routes"]
        case .readOnly: ["info_routes"]
        case .default: nil
        }
    }
}
