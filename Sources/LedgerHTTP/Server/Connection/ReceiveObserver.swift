import NIOCore

/// What has been seen of the request that is arriving; shared by two handlers of one connection, on its event loop.
final class ReceiveProgress {
    /// Bytes came that belong to no finished request.
    var hasBytes = false
    /// How much of the request line has come, and whether it is complete. Of a pipelined request this is a guess, since it may
    /// begin in the middle of what is read; it decides nothing but which refusal a head without end gets.
    var lineBytes = 0
    var sawLineEnd = false

    /// The request is whole; the next one begins.
    func reset() {
        hasBytes = false
        lineBytes = 0
        sawLineEnd = false
    }
}

/// Stands between the parser and the connection: notes that bytes arrive, which the parser tells only when a whole head is there, and
/// sends answers that are written already.
final class ReceiveObserver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = IOData

    let progress = ReceiveProgress()
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        progress.hasBytes = true
        if !progress.sawLineEnd {
            let bytes = Self.unwrapInboundIn(data).readableBytesView
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
            progress.lineBytes += (end ?? bytes.endIndex) - bytes.startIndex
            progress.sawLineEnd = end != nil
        }
        context.fireChannelRead(data)
    }

    /// Writes bytes to the connection past the encoder.
    func write(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        context.write(Self.wrapOutboundOut(.byteBuffer(bytes)), promise: promise)
    }
}
