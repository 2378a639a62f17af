package import HTTPTypes

/// Finds the one credential that a request's headers present.
///
/// The first header of `CredentialSource`'s order that is present decides, even if what it holds is bad. An
/// Authorization value that begins `sk-ant-oat` belongs to another service and is passed over.
package enum CredentialExtraction {
    package static func extract(from fields: HTTPFields) -> PresentedCredential {
        var seen: UInt8 = 0
        var deciding: (source: CredentialSource, value: String)?
        for field in fields {
            guard let source = CredentialSource(headerName: field.name.canonicalName) else { continue }
            let bit: UInt8 = 1 << source.rawValue
            guard seen & bit == 0 else { return .duplicated(source) }
            seen |= bit
            if let current = deciding, current.source.rawValue < source.rawValue { continue }
            if source == .authorization, isForeign(field.value) { continue }
            deciding = (source, field.value)
        }
        guard let deciding else { return .none }
        return interpret(deciding.value, from: deciding.source)
    }

    /// Judges the value of the header that decides.
    static func interpret(_ header: String, from source: CredentialSource) -> PresentedCredential {
        let value =
            switch source {
            case .authorization: withoutScheme(header) ?? ""
            case .liteLLM: withoutScheme(header) ?? header[...]
            case .apiKey, .anthropic, .google, .azure: header[...]
            }
        if value.isEmpty { return .malformed(MalformedCredential(source: source, message: missingSecret, value: nil)) }
        let secret = String(value)
        if secret.utf8.starts(with: "sk-".utf8) { return .secret(secret, source: source) }
        return .malformed(MalformedCredential(source: source, message: unexpected(secret), value: secret))
    }

    /// What follows the scheme; nil without one. A scheme written twice is a common slip and is taken.
    private static func withoutScheme(_ header: String) -> Substring? {
        for scheme in ["Bearer ", "bearer ", "Basic "] where header.utf8.starts(with: scheme.utf8) {
            var rest = header[...]
            while rest.utf8.starts(with: scheme.utf8) { rest = Substring(rest.utf8.dropFirst(scheme.utf8.count)) }
            return rest
        }
        if header == "Bearer" || header == "bearer" || header == "Basic" { return "" }
        return header.utf8.starts(with: "AWS4-HMAC-SHA256".utf8) ? signedCredential(header) : nil
    }

    /// The secret inside `AWS4-HMAC-SHA256 Credential=Bearer sk-…/date/region/service/aws4_request, …`; empty if there is none.
    private static func signedCredential(_ header: String) -> Substring {
        let marker = "Credential=Bearer "
        var rest = header[...]
        while !rest.isEmpty {
            if rest.utf8.starts(with: marker.utf8) { return rest.dropFirst(marker.count).prefix { $0 != "/" && $0 != "," && $0 != " " } }
            rest = rest.dropFirst()
        }
        return ""
    }

    private static func isForeign(_ header: String) -> Bool {
        (withoutScheme(header) ?? header[...]).utf8.starts(with: "sk-ant-oat".utf8)
    }

    private static let missingSecret = "Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix."

    private static func unexpected(_ value: String) -> String {
        let text = "LiteLLM Virtual Key expected. Received=\(mask(value)), expected to start with 'sk-'."
        guard value.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 else { return text }
        return text
            + " This key has the structure of a JWT, but JWT auth is not enabled on this proxy, so it was treated as a virtual key."
            + " Set `enable_jwt_auth: true` under `general_settings` in your proxy config to authenticate with JWTs."
    }

    /// The first and last four characters of a value; of a short one nothing.
    private static func mask(_ value: String) -> String {
        value.count > 8 ? "\(value.prefix(4))****\(value.suffix(4))" : "****"
    }
}
