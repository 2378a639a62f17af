import LMDB
import LedgerSchema

extension ViewDifference {
    /// Names a row by what stands in its key, and tells the values.
    init(_ kind: ViewTables.Kind, _ key: [UInt8], found: [UInt8]?, expected: [UInt8]?) {
        self.init(
            table: "\(kind)", row: ViewRowText.key(kind, key.span), found: found.map { ViewRowText.value(kind, $0.span) },
            expected: expected.map { ViewRowText.value(kind, $0.span) })
    }
}

/// Stored rows of the views in words. What cannot be read is shown as hexadecimal digits.
enum ViewRowText {
    static func key(_ kind: ViewTables.Kind, _ key: Span<UInt8>) -> String {
        var reader = RowReader(table: "views")
        guard let text = try? words(kind, key, &reader), reader.isAtEnd(key) else { return "row \(hex(key, 0))" }
        return text
    }

    static func value(_ kind: ViewTables.Kind, _ value: Span<UInt8>) -> String { (try? words(kind, value)) ?? hex(value, 0) }

    private static func words(_ kind: ViewTables.Kind, _ value: Span<UInt8>) throws -> String {
        switch kind {
        case .keySpend: return text(try KeySpendRowCodec.decode(value))
        case .windows: return try windowSum(value)
        case .tokenSpend:
            let spend = try TokenSpendCodec.decode(value)
            return "\(Amount(picodollars: spend.total)) of \(spend.count) charges"
        case .chargeIDs, .runs, .resets: return hex(value, 0)
        case .texts: return value.text(0..<value.count)
        default: return text(try MetricsCodec.decode(value))
        }
    }

    private static func windowSum(_ value: Span<UInt8>) throws -> String {
        var reader = RowReader(table: "views")
        let position = Position(try reader.integer(value))
        let sum = Amount(picodollars: try reader.integer(value))
        return "\(sum) since the reset at \(position)"
    }

    static func text(_ metrics: Metrics) -> String {
        "spend \(Amount(picodollars: metrics.spend)), tokens \(metrics.promptTokens)+\(metrics.completionTokens), "
            + "cache \(metrics.cacheReadTokens)+\(metrics.cacheWriteTokens), calls \(metrics.succeeded)+\(metrics.failed) failed, "
            + "\(metrics.durationMilliseconds) ms of \(metrics.timed)"
    }

    static func text(_ row: KeySpend.Row) -> String {
        let last = row.lastOccurredAt.map { ", the last at \($0)" } ?? ""
        let reset = row.reset.map { ", reset to \($0.resetTo) at position \($0.position)" } ?? ""
        return "total \(Amount(picodollars: row.total)) of \(row.count) charges\(last)\(reset), \(row.limits.count) limits, "
            + "made at position \(row.created)"
    }

    private static func words(_ kind: ViewTables.Kind, _ key: Span<UInt8>, _ reader: inout RowReader) throws -> String {
        switch kind {
        case .days, .quarters: return try rollup(kind, key, &reader)
        case .tagDays, .tagQuarters:
            let (tag, rest) = (try name("tag", key, &reader), try rollup(kind, key, &reader))
            return "\(tag), \(rest)"
        case .endUserDays, .endUserQuarters:
            let subject: UInt64 = try reader.integer(key)
            let rest = try rollup(kind, key, &reader)
            return "end user \(subject), \(rest)"
        case .overrideDays, .overrideQuarters:
            let flags = try reader.byte(key)
            let team = try digits(16, key, &reader)
            let user: UInt64 = try reader.integer(key)
            let parts = [flags & 1 == 0 ? nil : "team #\(team)", flags & 2 == 0 ? nil : "user \(user)"].compactMap { $0 }
            let rest = try rollup(kind, key, &reader)
            return parts.joined(separator: ", ") + ", " + rest
        case .keySpend:
            let keyID = try keyID(key, &reader)
            return "key \(keyID)"
        case .windows:
            let keyID = try keyID(key, &reader)
            let (limit, hash): (UInt8, UInt64) = (try reader.byte(key), try reader.integer(key))
            let (start, end) = (try sortableMoment(key, &reader), try sortableMoment(key, &reader))
            let names = ["main limit", "period #\(String(hash, radix: 16))", "model #\(String(hash, radix: 16))"]
            let name = Int(limit) < names.count ? names[Int(limit)] : "limit \(limit)"
            return "key \(keyID), \(name), window of \(start) to \(end)"
        case .tokenSpend:
            let token = try digits(32, key, &reader)
            return "token \(token)"
        case .chargeIDs:
            let (hour, id) = (try time(key, &reader), try digits(16, key, &reader))
            return "charge id #\(id) of \(moment(Int64(hour) * 3_600))"
        case .runs:
            let quarter = try time(key, &reader)
            let first: UInt64 = try reader.integer(key)
            return "charges of \(moment(Int64(quarter) * 900)) from position \(first) on"
        case .resets:
            let position: UInt64 = try reader.integer(key)
            return "reset of all keys at position \(position)"
        case .texts:
            let hash = try digits(16, key, &reader)
            return "text #\(hash)"
        }
    }

