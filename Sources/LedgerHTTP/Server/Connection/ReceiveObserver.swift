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

/// Stands before the parser and notes that bytes arrive, which the parser tells only when a whole head is there.
final class ReceiveObserver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let progress: ReceiveProgress

    init(progress: ReceiveProgress) {
        self.progress = progress
    }

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
}
