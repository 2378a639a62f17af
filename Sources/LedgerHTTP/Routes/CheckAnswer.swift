import HTTPTypes
import Hummingbird
package import JSONText
package import Ledger

/// How verdicts are written.
package enum CheckAnswer {
    /// The body of `/v1/keys/verify`. Amounts are decimal strings.
    package static func write(_ check: KeyCheck, to writer: inout JSONWriter) {
        let key = check.key
        writer.object { writer in
            writer.member("valid", check.code.isGood)
            writer.member("code", check.code.rawValue)
            writer.member("key_id", check.keyID?.description)
            writer.member("token", key?.token.hex)
            writer.member("alias", key?.alias)
            writer.member("team_id", key?.teamID)
            writer.member("user_id", key?.userID)
            writer.member("organization_id", key?.organizationID)
            writer.name("models")
            writer.array { for model in key?.models ?? [] { $0.string(model) } }
            writer.member("rpm_limit", key?.rpmLimit)
            writer.member("tpm_limit", key?.tpmLimit)
            writer.member("max_parallel_requests", key?.maxParallelRequests)
            writer.member("max_budget", key?.maxBudget?.decimalText)
            writer.member("remaining_budget", check.remainingBudget?.decimalText)
            writer.member("metadata", raw: key.map { KeyMembers.metadata(of: $0.content) } ?? "{}")
            writer.member("valid_until", check.validUntil?.rfc3339(fraction: .nanoseconds))
            writer.member("position", check.position.value)
        }
    }

    /// Only 200, 401 and 403, which every proxy understands; every header always present.
    static func gateway(_ check: KeyCheck) -> Response {
        var fields = HTTPFields()
        fields[.checkCode] = check.code.rawValue
        fields[.checkKeyID] = check.keyID?.description ?? ""
        fields[.checkAlias] = headerText(check.key?.alias)
        fields[.checkTeam] = headerText(check.key?.teamID)
        fields[.checkUser] = headerText(check.key?.userID)
        fields[.checkStatus] = check.key?.status.rawValue ?? CredentialStatus.unknown.rawValue
        fields[.position] = String(check.position.value)
        if check.code == .deprecated, let key = check.key, let end = key.revokeAt {
            // RFC 9745 and RFC 8594: since when the secret is out of date, and when it stops.
            fields[.deprecation] = "@\((key.supersededAt ?? end).nanoseconds / Instant.nanosecondsPerSecond)"
            fields[.sunset] = HTTPDate.text(unixSeconds: Int(end.nanoseconds / Instant.nanosecondsPerSecond))
        }
        return Response(status: status(of: check.code), headers: fields)
    }

    private static func status(of code: KeyCheck.Code) -> HTTPResponse.Status {
        switch code {
        case .valid, .deprecated: .ok
        case .notFound, .malformed, .expired, .revoked, .graceEnded, .deleted: .unauthorized
        case .blocked, .budgetExceeded, .modelNotAllowed: .forbidden
        }
    }

    /// Text as a header can carry it: percent-encoded beyond printable ASCII.
    private static func headerText(_ text: String?) -> String {
        var result = ""
        for byte in (text ?? "").utf8 {
            if byte > 0x1f, byte < 0x7f, byte != UInt8(ascii: "%") {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                result += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
        return result
    }
}

extension HTTPField.Name {
    static let checkCode = HTTPField.Name(known: "X-KeyLedger-Code")
    static let checkKeyID = HTTPField.Name(known: "X-KeyLedger-Key-Id")
    static let checkAlias = HTTPField.Name(known: "X-KeyLedger-Alias")
    static let checkTeam = HTTPField.Name(known: "X-KeyLedger-Team")
    static let checkUser = HTTPField.Name(known: "X-KeyLedger-User")
    static let checkStatus = HTTPField.Name(known: "X-KeyLedger-Status")
    static let deprecation = HTTPField.Name(known: "Deprecation")
    static let sunset = HTTPField.Name(known: "Sunset")
}
