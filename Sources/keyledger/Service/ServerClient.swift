import AsyncHTTPClient
import JSONText
import NIOCore
import NIOHTTP1

/// Asks a running server.
struct ServerClient: Sendable {
    private static let timeoutSeconds: Int64 = 30
    private static let largestAnswerBytes = 64 << 20

    private let base: String
    private let secret: String
    private let note: ChangeNote

    init(url: String, secret: String, note: ChangeNote) {
        base = DataOptions.trimmed(url)
        self.secret = secret
        self.note = note
    }

    /// Sends one request and returns the object in its answer.
    ///
    /// - Throws: ``CommandError``: `unreachable`, or what the server refused with.
    func send(
        _ method: String, _ path: String, query: [(name: String, value: String)] = [], body: JSONObject? = nil,
        timeoutSeconds: Int64 = timeoutSeconds
    ) async throws -> JSONObject {
        let (status, answer) = try await exchange(request(method, path, query, body), timeoutSeconds)
        return try object(status, answer)
    }

    /// Sends charges and returns the object in the answer, which says what became of each: if none was recorded too.
    func send(charges: [UInt8], contentType: String) async throws -> JSONObject {
        var request = request("POST", "/v1/spend", [], nil)
        request.headers.add(name: "Content-Type", value: contentType)
        request.body = .bytes(ByteBuffer(bytes: charges))
        let (status, answer) = try await exchange(request, Self.timeoutSeconds)
        if let object = answer?.object, object["results"] != nil { return object }
        return try object(status, answer)
    }

    private func object(_ status: Int, _ answer: JSONValue?) throws -> JSONObject {
        guard (200..<300).contains(status) else {
            let message = answer.flatMap(Self.message) ?? "The server answered with status \(status)."
            let code = answer?["code"]?.string
            throw CommandError(
                ExitStatus(httpStatus: status, code: code, message: message), code: code ?? "http_\(status)", message)
        }
        guard let object = answer?.object else {
            throw CommandError.failed("What answers at \(base) is no KeyLedger server: its answer is no JSON object.", code: "bad_answer")
        }
        return object
    }

    private func request(
        _ method: String, _ path: String, _ query: [(name: String, value: String)], _ body: JSONObject?
    ) -> HTTPClientRequest {
        let items = query.map { "\(Self.percentEncoded($0.name))=\(Self.percentEncoded($0.value))" }
        var request = HTTPClientRequest(url: base + path + (items.isEmpty ? "" : "?" + items.joined(separator: "&")))
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "Authorization", value: "Bearer \(secret)")
        request.headers.add(name: "User-Agent", value: "keyledger/\(KeyLedgerCommand.version)")
        let headers = [
            ("X-KeyLedger-Reason", note.reason), ("X-KeyLedger-Change-Ref", note.changeRef), ("litellm-changed-by", note.onBehalfOf),
            ("Idempotency-Key", note.idempotencyKey),
        ]
        for (name, value) in headers {
            if let value { request.headers.add(name: name, value: value) }
        }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: JSONValue.object(body).serialized()))
        }
        return request
    }

    private func exchange(_ request: HTTPClientRequest, _ timeoutSeconds: Int64) async throws -> (status: Int, answer: JSONValue?) {
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(timeoutSeconds))
            let body = try await response.body.collect(upTo: Self.largestAnswerBytes)
            return (Int(response.status.code), try? JSONValue.parse(Array(body.readableBytesView)))
        } catch {
            throw CommandError(
                .unreachable, code: "unreachable",
                "No answer from \(base): \(error). Start `keyledger serve`, or name another server with --url.")
        }
    }

    /// The message in any of the shapes that errors have.
    private static func message(_ answer: JSONValue) -> String? {
        if let message = answer["error"]?["message"]?.string { return message }
        guard let detail = answer["detail"] else { return nil }
        if let text = detail.string ?? detail["error"]?.string { return text }
        let issues = (detail.array ?? []).compactMap { issue -> String? in
            let place = (issue["loc"]?.array ?? []).dropFirst().compactMap { $0.string ?? $0.decimalText }.joined(separator: ".")
            return issue["msg"]?.string.map { place.isEmpty ? $0 : "\(place): \($0)" }
        }
        return issues.isEmpty ? nil : issues.joined(separator: "; ")
    }

    private static func percentEncoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
