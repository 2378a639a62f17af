import Ledger

/// Durations in requests.
enum RequestDuration {
    /// - Throws: a 400 in LiteLLM's words.
    static func duration(_ text: String) throws -> KeyDuration {
        do throws(DurationError) {
            return try KeyDuration(text)
        } catch {
            switch error.code {
            case .invalidFormat: throw refusal("Invalid duration format")
            case .unknownUnit: throw refusal("Unsupported duration unit, passed duration: \(text)")
            case .outOfRange: throw refusal("Invalid duration: \(error.message)")
            }
        }
    }

    static func budgetPeriod(_ text: String) throws -> BudgetPeriod {
        do throws(DurationError) {
            return try BudgetPeriod(text)
        } catch {
            throw refusal("Invalid budget_duration '\(text)'. Use a format like '1h', '24h', '7d', or '30d'.")
        }
    }

    private static func refusal(_ message: String) -> APIError {
        .badRequest(message, type: nil, code: "invalid_duration")
    }
}
