import JSONText
import Ledger

/// One question or change, as LiteLLM's routes have it: the same bodies go to a server and to a folder, the same come back.
enum KeyCall: Sendable {
    case generate(JSONObject, isServiceAccount: Bool)
    case update(JSONObject)
    case regenerate(JSONObject)
    case block(JSONObject)
    case unblock(JSONObject)
    case delete(JSONObject)
    case revoke(Token, JSONObject)
    case verify(JSONObject)
    /// By key_id or token.
    case info(String)
    case list([(name: String, value: String)])

    var method: String {
        switch self {
        case .info, .list: "GET"
        default: "POST"
        }
    }

    /// The route's template.
    var route: String {
        switch self {
        case .generate(_, let isServiceAccount): isServiceAccount ? "/key/service-account/generate" : "/key/generate"
        case .update: "/key/update"
        case .regenerate: "/key/regenerate"
        case .block: "/key/block"
        case .unblock: "/key/unblock"
        case .delete: "/key/delete"
        case .revoke: "/v1/credentials/{token}/revoke"
        case .verify: "/v1/keys/verify"
        case .info: "/key/info"
        case .list: "/key/list"
        }
    }

    var path: String {
        if case .revoke(let token, _) = self { "/v1/credentials/\(token.hex)/revoke" } else { route }
    }

    /// What stands for the route's parameters.
    var pathValues: [String] {
        if case .revoke(let token, _) = self { [token.hex] } else { [] }
    }

    var query: [(name: String, value: String)] {
        switch self {
        case .info(let key): [("key", key)]
        case .list(let query): query
        default: []
        }
    }

    var body: JSONObject? {
        switch self {
        case .generate(let body, _), .update(let body), .regenerate(let body), .block(let body), .unblock(let body), .delete(let body),
            .revoke(_, let body), .verify(let body):
            body
        case .info, .list: nil
        }
    }
}