    private static func rollup(_ kind: ViewTables.Kind, _ key: Span<UInt8>, _ reader: inout RowReader) throws -> String {
        let start = try time(key, &reader)
        let isDay = [.days, .tagDays, .endUserDays, .overrideDays].contains(kind)
        let when = isDay ? day(start) : moment(Int64(start) * 900)
        let (position, ordinal): (UInt64, UInt32) = (try reader.integer(key), try reader.integer(key))
        let token = position == 0 ? try digits(32, key, &reader) : ""
        let credential = token.isEmpty ? "credential \(position).\(ordinal)" : "unknown token \(token)"
        let revision: UInt32 = try reader.integer(key)
        var names: [String] = []
        for what in ["model", "model group", "provider", "endpoint", "MCP tool", "call type"] { names.append(try name(what, key, &reader)) }
        let recorded = day(try time(key, &reader))
        return ([when, credential, "revision \(revision)"] + names.filter { !$0.isEmpty } + ["recorded \(recorded)"]).joined(
            separator: ", ")
    }

    /// Empty for none.
    private static func name(_ what: String, _ key: Span<UInt8>, _ reader: inout RowReader) throws -> String {
        let bytes = try reader.array(3, key)
        if bytes == [0xff, 0xff, 0xff] {
            let hash = try digits(16, key, &reader)
            return "\(what) #\(hash)"
        }
        let number = bytes.reduce(0) { $0 << 8 | Int($1) }
        return number == 0 ? "" : "\(what) \(number)"
    }

    private static func digits(_ count: Int, _ key: Span<UInt8>, _ reader: inout RowReader) throws -> String {
        let bytes = try reader.array(count, key)
        return hex(bytes.span, 0)
    }

    private static func keyID(_ key: Span<UInt8>, _ reader: inout RowReader) throws -> KeyID {
        KeyID(UUIDv7(high: try reader.integer(key), low: try reader.integer(key)))
    }

    private static func sortableMoment(_ key: Span<UInt8>, _ reader: inout RowReader) throws -> Instant {
        let bits: UInt64 = try reader.integer(key)
        return Instant(nanoseconds: Int64(bitPattern: bits ^ 1 << 63))
    }

    private static func time(_ key: Span<UInt8>, _ reader: inout RowReader) throws -> Int32 {
        let bits: UInt32 = try reader.integer(key)
        return Int32(bitPattern: bits ^ 1 << 31)
    }

    private static func day(_ number: Int32) -> String { "\(CivilDate(daysSince1970: Int(number)))" }

    private static func moment(_ seconds: Int64) -> String {
        Instant.epoch.adding(seconds: seconds)?.rfc3339(fraction: .seconds) ?? "second \(seconds)"
    }

    static func hex(_ bytes: Span<UInt8>, _ start: Int) -> String {
        var text = ""
        for index in start..<bytes.count { text += (bytes[index] < 16 ? "0" : "") + String(bytes[index], radix: 16) }
        return text
    }
}
