/// The pieces of the Prometheus text exposition format, version 0.0.4.
package enum PrometheusText {
    /// The Content-Type of the answer to a scrape.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// A label value with backslash, quote and line feed escaped.
    static func escape(labelValue text: String) -> String {
        escape(text, quotes: true)
    }

    /// A help text with backslash and line feed escaped.
    static func escape(help text: String) -> String {
        escape(text, quotes: false)
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A sample value: whole numbers without a fraction, `+Inf`, `-Inf`, `NaN`.
    static func format(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        guard let whole = Int64(exactly: value), abs(whole) < 1 << 53 else { return "\(value)" }
        return String(whole)
    }

    /// True for a metric name as the format allows it.
    static func isValid(metricName name: String) -> Bool {
        isValid(name, firstAlso: [":", "_"])
    }

    /// True for a label name as the format allows it, names that Prometheus keeps for itself excluded.
    static func isValid(labelName name: String) -> Bool {
        isValid(name, firstAlso: ["_"]) && !name.utf8.starts(with: "__".utf8)
    }

    private static func isValid(_ name: String, firstAlso others: [Character]) -> Bool {
        guard let first = name.first, !("0"..."9").contains(first) else { return false }
        return name.allSatisfy { character in
            ("a"..."z").contains(character) || ("A"..."Z").contains(character) || ("0"..."9").contains(character)
                || others.contains(character)
        }
    }
}
