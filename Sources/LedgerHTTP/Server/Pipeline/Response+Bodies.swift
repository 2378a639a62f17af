package import HTTPTypes
package import Hummingbird
package import JSONText
import NIOCore

extension Response {
    /// An answer of JSON text.
    package static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, position: UInt64? = nil) -> Response {
        .bytes(bytes, contentType: "application/json", status: status, position: position)
    }

    /// An answer of JSON text.
    ///
    /// - Parameter position: the one that it reflects.
    static func json(_ body: ByteBuffer, position: String) -> Response {
        var headers = HTTPFields()
        headers.reserveCapacity(3)
        headers.append(jsonType)
        headers.append(
            lengths.indices.contains(body.readableBytes)
                ? lengths[body.readableBytes] : HTTPField(name: .contentLength, value: String(body.readableBytes)))
        headers.append(HTTPField(name: .position, value: position))
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    // Fields are checked when they are made, byte by byte.
    private static let jsonType = HTTPField(name: .contentType, value: "application/json")
    private static let lengths = (0..<2_048).map { HTTPField(name: .contentLength, value: String($0)) }

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
        // Set one after the other, each would be looked for among the others.
        let length = String(bytes.count)
        let headers: HTTPFields =
            if let position {
                [.contentType: contentType, .contentLength: length, .position: String(position)]
            } else {
                [.contentType: contentType, .contentLength: length]
            }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Says which position the answer reflects, where that is not simply the head.
    package mutating func setPosition(_ position: UInt64) {
        headers[.position] = String(position)
    }
}
