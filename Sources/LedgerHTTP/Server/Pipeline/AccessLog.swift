import JSONText
package import LedgerTelemetry

/// Writes one line for each answer, in the form of the process's other log lines.
///
/// Paths and queries can hold secrets (`/key/{key}/regenerate`, `?key=`): they are redacted. The lines are put together here
/// rather than by a log handler, which would search each of their fields for secrets at several times the cost.
package struct AccessLog: RequestObserver {
    package enum Format: Sendable {
        /// One JSON object.
        case json
        /// For people.
        case plain
    }

    private let format: Format
    private let sink: LogSink
    private let now: @Sendable () -> Int64
    private let dates = SecondText { CivilTime(unixSeconds: $0).date }

    /// - Parameters:
    ///   - sink: where the lines go.
    ///   - now: microseconds since 1970; nil for the wall clock.
    package init(format: Format, sink: @escaping LogSink = StandardError.write, now: (@Sendable () -> Int64)? = nil) {
        self.format = format
        self.sink = sink
        self.now = now ?? { WallClock.microseconds() }
    }

    package func requestAnswered(_ record: RequestRecord) {
        switch format {
        case .json: sink(json(record))
        case .plain: sink(plain(record))
        }
    }

    private func json(_ record: RequestRecord) -> String {
        var writer = JSONWriter(capacity: 384)
        writer.object { writer in
            writer.member("time", time)
            for (name, value) in [("level", "info"), ("message", "request"), ("source", "LedgerHTTP"), ("label", "access")] {
                writer.member(name, value)
            }
            writer.name("metadata")
            writer.object { writer in
                writer.member("method", record.method)
                writer.member("ms", raw: Self.thousandths(record.durationNanoseconds / 1000))
                writer.member("path", Self.path(of: record))
                writer.member("request_id", record.requestID)
                writer.member("route", record.route ?? RequestRecord.unmatchedRoute)
                writer.member("status", record.status)
            }
        }
        return writer.text + "\n"
    }

    private func plain(_ record: RequestRecord) -> String {
        var path = ""
        for scalar in Self.path(of: record).unicodeScalars { path += scalar.escaped(asASCII: true) }
        return "\(time) info    \(record.method) \(path) \(record.status) \(Self.thousandths(record.durationNanoseconds / 1000)) ms"
            + " request_id=\(record.requestID)\n"
    }

    /// RFC 3339 with microseconds.
    private var time: String {
        let (second, fraction) = now().quotientAndRemainder(dividingBy: 1_000_000)
        return "\(dates.text(unixSeconds: Int(second))).\(String(fraction + 1_000_000).dropFirst())Z"
    }

    /// The target without its secrets. What is the route's template to the letter needs no look.
    private static func path(of record: RequestRecord) -> String {
        record.target == record.route ? record.target : Redactor.redact(record.target)
    }

    /// `1.234` for 1234.
    private static func thousandths(_ number: Int64) -> String {
        "\(number / 1000).\(String(number % 1000 + 1000).dropFirst())"
    }
}

extension RequestRecord {
    /// What stands for the route of requests that reached none.
    package static let unmatchedRoute = "unmatched"
}
