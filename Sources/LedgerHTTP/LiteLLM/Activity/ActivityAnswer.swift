import JSONText
import Ledger

/// Writes reports in LiteLLM's shapes: day by day, so that a long one need not be whole in memory.
struct ActivityAnswer: Sendable {
    let report: ActivityReport
    let family: ActivityFamily
    /// The metadata of each of the report's keys.
    private let keyMetadata: [[UInt8]]
    /// The name of each of the report's keys, as JSON.
    private let keyNames: [[UInt8]]
    private let showsPeriods: Bool
    private let showsEntities: Bool

    /// - Parameters:
    ///   - showsPeriods: keys stand in the report once for each of their names.
    ///   - showsEntities: the aggregated route of users leaves them out.
    init(_ report: ActivityReport, _ family: ActivityFamily, showsPeriods: Bool, showsEntities: Bool = true) {
        self.report = report
        self.family = family
        self.showsPeriods = showsPeriods
        self.showsEntities = showsEntities
        keyMetadata = report.keys.map { Self.metadata(of: $0) }
        keyNames = report.keys.map { key in
            var writer = JSONWriter(capacity: 80)
            writer.string(key.name)
            return writer.bytes
        }
    }

    /// The members of a key's metadata, without the brackets.
    private static func metadata(of key: ActivityReport.Key) -> [UInt8] {
        var writer = JSONWriter(capacity: 160)
        writer.object { write(key, to: &$0) }
        return Array(writer.bytes.dropFirst().dropLast())
    }

    static func write(_ key: ActivityReport.Key, to writer: inout JSONWriter) {
        writer.member("key_alias", key.alias)
        writer.member("team_id", key.teamID)
        writer.member("user_id", key.userID)
        writer.nullMember("user_email")
        writer.member("key_exists", key.exists)
    }

    // MARK: Days

    /// One element of `results`.
    func append(_ day: ActivityReport.Day, to bytes: inout [UInt8]) {
        bytes += Array("{\"date\":\"\(day.date)\",\"metrics\":".utf8)
        MetricsText.append(day.metrics, to: &bytes)
        bytes += Array(",\"breakdown\":{".utf8)
        append("mcp_servers", day[.mcpServers], "{}", to: &bytes)
        append(",", "models", day[.models], to: &bytes)
        append(",", "model_groups", day[.modelGroups], to: &bytes)
        append(",", "providers", day[.providers], to: &bytes)
        append(",", "endpoints", day[.endpoints], to: &bytes)
        bytes += Array(",\"api_keys\":".utf8)
        append(day.keys, to: &bytes)
        bytes.append(UInt8(ascii: ","))
        append("entities", showsEntities ? day[.entities] : [], family.entityMetadata, to: &bytes)
        bytes += Array(",\"guardrails\":{}}}".utf8)
    }

    private func append(_ comma: String, _ name: String, _ entries: [ActivityReport.Entry], to bytes: inout [UInt8]) {
        bytes += Array(comma.utf8)
        append(name, entries, "{}", to: &bytes)
    }

    private func append(_ name: String, _ entries: [ActivityReport.Entry], _ metadata: String, to bytes: inout [UInt8]) {
        bytes += Array("\"\(name)\":{".utf8)
        for (index, entry) in entries.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            var writer = JSONWriter(capacity: 64)
            writer.string(entry.name)
            bytes += writer.bytes
            bytes += Array(":{\"metrics\":".utf8)
            MetricsText.append(entry.metrics, to: &bytes)
            bytes += Array(",\"metadata\":\(metadata),\"api_key_breakdown\":".utf8)
            append(entry.keys, to: &bytes)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "}"))
    }

    // MARK: Keys

    private static let metricsName = Array(":{\"metrics\":".utf8)
    private static let metadataName = Array(",\"metadata\":{".utf8)
    private static let twoEnds = Array("}}".utf8)

    private func append(_ shares: [ActivityReport.Share], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        var rest = shares[...]
        var isFirst = true
        while let share = rest.first {
            // A key's periods stand behind one another.
            let periods = showsPeriods ? rest.prefix { keyNames[$0.key] == keyNames[share.key] } : rest.prefix(1)
            rest = rest.dropFirst(periods.count)
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(periods, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private func append(_ periods: ArraySlice<ActivityReport.Share>, to bytes: inout [UInt8]) {
        guard let last = periods.last else { return }
        bytes += keyNames[last.key]
        bytes += Self.metricsName
        MetricsText.append(periods.count == 1 ? last.metrics : .sum(of: periods.map(\.metrics)), to: &bytes)
        bytes += Self.metadataName
        bytes += keyMetadata[last.key]
        if showsPeriods { appendPeriods(periods, to: &bytes) }
        bytes += Self.twoEnds
    }

    /// What a key was called, and whose it was, when parts of its charges were made.
    private func appendPeriods(_ periods: ArraySlice<ActivityReport.Share>, to bytes: inout [UInt8]) {
        bytes += Array(",\"periods\":[".utf8)
        for (index, period) in periods.enumerated() {
            bytes += Array((index > 0 ? ",{" : "{").utf8)
            bytes += keyMetadata[period.key]
            bytes += Array(",\"metrics\":".utf8)
            MetricsText.append(period.metrics, to: &bytes)
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
    }

    // MARK: Metadata

    /// Where a page lies among all, or how an aggregated answer was cut.
    enum Extent {
        case page(Int)
        case aggregated(keyLimit: Int)
    }

    func writeMetadata(_ extent: Extent, to writer: inout JSONWriter) {
        writer.object { writer in
            writeTotals(to: &writer)
            switch extent {
            case .page(let page):
                writer.member("page", page)
                writer.member("total_pages", report.pageCount)
                writer.member("has_more", page < report.pageCount)
                for name in ["api_key_limit", "total_api_keys", "entity_total_api_keys"] { writer.nullMember(name) }
            case .aggregated(let limit):
                writer.member("page", 1)
                writer.member("total_pages", 1)
                writer.member("has_more", false)
                writer.member("api_key_limit", limit)
                writer.member("total_api_keys", Set(report.keys.map(\.name)).count)
                writeEntityKeys(to: &writer)
            }
        }
    }

    private func writeEntityKeys(to writer: inout JSONWriter) {
        guard family != .user else { return writer.nullMember("entity_total_api_keys") }
        writer.name("entity_total_api_keys")
        writer.object { writer in
            for entity in report.entities { writer.member(entity.id ?? ActivityName.unassigned, entity.keyCount) }
        }
    }

    private func writeTotals(to writer: inout JSONWriter) {
        let totals = report.totals
        writer.member("total_spend", raw: totals.spend.liteLLMText)
        writer.member("total_flat_cost", raw: "0.0")
        writer.member("total_ptu_hours", raw: "0.0")
        writer.member("total_prompt_tokens", totals.promptTokens)
        writer.member("total_completion_tokens", totals.completionTokens)
        writer.member("total_tokens", totals.totalTokens)
        writer.member("total_api_requests", totals.requests)
        writer.member("total_successful_requests", totals.succeeded)
        writer.member("total_failed_requests", totals.failed)
        writer.member("total_cache_read_input_tokens", totals.cacheReadTokens)
        writer.member("total_cache_creation_input_tokens", totals.cacheWriteTokens)
        writer.member("total_compression_saved_tokens", 0)
        let savings = ["compression", "prompt_caching", "gateway_injected_caching", "autorouter"]
        for name in savings { writer.member("total_\(name)_savings_spend", raw: "0.0") }
        writer.member("total_response_time_ms", totals.durationMilliseconds)
        writer.member("total_timed_requests", totals.timed)
    }
}
