import HTTPTypes
import NIOHTTP1

extension APIError {
    static func targetTooLong(_ limits: HTTPLimits) -> APIError {
        APIError(.uriTooLong, "The request target is longer than \(limits.targetBytes) bytes.")
    }

    static func headersTooLarge(_ limits: HTTPLimits) -> APIError {
        APIError(
            .requestHeaderFieldsTooLarge,
            "The headers are larger than \(limits.headerBytes) bytes or more than \(limits.headerCount).")
    }

    static func bodyTooLarge(_ limitBytes: Int) -> APIError {
        APIError(.contentTooLarge, "The body is larger than \(limitBytes) bytes. Send less at a time.")
    }

    static var tooManyLongBodies: APIError {
        .busy("Too many long bodies are being received; nothing was done. Try again.", code: "too_many_long_bodies")
    }

    static var hostMissing: APIError {
        .badRequest("The request has no Host header.", type: nil, param: "host", code: "host_missing")
    }

    static func methodUnsupported(_ method: String) -> APIError {
        APIError(.notImplemented, "The method \(method) is not supported.")
    }

    static var receivedTooSlowly: APIError {
        APIError(.requestTimeout, "The request did not arrive in time.")
    }

    /// What the parser's refusal of a request means. `inTarget` tells that the request line alone is too long.
    static func unreadable(_ error: HTTPParserError, inTarget: Bool, limits: HTTPLimits) -> APIError {
        switch error {
        case .headerOverflow: inTarget ? .targetTooLong(limits) : .headersTooLarge(limits)
        case .invalidVersion: APIError(.httpVersionNotSupported, "The only version spoken is HTTP/1.1.")
        case .unexpectedContentLength, .invalidContentLength:
            .badRequest("Content-Length is not one plain number, or stands beside Transfer-Encoding.", type: nil)
        default: .badRequest("The request is not well-formed HTTP/1.1.", type: nil, code: "malformed_request")
        }
    }
}
