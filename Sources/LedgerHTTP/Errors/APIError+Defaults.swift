package import HTTPTypes

extension APIError {
    /// LiteLLM's `type` where the raiser names none.
    package static func defaultType(of status: HTTPResponse.Status) -> String {
        switch status.code {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case ..<500: "invalid_request_error"
        default: "internal_server_error"
        }
    }

    /// A problem's `code` where the raiser names none.
    package static func defaultCode(of status: HTTPResponse.Status) -> String {
        switch status.code {
        case 401: "unauthorized"
        case 403: "forbidden"
        case 404: "not_found"
        case 405: "method_not_allowed"
        case 408: "request_timeout"
        case 409: "conflict"
        case 413: "content_too_large"
        case 414: "uri_too_long"
        case 415: "unsupported_media_type"
        case 417: "expectation_failed"
        case 422: "validation_failed"
        case 429: "too_many_requests"
        case 431: "header_fields_too_large"
        case 501: "not_implemented"
        case 503: "unavailable"
        case 505: "http_version_not_supported"
        case ..<500: "bad_request"
        default: "internal_error"
        }
    }
}
