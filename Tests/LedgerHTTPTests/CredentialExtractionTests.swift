import HTTPTypes
import LedgerHTTP
import Testing

private let first = "sk-AAAAAAAAAAAAAAAAAAAA1Aw1"
private let second = "sk-BBBBBBBBBBBBBBBBBBBB2Bw2"
private let unknown = "sk-unknown-unknown-unknown"
private let foreign = "Bearer sk-ant-oat01-AAAAAAAAAAAAAAAAAAAAAAAA"
private let malformed = "Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix."

private func unexpected(_ received: String) -> String {
    "LiteLLM Virtual Key expected. Received=\(received), expected to start with 'sk-'."
}

/// What a request's headers must come to.
struct CredentialCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Equatable, Sendable {
        case none
        case secret(String, CredentialSource)
        case refused(String)
        case duplicated(CredentialSource)
    }

    var name: String
    var headers: [(String, String)]
    var outcome: Outcome
    var testDescription: String { name }

    init(_ name: String, _ headers: [(String, String)], _ outcome: Outcome) {
        self.name = name
        self.headers = headers
        self.outcome = outcome
    }

    var extracted: Outcome {
        var fields = HTTPFields()
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        return switch CredentialExtraction.extract(from: fields) {
        case .none: .none
        case .secret(let secret, let source): .secret(secret, source)
        case .malformed(let malformed): .refused(malformed.message)
        case .duplicated(let source): .duplicated(source)
        }
    }
}

/// The steps of recording 09, in its order; where LiteLLM takes another service's token for a key, the ledger passes it over.
private let recorded: [CredentialCase] = [
    CredentialCase(
        "generate:H1", [("Authorization", "Bearer sk-master-0123456789abcdef")], .secret("sk-master-0123456789abcdef", .authorization)),
    CredentialCase(
        "generate:H2", [("Authorization", "Bearer sk-master-0123456789abcdef")], .secret("sk-master-0123456789abcdef", .authorization)),
    CredentialCase("none", [], .none),
    CredentialCase("authorization_bearer", [("Authorization", "Bearer \(first)")], .secret(first, .authorization)),
    CredentialCase("authorization_lower_bearer", [("Authorization", "bearer \(first)")], .secret(first, .authorization)),
    CredentialCase("authorization_BEARER", [("Authorization", "BEARER \(first)")], .refused(malformed)),
    CredentialCase("authorization_raw_no_scheme", [("Authorization", first)], .refused(malformed)),
    CredentialCase("authorization_basic_raw", [("Authorization", "Basic \(first)")], .secret(first, .authorization)),
    CredentialCase("authorization_two_spaces", [("Authorization", "Bearer  \(first)")], .refused(unexpected(" sk-****1Aw1"))),
    CredentialCase("authorization_empty_bearer", [("Authorization", "Bearer ")], .refused(malformed)),
    CredentialCase("api_key_header", [("API-Key", first)], .secret(first, .apiKey)),
    CredentialCase("x_api_key", [("x-api-key", first)], .secret(first, .anthropic)),
    CredentialCase("x_goog", [("x-goog-api-key", first)], .secret(first, .google)),
    CredentialCase("ocp_apim", [("Ocp-Apim-Subscription-Key", first)], .secret(first, .azure)),
    CredentialCase("x_litellm_raw", [("x-litellm-api-key", first)], .secret(first, .liteLLM)),
    CredentialCase("x_litellm_bearer", [("x-litellm-api-key", "Bearer \(first)")], .secret(first, .liteLLM)),
    CredentialCase(
        "litellm_over_authorization_bad", [("x-litellm-api-key", first), ("Authorization", "Bearer \(unknown)")], .secret(first, .liteLLM)),
    CredentialCase(
        "litellm_bad_over_authorization_good", [("x-litellm-api-key", unknown), ("Authorization", "Bearer \(first)")],
        .secret(unknown, .liteLLM)),
    CredentialCase(
        "authorization_bad_over_x_api_key_good", [("Authorization", "Bearer \(unknown)"), ("x-api-key", first)],
        .secret(unknown, .authorization)),
    CredentialCase(
        "authorization_good_over_x_api_key_bad", [("Authorization", "Bearer \(first)"), ("x-api-key", unknown)],
        .secret(first, .authorization)),
    CredentialCase(
        "authorization_k1_x_api_key_k2", [("Authorization", "Bearer \(first)"), ("x-api-key", second)], .secret(first, .authorization)),
    CredentialCase("api_key_over_x_api_key", [("API-Key", first), ("x-api-key", second)], .secret(first, .apiKey)),
    CredentialCase("x_api_key_over_goog", [("x-api-key", first), ("x-goog-api-key", second)], .secret(first, .anthropic)),
    CredentialCase("goog_over_apim", [("x-goog-api-key", first), ("Ocp-Apim-Subscription-Key", second)], .secret(first, .google)),
    CredentialCase(
        "oat_authorization_plus_x_api_key_good", [("Authorization", foreign), ("x-api-key", first)], .secret(first, .anthropic)),
    CredentialCase("oat_only", [("Authorization", foreign)], .none),
    CredentialCase("oat_plus_x_litellm", [("Authorization", foreign), ("x-litellm-api-key", "Bearer \(first)")], .secret(first, .liteLLM)),
    CredentialCase("query_key_is_lookup_not_auth", [], .none),
    CredentialCase("query_key_no_auth", [("Accept", "*/*")], .none),
    CredentialCase(
        "hash_as_bearer", [("Authorization", "Bearer d09081a3a03bc78a79e87b6f00208f6932e25a32afc316b1ad99f1e95993f17e")],
        .refused(unexpected("d090****f17e"))),
    CredentialCase("not_sk", [("Authorization", "Bearer abcdefghijklmnop")], .refused(unexpected("abcd****mnop"))),
    CredentialCase(
        "jwt_like", [("Authorization", "Bearer aaa.bbb.ccc")],
        .refused(
            unexpected("aaa.****.ccc")
                + " This key has the structure of a JWT, but JWT auth is not enabled on this proxy, so it was treated as a virtual key."
                + " Set `enable_jwt_auth: true` under `general_settings` in your proxy config to authenticate with JWTs.")),
    CredentialCase("anthropic_route_oat", [("Authorization", foreign), ("x-api-key", first)], .secret(first, .anthropic)),
    CredentialCase("anthropic_route_x_api_key", [("x-api-key", first), ("anthropic-version", "2023-06-01")], .secret(first, .anthropic)),
]

