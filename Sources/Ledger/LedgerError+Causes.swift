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
        if code == .damaged, !(cause is UnopenedViews), !message.contains("data.mdb") { message = "\(log)/data.mdb: \(message)" }
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
        case let error as UnopenedViews: self.init(views: error)
        case let error as MerkleError: self.init(.damaged, "\(error)")
        default: self.init(.storage, "\(cause)")
        }
    }

    /// Whatever is wrong with views, the log mends it.
    private init(views error: UnopenedViews) {
        let text: String
        switch error.cause {
        case let cause as FoldError where cause.position == .none: text = "\(error.folder): \(cause.message)"
        case let cause as LMDBError where cause.code.meansUselessViews && cause.path?.hasPrefix(error.folder + "/views") == true:
            text = cause.description
        default:
            self.init(error.cause)
            return
        }
        let isTold = text.contains("keyledger rebuild")
        self.init(.damaged, isTold ? text : text + ". The log mends it: run `keyledger rebuild --view activity`.")
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

extension LMDBError.Code {
    fileprivate var meansUselessViews: Bool {
        [.corrupted, .pageNotFound, .invalid, .versionMismatch, .truncated, .incompatible, .notFound, .noSuchFile, .badOption].contains(
            self)
    }
}

/// Why the views of spend in a ledger's folder cannot be opened.
struct UnopenedViews: Error {
    var cause: any Error
    var folder: String
}
