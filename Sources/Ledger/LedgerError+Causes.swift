import LMDB
import LedgerDomain
import LedgerLog
import LedgerSchema
import MerkleTree

extension LedgerError {
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

extension LMDBError.Code {
    /// A tree deeper than liblmdb can follow (`MDB_CURSOR_FULL`), and a page with more than it holds (`MDB_PAGE_FULL`): both come from
    /// damaged pages alone.
    fileprivate static let cursorFull = LMDBError.Code(rawValue: -30787)
    fileprivate static let pageFull = LMDBError.Code(rawValue: -30786)
}
