import HTTPTypes
import Hummingbird
import JSONText
package import Ledger
import NIOCore
import Synchronization

/// How verdicts are written.
package enum CheckAnswer {
    /// The body of `/v1/keys/verify`. Amounts are decimal strings.
    package static func bytes(of check: KeyCheck) -> [UInt8] {
        Array(body(of: check, position: String(check.position.value)).readableBytesView)
    }

    /// The answer of `/v1/keys/verify`.
    static func verify(_ check: KeyCheck) -> Response {
        let position = String(check.position.value)
        return .json(body(of: check, position: position), position: position)
    }

    /// Written at once where it leaves from: gateways ask with each of their own requests.
    private static func body(of check: KeyCheck, position: String) -> ByteBuffer {
        let fields = fields(of: check)
        var body = ByteBuffer()
        body.reserveCapacity(fields.bytes.count + 160)
        body.writeStaticString(check.code.isGood ? #"{"valid":true,"code":""# : #"{"valid":false,"code":""#)
        body.writeString(check.code.rawValue)
        body.writeStaticString("\"")
        body.writeBytes(fields.bytes[..<fields.gap])
        body.write(plain: check.remainingBudget?.decimalText)
        body.writeBytes(fields.bytes[fields.gap...])
        body.write(plain: check.validUntil?.rfc3339(fraction: .nanoseconds))
        body.writeStaticString(#","position":"#)
        body.writeString(position)
        body.writeStaticString("}")
        return body
    }

    /// What is the same whenever one credential is asked about, while the log stands still.
    private static func fields(of check: KeyCheck) -> WrittenBody {
        let key = check.key
        if let kept = key?.writtenBody { return kept }
        var writer = JSONWriter(capacity: 512)
        writer.verbatim(",")
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
        writer.name("remaining_budget")
        let gap = writer.bytes.count
        writer.verbatim(",")
        writer.member("metadata", raw: key.map { KeyMembers.metadata(of: $0.content) } ?? "{}")
        writer.name("valid_until")
        let body = WrittenBody(writer.bytes, gap: gap)
        key?.keep(body)
        return body
    }

    /// Only 200, 401 and 403, which every proxy understands; every header always present.
    static func gateway(_ check: KeyCheck) -> Response {
        guard check.code == .valid, let key = check.key else {
            return Response(status: status(of: check.code), headers: headers(of: check))
        }
        guard let kept = key.writtenHeaders as? GoodHeaders else {
            let fields = headers(of: check)
            key.keep(headers: GoodHeaders(fields, at: check.position))
            return Response(status: .ok, headers: fields)
        }
        return Response(status: .ok, headers: kept.fields(at: check.position))
    }

    /// The headers of a valid verdict: but for the position they are the same as long as the key is.
    private final class GoodHeaders: Sendable {
        private let last: Mutex<(position: Position, fields: HTTPFields)>

        init(_ fields: HTTPFields, at position: Position) { last = Mutex((position, fields)) }

        func fields(at position: Position) -> HTTPFields {
            last.withLock { last in
                if last.position != position {
                    last.fields[.position] = String(position.value)
                    last.position = position
                }
                return last.fields
            }
        }
    }

    private static func headers(of check: KeyCheck) -> HTTPFields {
        var fields: HTTPFields = [
            .checkCode: check.code.rawValue, .checkKeyID: check.keyID?.description ?? "", .checkAlias: headerText(check.key?.alias),
            .checkTeam: headerText(check.key?.teamID), .checkUser: headerText(check.key?.userID),
            .checkStatus: check.key?.status.rawValue ?? CredentialStatus.unknown.rawValue, .position: String(check.position.value),
            .contentLength: "0",
        ]
        if check.code == .deprecated, let key = check.key, let end = key.revokeAt {
            // RFC 9745 and RFC 8594: since when the secret is out of date, and when it stops.
            fields[.deprecation] = "@\((key.supersededAt ?? end).nanoseconds / Instant.nanosecondsPerSecond)"
            fields[.sunset] = HTTPDate.text(unixSeconds: Int(end.nanoseconds / Instant.nanosecondsPerSecond))
        }
        return fields
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

extension ByteBuffer {
    /// Writes text in which nothing needs an escape.
    fileprivate mutating func write(plain text: String?) {
        guard let text else { return _ = writeStaticString("null") }
        writeStaticString("\"")
        writeString(text)
        writeStaticString("\"")
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
