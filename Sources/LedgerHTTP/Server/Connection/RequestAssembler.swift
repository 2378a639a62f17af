import NIOCore
import NIOHTTP1

/// Puts whole requests together within the limits, and closes a connection without losing its last answer.
///
/// Stands behind the parser of one connection and lives on its event loop. A request that breaks a rule is handed on as a
/// refusal, in its turn among pipelined ones; what follows it is dropped.
final class RequestAssembler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = InboundMessage
    typealias OutboundIn = OutboundMessage
    typealias OutboundOut = HTTPServerResponsePart

    let configuration: HTTPServerConfiguration
    let wire: ReceiveObserver
    var progress: ReceiveProgress { wire.progress }
    private let longBodies: LongBodies

    /// The request that is arriving.
    private var head: AcceptedHead?
    private var body = ByteBuffer()
    private var longBody: LongBodyClaim?
    /// What to log of a request that is refused.
    private var method = "-"
    private var target = "-"

    /// Set by a refusal or the last request: nothing more is taken from this connection.
    var isRefusing = false
    /// Whether each request handed on and not yet answered lets the connection live, oldest first.
    var unanswered = CircularBuffer<Turn>(initialCapacity: 4)
    var ending = Ending.open
    var timing = Timing()

    /// What the answer to a request must know of it.
    struct Turn {
        var version: HTTPVersion
        var keepAlive: Bool
    }

    /// How far the connection is on its way to the end.
    enum Ending {
        case open
        /// The answer being written, or the next one, is the last.
        case afterAnswer
        /// The last answer is on its way out; then the connection closes.
        case flushing
        /// Output is closed; input is dropped until the client closes too.
        case lingering
    }

    init(configuration: HTTPServerConfiguration, wire: ReceiveObserver, longBodies: LongBodies) {
        self.configuration = configuration
        self.wire = wire
        self.longBodies = longBodies
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefusing, ending == .open || ending == .afterAnswer else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head): begin(head, context: context)
        case .body(let part): append(part, context: context)
        case .end: finish(context: context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if progress.hasBytes, !isRefusing, ending == .open || ending == .afterAnswer { startReceiving(context: context) }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        let inTarget = progress.lineBytes > configuration.limits.targetBytes
        refuse(.unreadable(error, inTarget: inTarget, limits: configuration.limits), context: context)
    }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        method = head.method.rawValue
        target = head.uri
        do {
            let accepted = try AcceptedHead(head, limits: configuration.limits)
            self.head = accepted
            if accepted.expectsContinue, unanswered.isEmpty {
                let go = HTTPResponseHead(version: .http1_1, status: .continue)
                context.writeAndFlush(Self.wrapOutboundOut(.head(go)), promise: nil)
            }
        } catch {
            refuse(error, context: context)
        }
    }

    private func append(_ part: ByteBuffer, context: ChannelHandlerContext) {
        guard let head else { return }
        // However long the body is, it is waited for as long as it comes.
        guard let limit = head.bodyLimitBytes else { return timing.receivingSince = .now() }
        let length = body.readableBytes + part.readableBytes
        guard length <= limit else { return refuse(.bodyTooLarge(limit), context: context) }
        if length > configuration.limits.bodyBytes {
            let claim = longBody ?? LongBodyClaim(on: longBodies)
            longBody = claim
            guard claim.grow(to: length) else { return refuse(.tooManyLongBodies, context: context) }
        }
        if body.readableBytes == 0 {
            body = part
        } else {
            body.writeImmutableBuffer(part)
        }
    }

    private func finish(context: ChannelHandlerContext) {
        guard let head else { return }
        let request = ReceivedRequest(head: head, body: body, longBody: longBody, receivedAt: .now())
        self.head = nil
        body = ByteBuffer()
        longBody = nil
        progress.reset()
        method = "-"
        target = "-"
        timing.receivingSince = nil
        if !head.keepAlive { isRefusing = true }
        unanswered.append(Turn(version: head.version, keepAlive: head.keepAlive))
        context.fireChannelRead(Self.wrapInboundOut(.request(request)))
    }

    /// Hands on a refusal, which ends the connection once it is answered.
    func refuse(_ error: APIError, context: ChannelHandlerContext) {
        guard !isRefusing, ending == .open || ending == .afterAnswer else { return }
        isRefusing = true
        timing.receivingSince = nil
        head = nil
        body = ByteBuffer()
        longBody = nil
        unanswered.append(Turn(version: .http1_1, keepAlive: false))
        let refused = RefusedRequest(error: error, method: method, target: target, receivedAt: .now())
        context.fireChannelRead(Self.wrapInboundOut(.refused(refused)))
        context.fireChannelReadComplete()
    }
}
