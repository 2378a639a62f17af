import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// A connection of the server: its handlers, and the loop that answers its requests one after the other.
struct BoundedHTTPChannel: ServerChildChannel {
    typealias Value = NIOAsyncChannel<InboundMessage, OutboundMessage>

    let configuration: HTTPServerConfiguration
    let pipeline: RequestPipeline
    private let longBodies: LongBodies

    init(configuration: HTTPServerConfiguration, pipeline: RequestPipeline) {
        self.configuration = configuration
        self.pipeline = pipeline
        longBodies = LongBodies(limitBytes: configuration.limits.allLongBodiesBytes)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let handlers = channel.pipeline.syncOperations
            let wire = ReceiveObserver()
            try handlers.addHandler(wire)
            try handlers.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoderLimits)
            try handlers.addHandler(RequestAssembler(configuration: configuration, wire: wire, longBodies: longBodies))
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(
                    backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4), isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value channel: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            await withTaskExecutorPreference(EventLoopTaskExecutor(channel.channel.eventLoop)) { await answer(channel, logger: logger) }
        } onCancel: {
            channel.channel.close(promise: nil)
        }
    }

    private func answer(_ channel: Value, logger: Logger) async {
        do {
            let recentToken = RecentToken()
            try await channel.executeThenClose { inbound, outbound in
                for try await message in inbound {
                    try await pipeline.serve(message, channel: channel.channel, recentToken, outbound: outbound)
                }
                outbound.finish()
                try await channel.channel.closeFuture.get()
            }
        } catch {
            logger.trace("connection lost", metadata: ["error": "\(error)"])
        }
    }

    /// The parser's own limits, which stop what never ends; the exact ones are `AcceptedHead`'s.
    private var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = max(configuration.limits.headerBytes, configuration.limits.targetBytes)
        limits.maxHeaderListSize = configuration.limits.headerBytes + configuration.limits.targetBytes
        limits.maxHeaderFieldCount = configuration.limits.headerCount
        return limits
    }
}
