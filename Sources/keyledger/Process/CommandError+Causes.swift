import HTTPTypes
import Ledger
import LedgerHTTP

extension CommandError {
    /// The one mapping from the layers below; nil for errors that are not theirs.
    init?(_ cause: any Error) {
        switch cause {
        case let error as CommandError: self = error
        case let error as LedgerError: self.init(ExitStatus(error.code), code: error.code.rawValue, error.message)
        case let error as APIError:
            let code = error.code ?? APIError.defaultCode(of: error.status)
            self.init(ExitStatus(httpStatus: error.status.code, code: code, message: error.message), code: code, error.message)
        case let error as HTTPServerError: self.init(.failed, code: "cannot_listen", error.message)
        default: return nil
        }
    }
}

extension ExitStatus {
    init(_ code: LedgerError.Code) {
        switch code {
        case .damaged, .unknownFormat: self = .integrity
        case .notALedger, .notFound: self = .notFound
        case .locked, .alreadyALedger, .idempotencyConflict: self = .conflict
        case .queueFull, .shuttingDown: self = .unreachable
        case .invalidCommand: self = .usage
        case .readOnly, .cancelled, .outcomeUnknown, .poisoned, .clockLeap, .storage: self = .failed
        }
    }
}
