/// LiteLLM's routes that change keys: the same refusal is worded differently on some.
package enum KeyRoute: Hashable, Sendable {
    case generate, update, block, unblock, delete
    /// With the key's display form: never its secret.
    case regenerate(key: String)

    /// The path as LiteLLM's messages name it.
    package var path: String {
        switch self {
        case .generate: "/key/generate"
        case .update: "/key/update"
        case .block: "/key/block"
        case .unblock: "/key/unblock"
        case .delete: "/key/delete"
        case .regenerate: "/key/regenerate"
        }
    }
}
