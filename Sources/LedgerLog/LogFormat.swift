package import LMDB
package import LedgerSchema
import MerkleTree

/// The format row: the first thing read of a folder and the first written. Value: magic (8) ‖ format (4) ‖ page size (4) ‖
/// log id (16) ‖ first 8 bytes of SHA-256 of all before.
package struct LogFormat: Hashable, Sendable {
    package static let current: UInt32 = 2
    private static let magic = Array("KEYLEDGR".utf8)
    private static let rowName = Array("format".utf8)
    private static let size = 8 + 4 + 4 + 16 + 8

    package var version: UInt32
    package var pageSize: UInt32
    package var logID: LogID

    package init(version: UInt32 = LogFormat.current, pageSize: UInt32, logID: LogID) {
        self.version = version
        self.pageSize = pageSize
        self.logID = logID
    }

    package func write(_ tables: LogTables, in transaction: inout WriteTransaction) throws {
        var row = Self.magic
        for value in [version, pageSize] { row += (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) } }
        row += logID.bytes
        row += Hash32.sha256(row).bytes.prefix(8)
        try transaction.put(tables.meta, Self.rowName, row, .noOverwrite)
    }

    package static func missing(_ folder: String) -> LogError {
        LogError(
            .damaged,
            "\(folder)/log/data.mdb has no row that says in which format it is: it is damaged. Restore a backup, and keep this folder for examination."
        )
    }

    /// - Throws: `damaged`, `unknownFormat`.
    package static func read(
        _ meta: Table, in transaction: inout some Transaction & ~Copyable & ~Escapable, folder: String
    ) throws -> LogFormat {
        guard let row = try transaction.copy(meta, rowName) else { throw missing(folder) }
        guard row.count >= 12, Array(row.prefix(8)) == magic else {
            throw LogError(.damaged, "the format row of \(folder) is damaged. Restore a backup.")
        }
        func integer(_ offset: Int) -> UInt32 { row[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        guard integer(8) == current else {
            throw LogError(
                .unknownFormat,
                "\(folder) has stored format \(integer(8)); this version reads format \(current). Use the keyledger that wrote it.")
        }
        guard row.count == size, Array(row.suffix(8)) == Array(Hash32.sha256(row.dropLast(8)).bytes.prefix(8)),
            let logID = LogID(bytes: row[16..<32])
        else { throw LogError(.damaged, "the format row of \(folder) is damaged. Restore a backup.") }
        return LogFormat(version: current, pageSize: integer(12), logID: logID)
    }
}
