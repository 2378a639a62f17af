package import HTTPTypes
import JSONText

extension APIError {
    /// A body of `{"detail":"…"}`.
    package static func detail(_ status: HTTPResponse.Status, _ text: String, code: String? = nil) -> APIError {
        APIError(status, text, code: code, body: .detail(.string(text)))
    }

    /// A body of `{"detail":{"error":"…"}}`.
    package static func detailError(_ status: HTTPResponse.Status, _ text: String, code: String? = nil) -> APIError {
        APIError(status, text, code: code, body: .detail(["error": .string(text)]))
    }

    /// 422 with the list of what is wrong.
    package static func validation(_ issues: [ValidationIssue]) -> APIError {
        let text = issues.map { issue in
            let place = issue.location.map { step in
                switch step {
                case .name(let name): name
                case .index(let index): String(index)
                }
            }
            return place.joined(separator: ".") + ": " + issue.message
        }
        return APIError(.unprocessableContent, text.joined(separator: "; "), body: .validation(issues))
    }

    package static func badRequest(
        _ message: String, type: String? = "bad_request_error", param: String? = nil, code: String? = nil
    ) -> APIError {
        APIError(.badRequest, message, type: type, param: param, code: code)
    }

    /// 404 for what path or body names.
    package static func notFound(_ message: String, param: String? = nil, code: String? = nil) -> APIError {
        APIError(.notFound, message, type: "not_found_error", param: param, code: code)
    }

    /// 403 as LiteLLM's authentication raises it.
    package static func forbidden(_ message: String, type: String = "auth_error", param: String? = nil) -> APIError {
        APIError(.forbidden, message, type: type, param: param)
    }

    package static func conflict(_ message: String, code: String = "conflict", param: String? = nil) -> APIError {
        APIError(.conflict, message, param: param, code: code)
    }

    // MARK: The caller's credential

    /// 401 as LiteLLM's authentication raises it.
    package static func unauthorized(_ message: String, type: String = "auth_error", param: String? = nil, code: String? = nil) -> APIError
    {
        APIError(.unauthorized, message, type: type, param: param, code: code)
    }

    package static var noCredential: APIError {
        unauthorized("Authentication Error, No api key passed in.", code: "no_credential")
    }

    /// A well-formed secret that belongs to no key.
    package static var unknownCredential: APIError {
        unauthorized(
            "Authentication Error, Invalid API key provided.", type: "token_not_found_in_db", param: "key", code: "invalid_credential")
    }

    // MARK: The body

    package static var bodyMissing: APIError { validation([.missing(["body"])]) }

    /// Text that is no JSON; `offset` counts from 0 and names where reading stopped.
    package static func bodyNotJSON(at offset: Int) -> APIError {
        validation([ValidationIssue(type: "json_invalid", location: ["body", .index(offset)], message: "JSON decode error")])
    }

    package static var bodyNotObject: APIError {
        badRequest("Invalid JSON payload: expected an object", type: nil, param: "request_body")
    }

    // MARK: The ledger's condition

    /// 503: nothing was done, the same request may be sent again after `seconds`.
    package static func busy(_ message: String, code: String = "queue_full", retryAfterSeconds seconds: Int = 1) -> APIError {
        APIError(.serviceUnavailable, message, code: code, headers: [.retryAfter: String(seconds)])
    }

    /// 503: whether it was done is not known; repeating with the same id finds out.
    package static func outcomeUnknown(_ message: String, retryAfterSeconds seconds: Int = 1) -> APIError {
        busy(message, code: "outcome_unknown", retryAfterSeconds: seconds)
    }

    /// 503: the store takes no requests until somebody acts.
    package static func storeUnavailable(_ message: String, cause: (any Error)? = nil) -> APIError {
        APIError(.serviceUnavailable, message, type: "no_db_connection", code: "store_unavailable", cause: cause)
    }

    /// The same error with Retry-After.
    package func retrying(afterSeconds seconds: Int) -> APIError {
        var error = self
        error.headers[.retryAfter] = String(seconds)
        return error
    }

    /// 500 for an error that nobody foresaw; the text tells nothing of it.
    package static func unforeseen(_ cause: (any Error)?) -> APIError {
        APIError(.internalServerError, "Internal server error", cause: cause)
    }
}
