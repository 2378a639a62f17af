/// Why the server did not start.
package struct HTTPServerError: Error, CustomStringConvertible {
    package enum Code: Sendable {
        case cannotListen
    }

    package let code: Code
    /// What went wrong and what to do about it.
    package let message: String
    package let cause: (any Error)?

    package var description: String { message }

    static func cannotListen(_ configuration: HTTPServerConfiguration, cause: any Error) -> HTTPServerError {
        HTTPServerError(
            code: .cannotListen,
            message: """
                cannot listen on \(configuration.host) port \(configuration.port): \(cause). \
                Stop what listens there, or choose another address with --listen.
                """,
            cause: cause)
    }
}
