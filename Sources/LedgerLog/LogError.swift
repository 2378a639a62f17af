public import LedgerSchema

/// What is wrong with a log.
public struct LogError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// The folder holds no ledger.
        /// A stored format that this version does not know.
        case unknownFormat
        /// Rows that contradict each other, or bytes that are no record.
        case damaged
        /// A position that the log does not have.
        case noSuchPosition
        /// An event would go back in time.
        case timeWentBack
    }

    public var code: Code
    /// What is wrong, where, and what to do.
    public var message: String
    public var position: Position?

    public init(_ code: Code, _ message: String, position: Position? = nil) {
        self.code = code
        self.message = message
        self.position = position
    }

    public var description: String {
        guard let position else { return message }
        return "position \(position): \(message)"
    }

    static func damaged(_ what: String, at position: Position) -> LogError {
        var error = damaged(what)
        error.position = position
        return error
    }

    static func damaged(_ what: String) -> LogError {
        LogError(.damaged, "\(what). The log is damaged here; restore a backup, and keep this folder for examination.")
    }
}
