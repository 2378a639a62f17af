import HTTPTypes
import NIOCore
import NIOHTTP1

/// What a connection hands to the task that answers: a whole request, or one that was refused on the way.
enum InboundMessage: Sendable {
    case request(ReceivedRequest)
    case refused(RefusedRequest)
}

/// A request whose head and body have arrived.
struct ReceivedRequest: Sendable {
    var head: AcceptedHead
    var body: ByteBuffer
    /// Lives as long as the body.
    var longBody: LongBodyClaim?
    /// When its last byte came.
    var receivedAt: NIODeadline
}

/// A request that did not get as far as a route. The connection ends with its answer.
struct RefusedRequest: Sendable {
    var error: APIError
    /// Method and target as far as they were read.
    var method: String
    var target: String
    var receivedAt: NIODeadline
}

/// What the answering task hands to the connection.
enum OutboundMessage: Sendable {
    /// A whole answer; most are.
    case whole(HTTPResponseHead, ByteBuffer?)
    case head(HTTPResponseHead)
    case body(ByteBuffer)
    case end
}
