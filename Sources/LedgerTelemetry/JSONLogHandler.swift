package import Logging

/// Writes one JSON object a line: `time` (RFC 3339, UTC, microseconds), `level`, `message`, `source`, `label` and, if any, `metadata`.
///
/// Message and metadata pass the ``Redactor`` first.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level

    private let label: String
    private let sink: LogSink
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - label: the logger's name.
    ///   - level: what is below it is not written.
    ///   - sink: where the lines go.
    ///   - now: microseconds since 1970; nil for the wall clock.
    package init(
        label: String, level: Logger.Level = .info, sink: @escaping LogSink = StandardError.write, now: (@Sendable () -> Int64)? = nil
    ) {
        self.label = label
        logLevel = level
        self.sink = sink
        self.now = now ?? { LogTimestamp.now() }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let record = LogRecord(event, time: now(), logger: metadata, provider: metadataProvider)
        var line = "{\"time\":\"\(LogTimestamp.text(microseconds: record.time))\",\"level\":\"\(record.level.rawValue)\""
        for (name, text) in [("message", record.message), ("source", record.source), ("label", label)] {
            line += ",\"\(name)\":"
            JSONText.append(text, to: &line)
        }
        if !record.metadata.isEmpty {
            line += ",\"metadata\":"
            Self.append(record.metadata, to: &line)
        }
        sink(line + "}\n")
    }

    private static func append(_ metadata: Logger.Metadata, to line: inout String) {
        line += "{"
        for (index, (key, value)) in metadata.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { line += "," }
            JSONText.append(key, to: &line)
            line += ":"
            append(value, to: &line)
        }
        line += "}"
    }

    private static func append(_ value: Logger.MetadataValue, to line: inout String) {
        switch value {
        case .string(let text): JSONText.append(text, to: &line)
        case .stringConvertible(let value): JSONText.append(value.description, to: &line)
        case .dictionary(let metadata): append(metadata, to: &line)
        case .array(let values):
            line += "["
            for (index, value) in values.enumerated() {
                if index > 0 { line += "," }
                append(value, to: &line)
            }
            line += "]"
        }
    }
}
