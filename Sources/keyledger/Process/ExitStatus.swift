/// What the process tells its caller.
enum ExitStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    case usage = 2
    case integrity = 3
    case notFound = 4
    case conflict = 5
    case unreachable = 6
    case notAuthorised = 7

    /// The exit status for a refusal by its HTTP status.
    ///
    /// A taken alias or secret is a 400 on LiteLLM's routes, where a conflict is meant: `code` tells it apart, or the message where
    /// LiteLLM's shape of errors has no place for the code.
    init(httpStatus: Int, code: String?, message: String) {
        switch httpStatus {
        case 401, 403: self = .notAuthorised
        case 404: self = .notFound
        case 409: self = .conflict
        case 502, 503, 504: self = .unreachable
        case 400 where Self.isConflict(code, message): self = .conflict
        case 400, 413, 414, 422, 431: self = .usage
        default: self = .failed
        }
    }

    private static func isConflict(_ code: String?, _ message: String) -> Bool {
        if let code, ["alias_taken", "secret_taken"].contains(code) { return true }
        return message.contains("already exists") || message.contains("A secret names one key for ever")
    }
}
