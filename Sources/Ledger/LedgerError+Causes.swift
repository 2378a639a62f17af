import LMDB
import LedgerDomain
import LedgerLog
import LedgerSchema
import MerkleTree

extension LedgerError {
    /// As ``init(_:)``, damage with the name of the file that it is in.
    ///
    /// - Parameter log: the log's folder.
    init(_ cause: any Error, log: String) {
        self.init(cause)
        if code == .damaged, !message.contains("data.mdb") { message = "\(log)/data.mdb: \(message)" }
    }

    /// The one mapping from the layers below.
    init(_ cause: any Error) {
        switch cause {
        case let error as LedgerError: self = error
        case let error as LMDBError: self.init(store: error)
        case let error as LogError:
            let codes: [LogError.Code: Code] = [.unknownFormat: .unknownFormat, .noSuchPosition: .notFound]
            self.init(codes[error.code] ?? .damaged, error.description)
        case let error as SchemaError: self.init(.damaged, error.description)
        case let error as FoldError: self.init(.damaged, error.description)
        case let error as MerkleError: self.init(.damaged, "\(error)")
        default: self.init(.storage, "\(cause)")
        }
    }

    private init(store error: LMDBError) {
        switch error.code {
        case .poisoned: self.init(.poisoned, error.message)
        case .corrupted, .pageNotFound, .invalid, .versionMismatch, .truncated, .incompatible, .badEncoding, .cursorFull, .pageFull:
            self.init(.damaged, error.description)
        case .lockedByOther, .alreadyOpen: self.init(.locked, error.message)
        case .closed: self.init(.shuttingDown, "The ledger is closed.", retryAfterSeconds: 1)
        default: self.init(error.outcome == .unknown ? .outcomeUnknown : .storage, error.description)
        }
    }
}
