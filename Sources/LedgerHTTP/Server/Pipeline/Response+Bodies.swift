package import HTTPTypes
package import Hummingbird
package import JSONText
import NIOCore

extension Response {
    /// An answer of JSON text.
    package static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, position: UInt64? = nil) -> Response {
        .bytes(bytes, contentType: "application/json", status: status, position: position)
    }

    /// An answer of what `write` writes.
    package static func json(
        status: HTTPResponse.Status = .ok, position: UInt64? = nil, capacity: Int = 512, _ write: (inout JSONWriter) throws -> Void
    ) rethrows -> Response {
        var writer = JSONWriter(capacity: capacity)
        try write(&writer)
        return .json(writer.bytes, status: status, position: position)
    }

    /// - Parameter position: the one that the answer reflects, where that is not simply the head.
    package static func bytes(
        _ bytes: [UInt8], contentType: String, status: HTTPResponse.Status = .ok, position: UInt64? = nil
    ) -> Response {
        var headers = HTTPFields()
        headers.reserveCapacity(3)
        headers.append(HTTPField(name: .contentType, value: contentType))
        headers.append(HTTPField(name: .contentLength, value: String(bytes.count)))
        if let position { headers.append(HTTPField(name: .position, value: String(position))) }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Says which position the answer reflects, where that is not simply the head.
    package mutating func setPosition(_ position: UInt64) {
        headers[.position] = String(position)
    }
}
