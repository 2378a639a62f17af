import HTTPTypes
import Hummingbird
import LedgerHTTP
import Testing

struct APIErrorTests {
    private func text(_ error: APIError, _ style: ErrorStyle = .liteLLM) -> String {
        String(decoding: error.bytes(style: style, requestID: "r-1"), as: UTF8.self)
    }

    @Test(arguments: [
        (HTTPResponse.Status.badRequest, "invalid_request_error", "bad_request"), (.unauthorized, "authentication_error", "unauthorized"),
        (.forbidden, "permission_error", "forbidden"), (.notFound, "invalid_request_error", "not_found"),
        (.conflict, "invalid_request_error", "conflict"), (.unprocessableContent, "invalid_request_error", "validation_failed"),
        (.tooManyRequests, "rate_limit_error", "too_many_requests"), (.internalServerError, "internal_server_error", "internal_error"),
        (.serviceUnavailable, "internal_server_error", "unavailable"),
    ])
    func `each status has its type and its code`(status: HTTPResponse.Status, type: String, code: String) {
        #expect(APIError.defaultType(of: status) == type)
        #expect(APIError.defaultCode(of: status) == code)
    }

    @Test func `an error is written in LiteLLM's shape`() {
        #expect(
            text(.unknownCredential)
                == #"{"error":{"message":"Authentication Error, Invalid API key provided.","type":"token_not_found_in_db","param":"key","code":"401"}}"#
        )
        #expect(
            text(.bodyNotObject)
                == #"{"error":{"message":"Invalid JSON payload: expected an object","type":"invalid_request_error","param":"request_body","code":"400"}}"#
        )
        #expect(
            text(.unforeseen(nil))
                == #"{"error":{"message":"Internal server error","type":"internal_server_error","param":null,"code":"500"}}"#)
    }

    @Test func `a detail is written alone`() {
        #expect(text(.detail(.notFound, "Not Found")) == #"{"detail":"Not Found"}"#)
        #expect(text(.detailError(.badRequest, "No keys provided for update")) == #"{"detail":{"error":"No keys provided for update"}}"#)
    }

    @Test(arguments: [
        (APIError.bodyMissing, #"{"type":"missing","loc":["body"],"msg":"Field required"}"#),
        (.bodyNotJSON(at: 1), #"{"type":"json_invalid","loc":["body",1],"msg":"JSON decode error"}"#),
        (
            .validation([.numberText(["body", "max_budget"])]),
            #"{"type":"float_parsing","loc":["body","max_budget"],"msg":"Input should be a valid number, unable to parse string as a number"}"#
        ),
        (
            .validation([.atLeast(0, at: ["body", "tpm_limit"])]),
            #"{"type":"greater_than_equal","loc":["body","tpm_limit"],"msg":"Input should be greater than or equal to 0"}"#
        ),
        (
            .validation([.choice(of: ["llm_api", "management", "read_only", "default"], at: ["body", "key_type"])]),
            #"{"type":"enum","loc":["body","key_type"],"msg":"Input should be 'llm_api', 'management', 'read_only' or 'default'"}"#
        ),
        (
            .validation([.rule("either key or key_alias must be provided")]),
            #"{"type":"value_error","loc":["body"],"msg":"Value error, either key or key_alias must be provided"}"#
        ),
    ])
    func `a validation error is the recorded list`(error: APIError, issue: String) {
        #expect(error.status == .unprocessableContent)
        #expect(text(error) == #"{"detail":["# + issue + "]}")
    }

    @Test func `under v1 every error is a problem`() {
        #expect(
            text(.conflict("The Idempotency-Key was used with another body.", code: "idempotency_mismatch"), .problem)
                == #"{"type":"about:blank","title":"Conflict","status":409,"detail":"The Idempotency-Key was used with another body.","#
                + #""code":"idempotency_mismatch","request_id":"r-1"}"#)
        #expect(
            text(.validation([.missing(["body", "key"])]), .problem)
                == #"{"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"body.key: Field required","#
                + #""code":"validation_failed","request_id":"r-1","errors":[{"type":"missing","loc":["body","key"],"msg":"Field required"}]}"#
        )
        #expect(text(.detail(.notFound, "Not Found"), .problem).contains(#""detail":"Not Found","code":"not_found""#))
    }

    @Test(arguments: [
        ("/v1/keys/verify", ErrorStyle.problem), ("/v1", .liteLLM), ("/v2/key/info", .liteLLM), ("/key/info?a=/v1/", .liteLLM),
    ])
    func `the path decides the style`(target: String, style: ErrorStyle) {
        #expect(ErrorStyle(target: target) == style)
    }

    @Test func `answers carry their headers`() {
        let busy = APIError.busy("The queue is full. Try again.", retryAfterSeconds: 2).response(style: .liteLLM, requestID: "r")
        #expect(busy.status == .serviceUnavailable)
        #expect(busy.headers[.retryAfter] == "2")
        #expect(busy.headers[.contentType] == "application/json")
        let refused = APIError.noCredential.response(style: .problem, requestID: "r")
        #expect(refused.headers[.wwwAuthenticate] == "Bearer realm=\"keyledger\"")
        #expect(refused.headers[.contentType] == "application/problem+json")
    }

    @Test func `errors of other modules say how they are answered, unforeseen ones say nothing`() {
        struct Known: APIErrorConvertible { var apiError: APIError { .notFound("Key not found.", param: "key") } }
        struct Unknown: Error, CustomStringConvertible { var description: String { "sk-secret" } }
        #expect(
            text(APIError(rendering: Known()))
                == #"{"error":{"message":"Key not found.","type":"not_found_error","param":"key","code":"404"}}"#)
        #expect(!text(APIError(rendering: Unknown())).contains("sk-secret"))
        #expect(APIError(rendering: HTTPError(.badRequest, message: "no")).message == "no")
    }

    @Test func `texts are escaped`() {
        #expect(text(.badRequest("a \"quoted\"\n\u{1}")).contains(#""message":"a \"quoted\"\n\u0001""#))
    }
}
