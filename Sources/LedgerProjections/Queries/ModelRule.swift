import LedgerDomain
import LedgerSchema

/// Which models a key may use (CONTRACT of LiteLLM: an empty list allows all; three special names; `provider/*` wildcards).
package enum ModelRule {
    package static func allows(_ model: String, _ models: [String]?) -> Bool {
        guard let models, !models.isEmpty else { return true }
        // Most name the model: whether an entry means more than itself is asked last.
        if models.contains(where: { $0.hasSameBytes(as: model) }), model != "no-default-models" { return true }
        for entry in models {
            switch entry {
            case "all-proxy-models", "all-team-models", "*": return true
            case "no-default-models": continue
            default: if entry.utf8.last == UInt8(ascii: "*"), model.utf8.starts(with: entry.utf8.dropLast()) { return true }
            }
        }
        return false
    }
}
