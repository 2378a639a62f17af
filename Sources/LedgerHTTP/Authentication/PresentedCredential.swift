/// The headers that may carry a credential, in the order in which they count.
package enum CredentialSource: UInt8, Sendable, CaseIterable {
    case liteLLM, authorization, apiKey, anthropic, google, azure

    /// The header's name in lower case.
    package var headerName: String {
        switch self {
        case .liteLLM: "x-litellm-api-key"
        case .authorization: "authorization"
        case .apiKey: "api-key"
        case .anthropic: "x-api-key"
        case .google: "x-goog-api-key"
        case .azure: "ocp-apim-subscription-key"
        }
    }

    /// The source that a header is, by its name in lower case.
    package init?(headerName: String) {
        let candidate: Self? =
            switch headerName.utf8.count {
            case 7: .apiKey
            case 9: .anthropic
            case 13: .authorization
            case 14: .google
            case 17: .liteLLM
            case 25: .azure
            default: nil
            }
        guard let candidate, candidate.headerName == headerName else { return nil }
        self = candidate
    }
}

/// What the headers of a request say about who is calling.
package enum PresentedCredential: Sendable, Equatable {
    /// No header carries a credential.
    case none
    /// A secret that begins with `sk-`, without the scheme before it. Never log it.
    case secret(String, source: CredentialSource)
    /// The header that decides carries no secret: a 401.
    case malformed(MalformedCredential)
    /// The same header stands in the request twice: a 400.
    case duplicated(CredentialSource)
}

/// A value that cannot be the secret of a key.
package struct MalformedCredential: Sendable, Equatable {
    package let source: CredentialSource
    /// What to answer; holds at most the first and last four characters of the value.
    package let message: String
    /// The value itself, to be compared with a master secret that does not begin with `sk-`; nil if there is none. Never
    /// log it.
    package let value: String?
}

extension PresentedCredential {
    /// The refusal that these headers deserve whatever the ledger holds; nil for a secret.
    package var refusal: APIError? {
        switch self {
        case .secret: nil
        case .none: .noCredential
        case .malformed(let malformed): .unauthorized(malformed.message, code: "malformed_credential")
        case .duplicated(let source):
            .badRequest(
                "The header '\(source.headerName)' stands in the request more than once. Send it once.", type: nil,
                param: source.headerName, code: "duplicate_credential")
        }
    }
}
