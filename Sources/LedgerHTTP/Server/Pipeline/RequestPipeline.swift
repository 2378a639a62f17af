import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// What every request goes through: its id, its credential, the route, the error's body, the common headers, the log.
///
/// One function around the router rather than a chain of middleware: each link would cost an asynchronous call.
struct RequestPipeline: Sendable {
    let router: RouterResponder<LedgerRequestContext>
    let templates: RouteTemplates
    let ids = RequestIDs()
    let dates = SecondText { HTTPDate.text(unixSeconds: $0) }
    let headPosition: @Sendable () -> UInt64?
    let observers: [any RequestObserver]
    let logger: Logger

    /// Answers one message of a connection. Throws only if the connection is lost.
    func serve(
        _ message: InboundMessage, channel: any Channel, _ recentToken: RecentToken,
        outbound: NIOAsyncChannelOutboundWriter<OutboundMessage>
    ) async throws {
        switch message {
        case .request(let received):
            let request = received.head.request
            let answer = await answer(received, channel: channel, recentToken)
            defer { observe(answer, method: request.method.rawValue, target: request.path, at: received.receivedAt) }
            try await write(answer, isHead: request.method == .head, to: outbound)
        case .refused(let refused):
            let requestID = ids.next()
            let response = refused.error.response(style: ErrorStyle(target: refused.target), requestID: requestID)
            let answer = Answer(response: response, requestID: requestID, route: nil)
            defer { observe(answer, method: refused.method, target: refused.target, at: refused.receivedAt) }
            try await write(answer, isHead: refused.method == "HEAD", to: outbound)
        }
    }

    private struct Answer {
        var response: Response
        let requestID: String
        let route: String?
    }

    private func answer(_ received: ReceivedRequest, channel: any Channel, _ recentToken: RecentToken) async -> Answer {
        let head = received.head.request
        let requestID = requestID(of: head.headerFields)
        let style = ErrorStyle(target: head.path ?? "")
        let credential = CredentialExtraction.extract(from: head.headerFields)
        if case .duplicated = credential, !CheckRoutes.judges(head.path ?? ""), let refusal = credential.refusal {
            return Answer(response: refusal.response(style: style, requestID: requestID), requestID: requestID, route: nil)
        }
        let source = LedgerRequestSource(
            logger: logger, requestID: requestID, credential: credential, body: received.body, longBody: received.longBody,
            target: head.path ?? "/", channel: channel, recentToken: recentToken)
        let context = LedgerRequestContext(source: source)
        let request = Request(head: head, body: RequestBody(buffer: received.body))
        let response = await respond(to: request, context: context, style: style)
        let route = context.endpointPath.flatMap { $0 == Self.unmatched ? nil : $0 }
        return Answer(response: response, requestID: requestID, route: route)
    }

    private func respond(to request: Request, context: LedgerRequestContext, style: ErrorStyle) async -> Response {
        do {
            let response = try await router.respond(to: request, context: context)
            guard response.status == .notFound, context.endpointPath == Self.unmatched else { return response }
            return templates.response(toUnmatched: request, style: style, requestID: context.requestID)
        } catch {
            let refusal = APIError(rendering: error)
            if refusal.status.code >= 500 { log(refusal, context: context) }
            return refusal.response(style: style, requestID: context.requestID)
        }
    }

    /// What the router calls a path that no route has.
    private static let unmatched = "NotFound"

    private func requestID(of fields: HTTPFields) -> String {
        if let sent = fields[.requestID], RequestIDs.isAcceptable(sent) { return sent }
        return ids.next()
    }

    private func log(_ error: APIError, context: LedgerRequestContext) {
        context.requestLogger.error(
            "request failed",
            metadata: ["status": "\(error.status.code)", "reason": .string(error.message), "cause": "\(error.cause.map { "\($0)" } ?? "")"])
    }

    private func write(
        _ answer: Answer, isHead: Bool, to outbound: NIOAsyncChannelOutboundWriter<OutboundMessage>
    ) async throws {
        let response = isHead ? answer.response.createHeadResponse() : answer.response
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: response.status.code), headers: headers(response, answer.requestID))
        let writer = ResponsePartWriter(outbound: outbound, head: head, isStreaming: response.body.contentLength == nil)
        try await response.body.write(writer)
    }

    private func headers(_ response: Response, _ requestID: String) -> HTTPHeaders {
        var headers: [(String, String)] = []
        headers.reserveCapacity(response.headers.count + 3)
        for field in response.headers { headers.append((field.name.rawName, field.value)) }
        headers.append(("Date", dates.now))
        headers.append(("X-Request-Id", requestID))
        if !response.headers.contains(.position), let position = headPosition() {
            headers.append(("X-KeyLedger-Position", String(position)))
        }
        return HTTPHeaders(headers)
    }

    private func observe(_ answer: Answer, method: String, target: String?, at start: NIODeadline) {
        guard !observers.isEmpty else { return }
        let record = RequestRecord(
            requestID: answer.requestID, method: method, route: answer.route, target: target ?? "",
            status: answer.response.status.code, durationNanoseconds: (NIODeadline.now() - start).nanoseconds)
        for observer in observers { observer.requestAnswered(record) }
    }
}
