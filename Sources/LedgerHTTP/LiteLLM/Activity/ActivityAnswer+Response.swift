import Hummingbird
import JSONText
import Ledger

extension ActivityAnswer {
    /// The whole answer: `results`, then `metadata`.
    func response(_ extent: Extent) -> Response {
        var writer = JSONWriter(capacity: 1_024)
        writeMetadata(extent, to: &writer)
        let body = PartedBody(
            start: Array("{\"results\":[".utf8), separator: [UInt8(ascii: ",")], count: report.days.count,
            end: Array("],\"metadata\":".utf8) + writer.bytes + [UInt8(ascii: "}")]
        ) { index in
            var bytes: [UInt8] = []
            append(report.days[index], to: &bytes)
            return bytes
        }
        var response = body.response(contentType: "application/json", isLong: report.isLong)
        response.setPosition(report.position.value)
        return response
    }
}
