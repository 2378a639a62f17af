package import Logging

/// Writes one line for people: time, level, message, then `name=value` pairs. Colours the level only, and only if told to.
///
/// Message and metadata pass the ``Redactor`` first; control characters are shown as escapes, so that no value can steer the terminal.
package struct ConsoleLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level

    private let usesColor: Bool
    private let sink: LogSink
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - level: what is below it is not written.
    ///   - usesColor: see ``StandardError/usesColor(isTerminal:noColor:)``.
    ///   - sink: where the lines go.
    ///   - now: microseconds since 1970; nil for the wall clock.
    package init(
        level: Logger.Level = .info, usesColor: Bool, sink: @escaping LogSink = StandardError.write, now: (@Sendable () -> Int64)? = nil
    ) {
        logLevel = level
        self.usesColor = usesColor
        self.sink = sink
        self.now = now ?? { LogTimestamp.now() }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let record = LogRecord(event, time: now(), logger: metadata, provider: metadataProvider)
        var line = "\(LogTimestamp.text(microseconds: record.time)) \(levelText(record.level)) \(Self.printable(record.message))"
        for (key, value) in record.metadata.sorted(by: { $0.key < $1.key }) {
            line += " \(Self.printable(key))=\(Self.quoted("\(value)"))"
        }
        sink(line + "\n")
    }

    private func levelText(_ level: Logger.Level) -> String {
        let name = level.rawValue
        let padded = name + String(repeating: " ", count: max(0, 7 - name.utf8.count))
        guard usesColor else { return padded }
        let color =
            switch level {
            case .trace, .debug: 90
            case .info: 32
            case .notice: 36
            case .warning: 33
            case .error, .critical: 31
            }
        return "\u{1B}[\(color)m\(padded)\u{1B}[0m"
    }

    private static func printable(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if JSONText.isUnprintable(scalar) {
                result += "\\u" + JSONText.hex(scalar.value)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The value as it is, or as a JSON string if it would blur the line.
    private static func quoted(_ text: String) -> String {
        guard text.isEmpty || text.unicodeScalars.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" || JSONText.isUnprintable($0) })
        else {
            return text
        }
        var result = ""
        JSONText.append(text, to: &result)
        return result
    }
}
