import JSONText
import Ledger

/// Sums of charges as a table, as JSON or as comma-separated values. Amounts are exact in all of them.
struct ActivityTable: Sendable {
    struct Row: Sendable {
        /// A date, an alias, a team's id …; `nil` where charges do not say.
        var name: String?
        /// Of a key.
        var key: Key?
        var sums = Sums()
    }

    struct Key: Sendable {
        /// The key_id, or the token that no key ever had.
        var id: String
        var teamID: String?
        /// It is not deleted; `nil` for a token that no key ever had.
        var exists: Bool?
    }

    /// What charges come to.
    struct Sums: Sendable {
        var spend = Amount.zero
        var requests: UInt64 = 0
        var failed: UInt64 = 0
        var promptTokens: UInt64 = 0
        var completionTokens: UInt64 = 0
    }

    let question: ActivityQuestion
    private(set) var rows: [Row]
    let total: Sums

    /// - Parameter rows: in any order.
    init(_ question: ActivityQuestion, rows: [Row], total: Sums) {
        self.question = question
        self.total = total
        self.rows = rows.sorted { a, b in
            if question.dimension != .day, a.sums.spend != b.sums.spend { return a.sums.spend > b.sums.spend }
            return Self.order(a).lexicographicallyPrecedes(Self.order(b))
        }
    }

    private static func order(_ row: Row) -> [UInt8] { Array((row.name ?? "").utf8) + [0] + Array((row.key?.id ?? "").utf8) }

    // MARK: For programs

    var json: String {
        var writer = JSONWriter(capacity: 256 + 192 * rows.count)
        writer.object { writer in
            writer.member("by", question.dimension.rawValue)
            writer.member("from", question.from.description)
            writer.member("to", question.to.description)
            writer.member("tz", question.zone ?? "UTC")
            writer.name("total")
            writer.object { total.write(to: &$0) }
            writer.name("rows")
            writer.array { for row in rows { row.write(to: &$0) } }
        }
        return writer.text
    }

    /// RFC 4180, with a header. Text that a spreadsheet would take for a formula has an apostrophe before it.
    var csv: String {
        let hasKeys = question.dimension == .key
        var lines = [
            [question.dimension.rawValue] + (hasKeys ? ["team_id", "key_id", "key_exists"] : []) + [
                "spend", "requests", "failed", "prompt_tokens", "completion_tokens",
            ]
        ]
        for row in rows {
            let own = hasKeys ? [row.key?.teamID ?? "", row.key?.id ?? "", row.key?.exists == true ? "true" : "false"] : []
            lines.append(([row.name ?? ""] + own).map(Self.defused) + row.sums.figures)
        }
        return lines.map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func defused(_ text: String) -> String {
        switch text.utf8.first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "\t"), UInt8(ascii: "\r"): "'" + text
        default: text
        }
    }

    private static func quoted(_ cell: String) -> String {
        let needsQuotes = cell.utf8.contains { byte in ["\"", ",", "\n", "\r"].contains { UInt8(ascii: $0) == byte } }
        return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
}

extension ActivityTable.Sums {
    /// Spend, requests, failed requests, tokens in and out.
    var figures: [String] {
        [spend.decimalText] + [requests, failed, promptTokens, completionTokens].map { String($0) }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("spend", spend.decimalText)
        writer.member("requests", requests)
        writer.member("failed", failed)
        writer.member("prompt_tokens", promptTokens)
        writer.member("completion_tokens", completionTokens)
    }

    mutating func add(_ other: Self) throws {
        spend = try spend.adding(other.spend)
        requests += other.requests
        failed += other.failed
        promptTokens += other.promptTokens
        completionTokens += other.completionTokens
    }
}

extension ActivityTable.Row {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", name)
            if let key {
                writer.member("key_id", key.id)
                writer.member("team_id", key.teamID)
                writer.member("key_exists", key.exists ?? false)
            }
            sums.write(to: &writer)
        }
    }
}
