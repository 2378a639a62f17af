import LMDB
import LedgerSchema

/// A key's row: flags (1) ‖ created position (8) ‖ total (16) ‖ count (8) ‖ last occurred_at (8), if flag 1 ‖ reset: position (8) ‖
/// recorded_at (8) ‖ amount (16), if flag 2 ‖ limits ‖ windows that were left. A limit: limit (9) ‖ unit (1), 0 without windows ‖ count (8) ‖
/// anchor (8) of its windows. A main limit without windows is left out. A window that was left: limit (9) ‖ 255 (1) ‖ start (8) ‖ end (8).
enum KeySpendRowCodec {
    private static let used: UInt8 = 1
    private static let reset: UInt8 = 2
    /// In the place of a limit's unit.
    private static let left: UInt8 = 255

    static func encode(_ row: KeySpend.Row) -> [UInt8] {
        var bytes: [UInt8] = [(row.lastOccurredAt == nil ? 0 : used) | (row.reset == nil ? 0 : reset)]
        bytes.append(bigEndian: row.created.value)
        bytes.append(bigEndian: row.total)
        bytes.append(bigEndian: row.count)
        if let moment = row.lastOccurredAt { bytes.append(bigEndian: moment.nanoseconds) }
        if let reset = row.reset {
            bytes.append(bigEndian: reset.position.value)
            bytes.append(bigEndian: reset.at.nanoseconds)
            bytes.append(bigEndian: reset.resetTo.picodollars)
        }
        for limit in row.limits where limit.id != .main || limit.window != nil { append(limit, to: &bytes) }
        for window in row.left { append(window, to: &bytes) }
        return bytes
    }

    private static func append(_ limit: SpendLimit, to bytes: inout [UInt8]) {
        append(limit.id, to: &bytes)
        guard let window = limit.window else { return bytes.append(0) }
        bytes.append(window.unit.rawValue)
        bytes.append(bigEndian: window.count)
        bytes.append(bigEndian: window.anchor.nanoseconds)
    }

    private static func append(_ window: KeySpend.WindowKey, to bytes: inout [UInt8]) {
        append(window.limit, to: &bytes)
        bytes.append(left)
        bytes.append(bigEndian: window.start.nanoseconds)
        bytes.append(bigEndian: window.end.nanoseconds)
    }

    private static func append(_ id: LimitID, to bytes: inout [UInt8]) {
        bytes.append(id.kind.rawValue)
        bytes.append(bigEndian: id.hash)
    }

    static func decode(_ bytes: Span<UInt8>) throws(LMDBError) -> KeySpend.Row {
        var reader = RowReader(table: "keySpend")
        let flags = try reader.byte(bytes)
        var row = KeySpend.Row(created: Position(try reader.integer(bytes)), limits: [])
        row.total = try reader.integer(bytes)
        row.count = try reader.integer(bytes)
        if flags & used != 0 { row.lastOccurredAt = Instant(nanoseconds: try reader.integer(bytes)) }
        if flags & reset != 0 {
            let (position, at) = (Position(try reader.integer(bytes)), Instant(nanoseconds: try reader.integer(bytes)))
            row.reset = SpendResetState(position: position, at: at, resetTo: Amount(picodollars: try reader.integer(bytes)))
        }
        if reader.isAtEnd(bytes) { row.limits = SpendLimit.mainAlone }
        while !reader.isAtEnd(bytes) { try addEntry(to: &row, &reader, bytes) }
        if row.limits.first?.id != .main { row.limits.insert(SpendLimit(id: .main, window: nil), at: 0) }
        return row
    }

    private static func addEntry(to row: inout KeySpend.Row, _ reader: inout RowReader, _ bytes: Span<UInt8>) throws(LMDBError) {
        guard let kind = LimitID.Kind(rawValue: try reader.byte(bytes)) else { throw reader.damaged }
        let id = LimitID(kind: kind, hash: try reader.integer(bytes))
        let unit = try reader.byte(bytes)
        if unit == 0 { return row.limits.append(SpendLimit(id: id, window: nil)) }
        let (first, second): (Int64, Int64) = (try reader.integer(bytes), try reader.integer(bytes))
        if unit == left {
            let window = KeySpend.WindowKey(limit: id, start: Instant(nanoseconds: first), end: Instant(nanoseconds: second))
            return row.left.append(window)
        }
        guard let unit = BudgetWindow.Unit(rawValue: unit),
            let window = BudgetWindow(text: "", anchor: Instant(nanoseconds: second), unit: unit, count: first)
        else { throw reader.damaged }
        row.limits.append(SpendLimit(id: id, window: window))
    }
}
