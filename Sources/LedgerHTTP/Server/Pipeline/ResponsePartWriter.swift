import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// Writes an answer to the connection: whole if its length is known, part by part otherwise.
struct ResponsePartWriter: ResponseBodyWriter {
    let outbound: NIOAsyncChannelOutboundWriter<OutboundMessage>
    /// Nil once it is written.
    var head: HTTPResponseHead?
    /// A body of known length is one buffer nearly always: it waits for the end, to leave with it.
    var held: ByteBuffer?
    let isStreaming: Bool

    mutating func write(_ buffer: ByteBuffer) async throws {
        guard isStreaming || held != nil || head == nil else {
            held = buffer
            return
        }
        try await flushHeld()
        try await outbound.write(.body(buffer))
    }

    mutating func write(contentsOf buffers: some Sequence<ByteBuffer>) async throws {
        for buffer in buffers { try await write(buffer) }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        if let head {
            try await outbound.write(.whole(head, held))
        } else {
            try await outbound.write(.end)
        }
    }

    private mutating func flushHeld() async throws {
        guard let head else { return }
        self.head = nil
        try await outbound.write(.head(head))
        if let held {
            self.held = nil
            try await outbound.write(.body(held))
        }
    }
}
