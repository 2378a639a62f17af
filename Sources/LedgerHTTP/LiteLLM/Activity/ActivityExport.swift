import HTTPTypes
import Hummingbird
import JSONText
import Ledger

/// A report as a flat file: a row for each day and entity, and each key, model or user of it.
struct ActivityExport {
    enum Kind: String, CaseIterable {
        case daily
        case withKeys = "daily_with_keys"
        case withModels = "daily_with_models"
        case withUsers = "daily_with_users"
    }

    enum Format: String, CaseIterable {
        case csv
        case json
    }

    struct Row {
        var date: CivilDate
        var entityID: String
        var key: ActivityReport.Key?
        var userID: String?
        var model: String?
        var metrics: ActivityMetrics
    }

    let kind: Kind
    let format: Format

    /// Reads `export_type` and `format`; notes what is wrong.
    init(_ reader: inout QueryReader) {
        kind = Self.choice("export_type", .daily, type: "enum", &reader)
        format = Self.choice("format", .csv, type: "literal_error", &reader)
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ fallback: Choice, type: String, _ reader: inout QueryReader
    ) -> Choice {
        guard let text = reader.string(name) else { return fallback }
        if let choice = Choice(rawValue: text) { return choice }
        let choices = Choice.allCases.map { "'\($0.rawValue)'" }
        let list = choices.dropLast().joined(separator: ", ") + " or " + (choices.last ?? "")
        reader.report(ValidationIssue(type: type, location: ["query", .name(name)], message: "Input should be \(list)"))
        return fallback
    }

    /// What the report must hold.
    func prepare(_ query: inout ActivityQuery) {
        query.dimensions = kind == .withModels ? [.entityModels] : [.entities]
        query.keys = kind == .withKeys || kind == .withUsers ? .all : .none
        // A row tells a key's user when the charges were made.
        if kind == .withUsers { query.attribution = .asOf }
    }

    private func rows(of day: ActivityReport.Day, _ report: ActivityReport, _ family: ActivityFamily) -> [Row] {
        day[kind == .withModels ? .entityModels : .entities].flatMap { rows(of: $0, day.date, report, family) }
    }

    private func rows(
        of entry: ActivityReport.Entry, _ date: CivilDate, _ report: ActivityReport, _ family: ActivityFamily
    ) -> [Row] {
        let whole = Row(date: date, entityID: entry.entity ?? entry.name, metrics: entry.metrics)
        switch kind {
        case .daily: return [whole]
        case .withModels:
            var row = whole
            row.model = entry.name
            return [row]
        case .withKeys:
            return entry.keys.map { share in
                var row = whole
                (row.key, row.metrics) = (report.keys[share.key], share.metrics)
                row.userID = report.keys[share.key].userID
                return row
            }
        case .withUsers:
            if family == .user {
                var row = whole
                row.userID = entry.name == ActivityName.unassigned ? nil : entry.name
                return [row]
            }
            // By bytes: names that look alike are different names.
            let byUser = Dictionary(grouping: entry.keys) { Array((report.keys[$0.key].userID ?? "").utf8) }
            return byUser.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { user, shares in
                var row = whole
                row.userID = user.isEmpty ? nil : String(decoding: user, as: UTF8.self)
                row.metrics = .sum(of: shares.map(\.metrics))
                return row
            }
        }
    }

    // MARK: Writing

    private static let columns = [
        "date", "entity_id", "entity_alias", "api_key", "key_alias", "user_id", "user_email", "model", "spend", "flat_cost",
        "prompt_tokens",
        "completion_tokens", "api_requests", "successful_requests", "failed_requests", "cache_read_input_tokens",
        "cache_creation_input_tokens",
    ]

    /// The file, the first day first.
    func response(_ report: ActivityReport, _ query: ActivityQuery, _ family: ActivityFamily) -> Response {
        let range = [query.from, query.to].compactMap { $0?.description }.joined(separator: "-")
        let name = "\(family == .endUser ? "customer" : family.rawValue)-usage-\(range)-\(kind.rawValue).\(format.rawValue)"
        let last = report.days.count - 1
        var response =
            switch format {
            case .csv:
                PartedBody(start: line(Self.columns), separator: [], count: report.days.count, end: []) { index in
                    csv(rows(of: report.days[last - index], report, family))
                }.response(contentType: "text/csv; charset=utf-8", isLong: report.isLong)
            case .json:
                PartedBody(
                    start: [UInt8(ascii: "[")], separator: [UInt8(ascii: ",")], count: report.days.count, end: [UInt8(ascii: "]")]
                ) { index in
                    json(rows(of: report.days[last - index], report, family))
                }.response(contentType: "application/json", isLong: report.isLong)
            }
        response.setPosition(report.position.value)
        response.headers[.cacheControl] = "no-store"
        response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        return response
    }

    private func texts(_ row: Row) -> [String?] {
        [row.date.description, row.entityID, nil, row.key?.name, row.key?.alias, row.userID, nil, row.model]
    }

    private func numbers(_ metrics: ActivityMetrics) -> [String] {
        let counts: [UInt64] = [
            UInt64(clamping: metrics.promptTokens), UInt64(clamping: metrics.completionTokens), metrics.requests,
            UInt64(clamping: metrics.succeeded), UInt64(clamping: metrics.failed), UInt64(clamping: metrics.cacheReadTokens),
            UInt64(clamping: metrics.cacheWriteTokens),
        ]
        return [metrics.spend.liteLLMText, "0.0"] + counts.map(String.init)
    }

    private func write(_ row: Row, to writer: inout JSONWriter) {
        writer.object { writer in
            let texts = texts(row)
            for (name, text) in zip(Self.columns, texts) { writer.member(name, text) }
            for (name, number) in zip(Self.columns.dropFirst(texts.count), numbers(row.metrics)) { writer.member(name, raw: number) }
        }
    }

    /// Objects with commas between.
    private func json(_ rows: [Row]) -> [UInt8] {
        var writer = JSONWriter(capacity: 512 * rows.count)
        writer.array { for row in rows { write(row, to: &$0) } }
        return Array(writer.bytes.dropFirst().dropLast())
    }

    private func csv(_ rows: [Row]) -> [UInt8] {
        var bytes: [UInt8] = []
        for row in rows { bytes += line(texts(row).map { Self.cell($0 ?? "") } + numbers(row.metrics)) }
        return bytes
    }

    private func line(_ cells: [String]) -> [UInt8] { Array(cells.joined(separator: ",").utf8) + [0x0d, 0x0a] }

    /// A text that a spreadsheet would take for a formula, behind an apostrophe; in quotes where it has a comma, a quote or a line's end
    /// (RFC 4180). By bytes: marks may combine with any of these.
    private static func cell(_ text: String) -> String {
        var bytes = Array(text.utf8)
        if let first = bytes.first, formulaStarts.contains(first) { bytes.insert(UInt8(ascii: "'"), at: 0) }
        if bytes.contains(where: quotedBytes.contains) {
            let quote = UInt8(ascii: "\"")
            bytes = [quote] + bytes.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let formulaStarts = Array("=+-@\t\r".utf8)
    private static let quotedBytes = Array("\",\n\r".utf8)
}
