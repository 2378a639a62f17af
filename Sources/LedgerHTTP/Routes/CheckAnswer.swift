import HTTPTypes
import Hummingbird
package import JSONText
package import Ledger

/// How verdicts are written.
package enum CheckAnswer {
    /// The body of `/v1/keys/verify`. Amounts are decimal strings.
    package static func write(_ check: KeyCheck, to writer: inout JSONWriter) {
        let key = check.key
        writer.verbatim(check.code.isGood ? #"{"valid":true,"code":"# : #"{"valid":false,"code":"#)
        writer.string(check.code.rawValue)
        writer.verbatim(#","key_id":"#)
        writer.optional(check.keyID?.description)
        writer.verbatim(#","token":"#)
        writer.optional(key?.token.hex)
        writer.verbatim(#","alias":"#)
        writer.optional(key?.alias)
        writer.verbatim(#","team_id":"#)
        writer.optional(key?.teamID)
        writer.verbatim(#","user_id":"#)
        writer.optional(key?.userID)
        writer.verbatim(#","organization_id":"#)
        writer.optional(key?.organizationID)
        writer.verbatim(#","models":"#)
        writer.array { for model in key?.models ?? [] { $0.string(model) } }
        writer.verbatim(#","rpm_limit":"#)
        writer.optional(key?.rpmLimit)
        writer.verbatim(#","tpm_limit":"#)
        writer.optional(key?.tpmLimit)
        writer.verbatim(#","max_parallel_requests":"#)
        writer.optional(key?.maxParallelRequests)
        writer.verbatim(#","max_budget":"#)
        writer.optional(key?.maxBudget?.decimalText)
        writer.verbatim(#","remaining_budget":"#)
        writer.optional(check.remainingBudget?.decimalText)
        writer.verbatim(#","metadata":"#)
        writer.raw(key.map { KeyMembers.metadata(of: $0.content) } ?? "{}")
        writer.verbatim(#","valid_until":"#)
        writer.optional(check.validUntil?.rfc3339(fraction: .nanoseconds))
        writer.verbatim(#","position":"#)
        writer.number(check.position.value)
        writer.verbatim("}")
    }

    /// Only 200, 401 and 403, which every proxy understands; every header always present.
    static func gateway(_ check: KeyCheck) -> Response {
        var fields = HTTPFields()
        fields.reserveCapacity(8)
        func add(_ name: HTTPField.Name, _ value: String) { fields.append(HTTPField(name: name, value: value)) }
        add(.checkCode, check.code.rawValue)
        add(.checkKeyID, check.keyID?.description ?? "")
        add(.checkAlias, headerText(check.key?.alias))
        add(.checkTeam, headerText(check.key?.teamID))
        add(.checkUser, headerText(check.key?.userID))
        add(.checkStatus, check.key?.status.rawValue ?? CredentialStatus.unknown.rawValue)
        add(.position, String(check.position.value))
        if check.code == .deprecated, let key = check.key, let end = key.revokeAt {
            // RFC 9745 and RFC 8594: since when the secret is out of date, and when it stops.
            add(.deprecation, "@\((key.supersededAt ?? end).nanoseconds / Instant.nanosecondsPerSecond)")
            add(.sunset, HTTPDate.text(unixSeconds: Int(end.nanoseconds / Instant.nanosecondsPerSecond)))
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
        guard let text, !text.utf8.allSatisfy(isPlain) else { return text ?? "" }
        var result = ""
        for byte in text.utf8 {
            if isPlain(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                result += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
        return result
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte > 0x1f && byte < 0x7f && byte != UInt8(ascii: "%") }
}

extension JSONWriter {
    fileprivate mutating func optional(_ text: String?) {
        if let text { string(text) } else { null() }
    }

    fileprivate mutating func optional(_ number: Int64?) {
        if let number { self.number(number) } else { null() }
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
