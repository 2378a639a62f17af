import NIOCore
import NIOHTTP1

/// The way out: answers, and the end of the connection.
extension RequestAssembler {
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch Self.unwrapOutboundIn(data) {
        case .whole(let head, let body): writeWhole(framed(head), body, context: context, promise: promise)
        case .head(let head): context.write(Self.wrapOutboundOut(.head(framed(head))), promise: promise)
        case .body(let body): context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: promise)
        case .end: finishTurn(context: context, promise: promise) { context.write(Self.wrapOutboundOut(.end(nil)), promise: $0) }
        }
    }

    /// A short answer leaves in one piece of memory, which spares the way through the encoder part by part.
    private func writeWhole(
        _ head: HTTPResponseHead, _ body: ByteBuffer?, context: ChannelHandlerContext, promise: EventLoopPromise<Void>?
    ) {
        if let bytes = ShortAnswer.bytes(head, body, allocator: context.channel.allocator) {
            return finishTurn(context: context, promise: promise) { wire.write(bytes, promise: $0) }
        }
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        if let body, body.readableBytes > 0 { context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        finishTurn(context: context, promise: promise) { context.write(Self.wrapOutboundOut(.end(nil)), promise: $0) }
    }

    /// Says in the head whether the connection lives on, in the client's version.
    private func framed(_ head: HTTPResponseHead) -> HTTPResponseHead {
        guard let turn = unanswered.first else { return head }
        var head = head
        head.version = turn.version
        if !turn.keepAlive || (ending != .open && unanswered.count == 1) {
            unanswered[unanswered.startIndex].keepAlive = false
            isRefusing = true
            head.headers.replaceOrAdd(name: "connection", value: "close")
        } else if turn.version == .http1_0 {
            head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
        }
        return head
    }

    /// `writeLast` writes what ends an answer; then the connection waits for the next request, or ends with it.
    private func finishTurn(
        context: ChannelHandlerContext, promise: EventLoopPromise<Void>?, _ writeLast: (EventLoopPromise<Void>?) -> Void
    ) {
        let turn = unanswered.popFirst()
        guard turn?.keepAlive == false else {
            writeLast(promise)
            if unanswered.isEmpty { startIdling(context: context) }
            return
        }
        ending = .flushing
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.assumeIsolated().whenComplete { _ in self.closeOutput(context: context) }
        writeLast(written)
        context.flush()
    }

    /// Closes the side that is written; the client reads what was written before it sees the end.
    private func closeOutput(context: ChannelHandlerContext) {
        ending = .lingering
        guard !timing.inputClosed else { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        arm(at: .now() + configuration.lingerTimeout, context: context)
    }

    /// The answering task closes the output when there is nothing more to answer: not before the last answer has left.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        promise?.succeed()
        if ending == .open || ending == .afterAnswer { closeOutput(context: context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: drain(context: context)
        case ChannelEvent.inputClosed:
            timing.inputClosed = true
            if !unanswered.isEmpty, ending == .open { ending = .afterAnswer }
            if ending == .lingering { return context.close(promise: nil) }
            context.fireUserInboundEventTriggered(event)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// The server is stopping: what has begun is answered, then the connection closes.
    private func drain(context: ChannelHandlerContext) {
        guard ending == .open else { return }
        if unanswered.isEmpty, timing.receivingSince == nil {
            context.close(promise: nil)
        } else {
            ending = .afterAnswer
        }
    }
}
