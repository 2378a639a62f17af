package import Hummingbird
import Ledger
package import Logging
package import NIOCore

/// What a handler knows of a request beside `Request` itself.
package struct LedgerRequestContext: RequestContext {
    package typealias Source = LedgerRequestSource

    package var coreContext: CoreRequestContextStorage
    /// The caller's X-Request-Id, or one made here.
    package let requestID: String
    /// The credential that the headers present; duplicated headers never get as far as a handler.
    package let credential: PresentedCredential
    /// The whole body.
    package let body: ByteBuffer
    /// Path and query as they came.
    package let target: String
    private let channel: any Channel
    private let recentToken: RecentToken
    /// Of a long body: lives as long as the body does.
    private let longBody: LongBodyClaim?

    package init(source: LedgerRequestSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestID = source.requestID
        credential = source.credential
        body = source.body
        longBody = source.longBody
        target = source.target
        channel = source.channel
        recentToken = source.recentToken
    }

    /// The token of the secret that the headers present.
    func token(of secret: String) -> Token { recentToken.token(of: secret) }

    /// The address of the client, or of the proxy before it.
    package var remoteAddress: SocketAddress? { channel.remoteAddress }

    /// A logger that names the request.
    package var requestLogger: Logger {
        var logger = logger
        logger[metadataKey: "request_id"] = .string(requestID)
        return logger
    }

    /// Does what takes longer than some hundred microseconds away from the connection's event loop, which serves others too.
    package func offload<Value: Sendable>(_ work: @Sendable () async throws -> Value) async rethrows -> Value {
        try await withTaskExecutorPreference(globalConcurrentExecutor, operation: work)
    }

    /// What stands in the query.
    package var query: QueryReader { QueryReader(QueryParameters(target: target)) }

    /// The body's bytes.
    package var bodyBytes: [UInt8] { body.getBytes(at: body.readerIndex, length: body.readableBytes) ?? [] }

    /// A part of the path that the route's template names, percent-decoded. Throws a 404 where it is no text.
    package func pathParameter(_ name: String) throws -> String {
        guard let raw = parameters[name[...]], let text = PercentEncoding.decode(raw) else {
            throw APIError.detail(.notFound, "Not Found")
        }
        return text
    }
}

/// What a context is made of.
package struct LedgerRequestSource: RequestContextSource {
    package let logger: Logger
    let requestID: String
    let credential: PresentedCredential
    let body: ByteBuffer
    let longBody: LongBodyClaim?
    let target: String
    let channel: any Channel
    let recentToken: RecentToken
}
