package import HTTPTypes
package import Hummingbird
package import JSONText
import NIOCore

extension Response {
    /// An answer of JSON text.
    package static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        .bytes(bytes, contentType: "application/json", status: status)
    }

    /// An answer of what `write` writes.
    package static func json(
        status: HTTPResponse.Status = .ok, capacity: Int = 512, _ write: (inout JSONWriter) throws -> Void
    ) rethrows -> Response {
        var writer = JSONWriter(capacity: capacity)
        try write(&writer)
        return .json(writer.bytes, status: status)
    }

    package static func bytes(_ bytes: [UInt8], contentType: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: contentType], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Says which position the answer reflects, where that is not simply the head.
    package mutating func setPosition(_ position: UInt64) {
        headers[.position] = String(position)
    }
}
