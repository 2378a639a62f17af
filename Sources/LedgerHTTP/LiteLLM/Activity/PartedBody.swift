import Hummingbird
import Ledger
import NIOCore

/// A body of parts between a start and an end: made at once or, where it is long, part by part while it is sent.
struct PartedBody: Sendable {
    let start: [UInt8]
    /// Between parts that are not empty.
    let separator: [UInt8]
    let count: Int
    let end: [UInt8]
    let part: @Sendable (Int) -> [UInt8]

    func response(contentType: String, isLong: Bool) -> Response {
        isLong ? streamed(contentType) : .bytes(whole, contentType: contentType)
    }

    private var whole: [UInt8] {
        var bytes = start
        var isFirst = true
        for index in 0..<count { bytes += separated(index, &isFirst) }
        return bytes + end
    }

    private func separated(_ index: Int, _ isFirst: inout Bool) -> [UInt8] {
        let part = part(index)
        if part.isEmpty { return part }
        defer { isFirst = false }
        return isFirst ? part : separator + part
    }

    private func streamed(_ contentType: String) -> Response {
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(bytes: start))
            var isFirst = true
            for index in 0..<count {
                let wasFirst = isFirst
                // A part of many keys takes milliseconds: too long for the loop that other connections wait for.
                let (bytes, isStillFirst) = await withTaskExecutorPreference(globalConcurrentExecutor) {
                    var isFirst = wasFirst
                    return (ByteBuffer(bytes: separated(index, &isFirst)), isFirst)
                }
                isFirst = isStillFirst
                try await writer.write(bytes)
            }
            try await writer.write(ByteBuffer(bytes: end))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: contentType], body: body)
    }
}

extension ActivityReport {
    /// Above so many shares of keys and entries an answer is written day by day while it is sent: some 700 bytes each.
    private static let mostSharesAtOnce = 5_000

    var isLong: Bool {
        let shares = days.reduce(0) { count, day in
            count + day.keys.count + day.breakdowns.values.joined().reduce(0) { $0 + 1 + $1.keys.count }
        }
        return shares > Self.mostSharesAtOnce
    }
}
