import Hummingbird
import JSONText
import Ledger
import NIOCore

extension ActivityAnswer {
    /// Above so many shares of keys an answer is written day by day while it is sent: some 700 bytes each.
    private static let mostSharesAtOnce = 5_000

    /// The whole answer: `results`, then `metadata`.
    func response(_ extent: Extent) -> Response {
        var response = shareCount > Self.mostSharesAtOnce ? streamed(extent) : Response.json(bytes(extent))
        response.setPosition(report.position.value)
        return response
    }

    private var shareCount: Int {
        report.days.reduce(0) { count, day in
            count + day.keys.count + day.breakdowns.values.joined().reduce(0) { $0 + $1.keys.count }
        }
    }

    private func bytes(_ extent: Extent) -> [UInt8] {
        var bytes = Array("{\"results\":[".utf8)
        for index in report.days.indices { append(dayAt: index, to: &bytes) }
        bytes += end(extent)
        return bytes
    }

    private func append(dayAt index: Int, to bytes: inout [UInt8]) {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        append(report.days[index], to: &bytes)
    }

    private func end(_ extent: Extent) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writeMetadata(extent, to: &writer)
        return Array("],\"metadata\":".utf8) + writer.bytes + [UInt8(ascii: "}")]
    }

    private func streamed(_ extent: Extent) -> Response {
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: "{\"results\":["))
            for index in report.days.indices {
                // A day of many keys takes milliseconds: too long for the loop that other connections wait for.
                let day = await withTaskExecutorPreference(globalConcurrentExecutor) {
                    var bytes: [UInt8] = []
                    append(dayAt: index, to: &bytes)
                    return ByteBuffer(bytes: bytes)
                }
                try await writer.write(day)
            }
            try await writer.write(ByteBuffer(bytes: end(extent)))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }
}
