import Logging

/// One log event, redacted and ready to be written in any form. Nothing reaches a form but through here.
struct LogRecord {
    /// Microseconds since 1970.
    let time: Int64
    let level: Logger.Level
    let message: String
    let source: String
    let metadata: Logger.Metadata

    /// - Parameters:
    ///   - event: its metadata wins over the logger's, the logger's over the provider's.
    init(_ event: LogEvent, time: Int64, logger: Logger.Metadata, provider: Logger.MetadataProvider?) {
        self.time = time
        level = event.level
        message = Redactor.redact(event.message.description)
        source = event.source
        var merged = provider?.get() ?? [:]
        merged.merge(logger) { $1 }
        merged.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error { merged["error"] = merged["error"] ?? .string("\(error)") }
        metadata = Self.redacted(merged)
    }

    private static func redacted(_ metadata: Logger.Metadata) -> Logger.Metadata {
        var result: Logger.Metadata = [:]
        for (key, value) in metadata {
            result[Redactor.redact(key)] = Redactor.isSensitive(name: key) ? .string(Redactor.mask) : redacted(value)
        }
        return result
    }

    private static func redacted(_ value: Logger.MetadataValue) -> Logger.MetadataValue {
        switch value {
        case .string(let text): .string(Redactor.redact(text))
        case .stringConvertible(let value): .string(Redactor.redact(value.description))
        case .dictionary(let metadata): .dictionary(redacted(metadata))
        case .array(let values): .array(values.map(redacted))
        }
    }
}
