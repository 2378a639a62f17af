import Hummingbird

extension APIError {
    /// How an error that a handler threw is answered.
    package init(rendering error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as any APIErrorConvertible: self = error.apiError
        case let error as HTTPError: self = APIError(error.status, error.body ?? error.status.reasonPhrase, headers: error.headers)
        default: self = .unforeseen(error)
        }
    }
}
