import Ledger

/// How long a replaced secret stays good where a rotation does not say.
struct GraceSetting: Hashable, Sendable {
    /// nil: it ends at once.
    let duration: KeyDuration?

    static let variable = "LITELLM_KEY_ROTATION_GRACE_PERIOD"

    /// - Throws: usage, for text that is no duration.
    init(_ text: String, from source: String) throws {
        if text.utf8.allSatisfy({ $0 == UInt8(ascii: "0") }) {
            duration = nil
            return
        }
        do {
            duration = try KeyDuration(text)
        } catch {
            throw CommandError.usage("\(source): '\(text)' is no duration. Write 30s, 5m, 1h, 2d, 1w, 1mo or 0.")
        }
    }

    static func fromEnvironment() throws -> GraceSetting? {
        try ProcessEnvironment[variable].map { try GraceSetting($0, from: variable) }
    }
}
