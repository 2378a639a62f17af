import HTTPTypes
package import Hummingbird
import JSONText
import NIOCore

/// Which family of bodies a path answers errors with.
package enum ErrorStyle: Sendable, Equatable {
    /// LiteLLM's shapes.
    case liteLLM
    /// RFC 9457.
    case problem

    /// The style of a request target: problems under `/v1/`, LiteLLM's shapes everywhere else.
    package init(target: String) {
        self = target.utf8.starts(with: "/v1/".utf8) ? .problem : .liteLLM
    }
}

extension APIError {
    /// The answer, complete with Content-Type, and WWW-Authenticate on a 401.
    package func response(style: ErrorStyle, requestID: String) -> Response {
        var headers = headers
        headers[.contentType] = style == .problem ? "application/problem+json" : "application/json"
        if status == .unauthorized, headers[.wwwAuthenticate] == nil { headers[.wwwAuthenticate] = "Bearer realm=\"keyledger\"" }
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes(style: style, requestID: requestID))))
    }

    /// The body alone.
    package func bytes(style: ErrorStyle, requestID: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        switch (style, body) {
        case (.problem, _): writeProblem(to: &writer, requestID: requestID)
        case (.liteLLM, .error), (.liteLLM, .results): writeError(to: &writer)
        case (.liteLLM, .detail(let detail)): writer.object { $0.member("detail", detail) }
        case (.liteLLM, .validation(let issues)):
            writer.object { writer in
                writer.name("detail")
                Self.write(issues, to: &writer)
            }
        }
        return writer.bytes
    }

    private func writeError(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("error")
            writer.object { writer in
                writer.member("message", message)
                writer.member("type", type ?? Self.defaultType(of: status))
                writer.member("param", param)
                writer.member("code", String(status.code))
            }
        }
    }

    /// `type` stays `about:blank`, so `title` is the status's own phrase; `code` tells problems apart.
    private func writeProblem(to writer: inout JSONWriter, requestID: String) {
        writer.object { writer in
            writer.member("type", "about:blank")
            writer.member("title", status.reasonPhrase)
            writer.member("status", status.code)
            writer.member("detail", message)
            writer.member("code", code ?? Self.defaultCode(of: status))
            writer.member("request_id", requestID)
            if let param { writer.member("param", param) }
            if case .validation(let issues) = body {
                writer.name("errors")
                Self.write(issues, to: &writer)
            }
            if case .results(let json) = body {
                writer.name("results")
                writer.raw(json)
            }
        }
    }

    private static func write(_ issues: [ValidationIssue], to writer: inout JSONWriter) {
        writer.array { writer in
            for issue in issues { issue.write(to: &writer) }
        }
    }
}
