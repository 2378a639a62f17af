/// Why the ledger did not do what it was asked.
public struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// Too much is waiting to be written; nothing was done.
        case queueFull = "queue_full"
        /// A flush failed after the events were handed to the disk: they may or may not be there after a restart. Ask again
        /// with the same Idempotency-Key.
        case outcomeUnknown = "outcome_unknown"
        /// An earlier I/O error ended all writing until a restart.
        case poisoned
        /// The wall clock leapt; nothing is written until an operator accepts it.
        case clockLeap = "clock_leap"
        /// The ledger is closing; nothing was done.
        case shuttingDown = "shutting_down"
        /// The ledger was opened for reading only; nothing was done.
        case readOnly = "read_only"
        /// A command that no caller may make, whatever the state is; nothing was done.
        case invalidCommand = "invalid_command"
        /// The Idempotency-Key was used for another request.
        case idempotencyConflict = "idempotency_conflict"
        /// The store refused, nothing was done: a full disk, for example.
        case storage
        /// Stored bytes contradict each other.
        case damaged
        /// Another process writes to the folder.
        case locked
        /// The folder holds no ledger.
        case notALedger = "not_a_ledger"
        /// The folder holds a ledger already.
        case alreadyALedger = "already_a_ledger"
        /// The folder was written by another version.
        case unknownFormat = "unknown_format"
        /// Long work was cut short because somebody asked for that; nothing was changed.
        case cancelled
        /// What was asked for does not exist.
        case notFound = "not_found"
    }

    public var code: Code
    /// What happened and what to do.
    public var message: String
    public var retryAfterSeconds: Int?

    public init(_ code: Code, _ message: String, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }

    public var description: String { message }
}
