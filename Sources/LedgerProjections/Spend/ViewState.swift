import LMDB
import LedgerDomain
import LedgerLog
import LedgerSchema

/// Where the views of a generation stand: rows of their `meta` table, outside the digest.
struct ViewState: Hashable {
    private static let stateName = Array("state".utf8)
    private static let logName = Array("log".utf8)
    private static let runName = Array("lastRun".utf8)

    var position: Position
    var digest: ViewDigest
    var lastRun: ChargeRun?

    static let empty = ViewState(position: .none, digest: ViewDigest(), lastRun: nil)

    /// - Throws: ``FoldError`` if another version of the fold filled the tables, or the rows are damaged.
    static func read(_ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> ViewState {
        guard try version(tables, in: &transaction) == ViewStore.version else {
            throw FoldError(position: .none, message: "the views were filled by another version; run `keyledger rebuild --view activity`")
        }
        guard let row = try transaction.copy(tables.meta, stateName), row.count == 44, let digest = ViewDigest(bytes: row[12...]) else {
            throw damaged
        }
        let position = Position(row.span.bigEndian(at: 4))
        return ViewState(position: position, digest: digest, lastRun: try lastRun(tables, in: &transaction))
    }

    /// The last event folded, read in place.
    static func position(_ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Position {
        guard let row = try transaction.get(tables.meta, stateName.span), row.count == 44 else { throw damaged }
        return Position(row.bigEndian(at: 4))
    }

    /// The version of the fold that filled the tables.
    static func version(_ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> UInt32 {
        guard let row = try transaction.copy(tables.meta, stateName), row.count == 44 else { throw damaged }
        return row.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The log whose events were folded.
    static func log(_ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> LogID? {
        try transaction.copy(tables.meta, logName).flatMap { LogID(bytes: $0) }
    }

    static func write(_ log: LogID, _ tables: ViewTables, in transaction: inout WriteTransaction) throws {
        try transaction.put(tables.meta, logName, log.bytes)
    }

    /// Writes fold version (4) ‖ position (8) ‖ digest (32), and the last run: quarter (4) ‖ first (8) ‖ last (8) ‖ count (8).
    func write(_ tables: ViewTables, in transaction: inout WriteTransaction) throws {
        let row = ViewStore.version.bigEndianBytes + position.value.bigEndianBytes + digest.bytes
        try transaction.put(tables.meta, Self.stateName, row)
        guard let lastRun else { return }
        let run =
            lastRun.quarter.bigEndianBytes + lastRun.first.value.bigEndianBytes + lastRun.last.value.bigEndianBytes
            + lastRun.count.bigEndianBytes
        try transaction.put(tables.meta, Self.runName, run)
    }

    private static func lastRun(_ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> ChargeRun?
    {
        guard let row = try transaction.copy(tables.meta, runName) else { return nil }
        guard row.count == 28 else { throw damaged }
        let quarter = Int32(bitPattern: row.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
        let span = row.span
        return ChargeRun(
            quarter: quarter, first: Position(span.bigEndian(at: 4)), last: Position(span.bigEndian(at: 12)),
            count: span.bigEndian(at: 20))
    }

    private static var damaged: FoldError {
        FoldError(position: .none, message: "the state row of the views is damaged; run `keyledger rebuild --view activity`")
    }
}
