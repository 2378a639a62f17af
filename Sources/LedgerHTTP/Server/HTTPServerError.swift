import Glibc
import NIOCore

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
        let address = ListeningAddress(host: configuration.host, port: configuration.port).text
        let message =
            switch (cause as? IOError)?.errnoCode {
            case EADDRINUSE: "\(address) is in use by another program; choose another with --listen"
            case EADDRNOTAVAIL: "\(configuration.host) is no address of this machine; choose another with --listen"
            case EACCES: "\(address) may not be listened on: ports below 1024 are the administrator's; choose another with --listen"
            default: "\(address) cannot be listened on: \(cause); choose another with --listen"
            }
        return HTTPServerError(code: .cannotListen, message: message, cause: cause)
    }
}
