package import Ledger

/// How long the replaced secret of a regeneration stays good.
package enum GracePeriod: Hashable, Sendable {
    /// The request says nothing: the configured default holds.
    case unspecified
    /// It ends at once.
    case none
    case lasting(KeyDuration)

    /// - Throws: a 400 for text that is no duration. LiteLLM ends the old secret at once then; here nothing happens.
    init(_ given: Given<String>) throws {
        switch given {
        case .absent, .null: self = .unspecified
        case .value(let text):
            if text.utf8.allSatisfy({ $0 == UInt8(ascii: "0") }) {
                self = .none
            } else if let duration = try? KeyDuration(text) {
                self = Self.isZero(text) ? .none : .lasting(duration)
            } else {
                throw APIError.badRequest(
                    "Invalid grace_period '\(text)'. Use a format like '30s', '5m', '1h', '2d', '1w' or '1mo'. Nothing was changed.",
                    param: "grace_period", code: "invalid_grace_period")
            }
        }
    }

    /// Whether the number before the unit is zero.
    private static func isZero(_ text: String) -> Bool {
        text.utf8.allSatisfy { !(UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }
    }
}
