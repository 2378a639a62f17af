package import HTTPTypes
package import JSONText

/// What a request is refused with: status, message, and how both are written.
///
/// On LiteLLM's paths `message`, `type` and `param` make `{"error":{…}}` unless `body` says otherwise; under `/v1/` the
/// same error becomes `application/problem+json` with `code`. The message tells the caller what to do; it never holds a
/// secret, and `cause` is for the log alone.
package struct APIError: Error, Sendable {
    /// What stands in the body on LiteLLM's paths.
    package enum Body: Sendable {
        /// `{"error":{"message","type","param","code"}}`.
        case error
        /// `{"detail": …}`.
        case detail(JSONValue)
        /// `{"detail":[{"type","loc","msg"}, …]}`.
        case validation([ValidationIssue])
        /// As `error`; a problem has `results` besides, a JSON array: what became of each part of the request.
        case results([UInt8])
    }

    package var status: HTTPResponse.Status
    /// What went wrong and what to do about it.
    package var message: String
    /// LiteLLM's `type`; nil gives the usual one of the status.
    package var type: String?
    /// LiteLLM's `param`: which input is at fault.
    package var param: String?
    /// The problem's `code`, in snake case; nil gives the usual one of the status.
    package var code: String?
    package var body: Body
    /// Headers to answer with, such as Retry-After or Allow.
    package var headers: HTTPFields
    /// Where it came from; logged, never rendered.
    package var cause: (any Error)?

    package init(
        _ status: HTTPResponse.Status, _ message: String, type: String? = nil, param: String? = nil, code: String? = nil,
        body: Body = .error, headers: HTTPFields = [:], cause: (any Error)? = nil
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.param = param
        self.code = code
        self.body = body
        self.headers = headers
        self.cause = cause
    }
}

/// An error of another module that knows how it is answered.
package protocol APIErrorConvertible: Error {
    var apiError: APIError { get }
}
