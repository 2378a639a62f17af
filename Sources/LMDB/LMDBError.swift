/// What went wrong in a store operation: a code to decide on, a message that says what to do, and where it happened.
public struct LMDBError: Error, Hashable, Sendable {
    /// The kind of failure; compare it with the static members of ``Code``.
    public let code: Code
    /// What happened and what to do about it. Never holds keys or values.
    public let message: String
    /// The call that failed, e.g. `mdb_txn_commit`.
    public let operation: String
    /// The file or folder concerned, where one is known.
    public let path: String?
    /// What liblmdb or the system returned: negative for liblmdb's own codes, an `errno` where positive, 0 where neither was asked.
    public let resultCode: Int32
    /// What became of the write transaction that this error ended; nil where no write was under way.
    public let outcome: CommitFailure?

    /// Makes an error of this layer; other modules use it in the codings of their own keys and values.
    public init(
        _ code: Code, _ message: String, operation: String, path: String? = nil, resultCode: Int32 = 0,
        outcome: CommitFailure? = nil
    ) {
        self.code = code
        self.message = message
        self.operation = operation
        self.path = path
        self.resultCode = resultCode
        self.outcome = outcome
    }
}

/// What is known of a write transaction that failed.
public enum CommitFailure: Hashable, Sendable {
    /// Nothing of it is or ever will be in the file; it may be tried again.
    case notDone
    /// It may or may not be there after a restart. The environment is poisoned.
    case unknown
}

extension LMDBError: CustomStringConvertible {
    /// One line: code, operation, path, message.
    public var description: String {
        let place = path.map { " (\($0))" } ?? ""
        let result = resultCode == 0 ? "" : " [\(resultCode)]"
        return "\(code): \(operation)\(place): \(message)\(result)"
    }
}

extension LMDBError {
    /// The same error with what became of the write transaction.
    func with(outcome: CommitFailure) -> LMDBError {
        LMDBError(code, message, operation: operation, path: path, resultCode: resultCode, outcome: outcome)
    }

    /// The same error with the path concerned, if it names none yet.
    func with(path: String) -> LMDBError {
        LMDBError(
            code, message, operation: operation, path: self.path ?? path, resultCode: resultCode, outcome: outcome)
    }
}
