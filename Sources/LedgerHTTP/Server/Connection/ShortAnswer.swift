import NIOCore
import NIOHTTP1

/// An answer as it stands on the wire (RFC 9112).
enum ShortAnswer {
    /// Longer bodies are not copied.
    private static let greatestBody = 16 * 1024

    /// `nil` for what the encoder must frame: answers without a length, with a long body, or of a status that has no body.
    static func bytes(_ head: HTTPResponseHead, _ body: ByteBuffer?, allocator: ByteBufferAllocator) -> ByteBuffer? {
        let bodyBytes = body?.readableBytes ?? 0
        guard bodyBytes <= greatestBody, head.status.mayHaveResponseBody, head.headers.contains(name: "content-length") else { return nil }
        var bytes = allocator.buffer(capacity: 512 + bodyBytes)
        bytes.writeStaticString(head.version == .http1_0 ? "HTTP/1.0 " : "HTTP/1.1 ")
        if head.status == .ok {
            bytes.writeStaticString("200 OK")
        } else {
            bytes.writeString("\(head.status.code) \(head.status.reasonPhrase)")
        }
        for (name, value) in head.headers {
            bytes.writeStaticString("\r\n")
            bytes.writeString(name)
            bytes.writeStaticString(": ")
            bytes.writeString(value)
        }
        bytes.writeStaticString("\r\n\r\n")
        if let body { bytes.writeImmutableBuffer(body) }
        return bytes
    }
}
