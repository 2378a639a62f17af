import NIOCore

/// The clocks of a connection. One timer serves them all and is moved only when something is due earlier.
extension RequestAssembler {
    struct Timing {
        /// When the first byte of the request that is arriving came.
        var receivingSince: NIODeadline?
        /// When the connection last became idle.
        var idleSince = NIODeadline.now()
        /// Since when the client takes no more of an answer, and how much waited for it then.
        var stalled: (since: NIODeadline, bytes: Int)?
        var inputClosed = false
        fileprivate var timer: (task: Scheduled<Void>, at: NIODeadline)?
    }

    func channelActive(context: ChannelHandlerContext) {
        startIdling(context: context)
        context.fireChannelActive()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { startIdling(context: context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timing.timer?.task.cancel()
        timing.timer = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        timing.timer?.task.cancel()
        timing.timer = nil
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            timing.stalled = nil
        } else {
            startStalling(context: context)
        }
        context.fireChannelWritabilityChanged()
    }

    private func startStalling(context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        timing.stalled = (now, waitingBytes(context))
        arm(at: now + configuration.idleTimeout, context: context)
    }

    private func waitingBytes(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    func startIdling(context: ChannelHandlerContext) {
        timing.idleSince = .now()
        arm(at: timing.idleSince + configuration.idleTimeout, context: context)
    }

    /// A request is arriving and not whole yet.
    func startReceiving(context: ChannelHandlerContext) {
        let since = timing.receivingSince ?? .now()
        timing.receivingSince = since
        arm(at: since + configuration.receiveTimeout, context: context)
    }

    /// Makes sure that the clocks are looked at by `deadline`.
    func arm(at deadline: NIODeadline, context: ChannelHandlerContext) {
        if let timer = timing.timer {
            if timer.at <= deadline { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timing.timer = nil
            self.check(context: context)
        }
        timing.timer = (task, deadline)
    }

    private func check(context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        if ending == .lingering { return context.close(promise: nil) }
        if let stalled = timing.stalled {
            if waitingBytes(context) < stalled.bytes { return startStalling(context: context) }
            if now >= stalled.since + configuration.idleTimeout { return context.close(promise: nil) }
            return arm(at: stalled.since + configuration.idleTimeout, context: context)
        }
        // While earlier requests are answered, later ones may not be read at all: their clock stands.
        guard unanswered.isEmpty else {
            if timing.receivingSince != nil {
                timing.receivingSince = now
                arm(at: now + configuration.receiveTimeout, context: context)
            }
            return
        }
        if let since = timing.receivingSince {
            if now >= since + configuration.receiveTimeout { return refuse(.receivedTooSlowly, context: context) }
            arm(at: since + configuration.receiveTimeout, context: context)
        } else if now >= timing.idleSince + configuration.idleTimeout {
            context.close(promise: nil)
        } else {
            arm(at: timing.idleSince + configuration.idleTimeout, context: context)
        }
    }
}