private let further: [CredentialCase] = [
    CredentialCase("another header order", [("x-api-key", second), ("Authorization", "Bearer \(first)")], .secret(first, .authorization)),
    CredentialCase("every header at once", CredentialSource.allCases.reversed().map { ($0.headerName, first) }, .secret(first, .liteLLM)),
    CredentialCase("names in capitals", [("X-API-KEY", first)], .secret(first, .anthropic)),
    CredentialCase("a scheme written twice", [("Authorization", "Bearer Bearer \(first)")], .secret(first, .authorization)),
    CredentialCase("Basic in the gateway's own header", [("x-litellm-api-key", "Basic \(first)")], .secret(first, .liteLLM)),
    CredentialCase("a scheme in x-api-key is part of the value", [("x-api-key", "Bearer \(first)")], .refused(unexpected("Bear****1Aw1"))),
    CredentialCase(
        "an AWS signature",
        [
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=Bearer \(first)/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=a"
            )
        ],
        .secret(first, .authorization)),
    CredentialCase("an AWS signature of somebody else", [("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/2026")], .refused(malformed)),
    CredentialCase("an empty header decides", [("x-litellm-api-key", ""), ("Authorization", "Bearer \(first)")], .refused(malformed)),
    CredentialCase("a short value is not shown", [("Authorization", "Bearer secret12")], .refused(unexpected("****"))),
    CredentialCase(
        "another service's token without a scheme", [("Authorization", "sk-ant-oat01-A"), ("x-api-key", first)], .secret(first, .anthropic)),
    CredentialCase("another service's token elsewhere counts", [("x-api-key", "sk-ant-oat01-A")], .secret("sk-ant-oat01-A", .anthropic)),
    CredentialCase("the same header twice", [("x-api-key", first), ("x-api-key", first)], .duplicated(.anthropic)),
    CredentialCase(
        "twice, and a better one", [("x-api-key", first), ("Authorization", "Bearer \(first)"), ("X-Api-Key", second)],
        .duplicated(.anthropic)),
    CredentialCase(
        "twice, one of them another service's", [("Authorization", foreign), ("Authorization", "Bearer \(first)")],
        .duplicated(.authorization)),
]

struct CredentialExtractionTests {
    @Test(arguments: recorded)
    func `each recorded set of headers comes to what the ledger takes it for`(example: CredentialCase) {
        #expect(example.extracted == example.outcome)
    }

    @Test func `the table holds every recorded step`() {
        #expect(recorded.count == 34)
        #expect(Set(recorded.map(\.name)).count == 34)
    }

    @Test(arguments: further)
    func `each further set of headers comes to what the ledger takes it for`(example: CredentialCase) {
        #expect(example.extracted == example.outcome)
    }

    @Test func `a value that is no secret can still be compared with a master secret`() {
        let credential = CredentialExtraction.extract(from: [.authorization: "Bearer a-master-secret-of-old"])
        guard case .malformed(let malformed) = credential else {
            Issue.record("\(credential)")
            return
        }
        #expect(malformed.value == "a-master-secret-of-old")
        #expect(malformed.source == .authorization)
    }

    /// Invariant 7: no answer shows more of a secret than its first and last four characters.
    @Test(arguments: recorded + further)
    func `no refusal holds a secret`(example: CredentialCase) {
        var fields = HTTPFields()
        for (name, value) in example.headers {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        guard let refusal = CredentialExtraction.extract(from: fields).refusal else { return }
        for style in [ErrorStyle.liteLLM, .problem] {
            let text = String(decoding: refusal.bytes(style: style, requestID: "r"), as: UTF8.self)
            for secret in [first, second, unknown] { #expect(!text.contains(secret.dropFirst(4).prefix(12))) }
        }
    }

    @Test(arguments: [
        (PresentedCredential.none, 401, "auth_error", nil, "no_credential"),
        (.duplicated(.anthropic), 400, "invalid_request_error", "x-api-key", "duplicate_credential"),
    ])
    func `refusals have their status, type and code`(
        credential: PresentedCredential, status: Int, type: String, param: String?, code: String
    ) throws {
        let refusal = try #require(credential.refusal)
        #expect(refusal.status.code == status)
        #expect((refusal.type ?? APIError.defaultType(of: refusal.status)) == type)
        #expect(refusal.param == param)
        #expect(refusal.code == code)
    }
}
