import NIOCore
import NIOPosix

/// A connection on which a test writes bytes as it likes and reads what comes back.
struct RawClient {
    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let sender: Sender
    private var received: [UInt8] = []
    private var isAtEnd = false

    /// One answer as it stood on the wire.
    struct Answer: Sendable {
        var version: String
        var status: Int
        /// Names in lower case, in order.
        var headers: [(name: String, value: String)]
        var body: String

        subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    struct Ended: Error {}

    /// The sending side alone, for another task.
    struct Sender: Sendable {
        fileprivate let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>

        func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }
    }

    /// Connects, gives the connection to `body` and closes it.
    static func connect<Result: Sendable>(to port: Int, _ body: (inout RawClient) async throws -> Result) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var client = RawClient(iterator: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&client)
        }
    }

    private init(iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
        self.iterator = iterator
        sender = Sender(outbound: outbound)
    }

    func send(_ text: String) async throws {
        try await sender.send(text)
    }

    /// Closes the sending side.
    func finish() { sender.outbound.finish() }

    /// Whether the server has closed without sending anything more.
    mutating func sawEnd() async throws -> Bool {
        try await fill() == false && received.isEmpty
    }

    /// Reads one answer, by its Content-Length, its chunks, or the end of the connection.
    mutating func answer(toHead: Bool = false) async throws -> Answer {
        let lines = try await take(through: "\r\n\r\n").split(separator: "\r\n").map(String.init)
        let start = lines[0].split(separator: " ", maxSplits: 2)
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (name: parts[0].lowercased(), value: String(parts[1].drop { $0 == " " }))
        }
        var answer = Answer(version: String(start[0]), status: Int(start[1]) ?? 0, headers: headers, body: "")
        if toHead || answer.status == 204 || answer.status < 200 { return answer }
        if let length = answer["content-length"].flatMap(Int.init) {
            answer.body = try await take(length)
        } else if answer["transfer-encoding"] == "chunked" {
            answer.body = try await takeChunks()
        } else {
            while try await fill() {}
            answer.body = String(decoding: received, as: UTF8.self)
            received = []
        }
        return answer
    }

    /// Reads the head of an answer alone.
    mutating func headers() async throws -> Answer {
        try await answer(toHead: true)
    }

    private mutating func takeChunks() async throws -> String {
        var body = ""
        while true {
            let size = try await take(through: "\r\n").prefix { $0 != "\r\n" }
            let length = Int(size, radix: 16) ?? 0
            body += try await take(length)
            _ = try await take(through: "\r\n")
            if length == 0 { return body }
        }
    }

    private mutating func take(_ count: Int) async throws -> String {
        while received.count < count { if try await !fill() { throw Ended() } }
        defer { received.removeFirst(count) }
        return String(decoding: received.prefix(count), as: UTF8.self)
    }

    private mutating func take(through mark: String) async throws -> String {
        let mark = Array(mark.utf8)
        while true {
            if let end = received.indices.first(where: { received[$0...].starts(with: mark) }) { return try await take(end + mark.count) }
            if try await !fill() { throw Ended() }
        }
    }

    /// Reads some more; false at the end of the connection.
    private mutating func fill() async throws -> Bool {
        if isAtEnd { return false }
        do {
            guard let part = try await iterator.next() else {
                isAtEnd = true
                return false
            }
            received += Array(part.readableBytesView)
            return true
        } catch is IOError {
            isAtEnd = true
            return false
        }
    }
}
