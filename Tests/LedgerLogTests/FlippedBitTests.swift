import LMDB
import Ledger
import LedgerLog
import LedgerSchema
import LedgerTestSupport
import RandomTestSupport
import Testing

/// No byte of the log's rows can change unseen.
struct FlippedBitTests {
    enum Log: CaseIterable {
        case short
        case ofSeveralGroups
    }

    @Test(arguments: Log.allCases)
    func `every byte of every row and every key, flipped in turn, is found`(_ log: Log) async throws {
        let test = try await log == .short ? TamperingTests.sample() : GroupTests.sample()
        #expect(try flipAll(test.path) > 3_000)
    }

    /// - Returns: how many bytes were flipped.
    private func flipAll(_ folder: String) throws -> Int {
        var options = Environment.Options()
        options.noSync = true
        let environment = try Environment.open(folder + "/log", tables: LogTables.names, options: options)
        defer { environment.close() }
        let tables = LogTables(environment)
        let (logID, rows) = try environment.read { (transaction: inout ReadTransaction) throws in
            (try LogFormat.read(tables.meta, in: &transaction, folder: folder).logID, try allRows(tables, &transaction))
        }
        var random = SplitMix64(seed: 3)
        var flips = 0
        for row in rows {
            for index in 0..<row.key.count + row.value.count {
                var other = row
                let bit = UInt8(1) << UInt8(random.next() % 8)
                if index < row.key.count { other.key[index] ^= bit } else { other.value[index - row.key.count] ^= bit }
                // A changed key may be that of another row, which is lost.
                let lost = row.key == other.key ? nil : rows.first { $0.table.name == other.table.name && $0.key == other.key }
                try put(other, without: [row], environment)
                let found = try LogVerifier.verify(environment, logID: logID).failure
                #expect(found != nil, "\(row.table.name) \(row.key): bit \(bit) of byte \(index)")
                try put(row, without: [other], environment)
                if let lost { try put(lost, without: [], environment) }
                flips += 1
            }
        }
        #expect(try LogVerifier.verify(environment, logID: logID).failure == nil)
        return flips
    }

    private func put(_ row: Row, without others: [Row], _ environment: Environment) throws {
        try environment.tamper { transaction in
            for other in others { try transaction.delete(other.table, other.key) }
            try transaction.put(row.table, row.key, row.value)
        }
    }

    @Test func `every byte of the format row, flipped in turn, is found`() async throws {
        let test = try await TamperingTests.sample()
        try withRows(test.path) { environment in
            let meta = LogTables(environment).meta
            let row = try #require(try environment.read { try $0.copy(meta, Array("format".utf8)) })
            for index in row.indices {
                var other = row
                other[index] ^= 1 << UInt8(index % 8)
                try environment.tamper { try $0.put(meta, Array("format".utf8), other) }
                #expect(throws: LogError.self, "byte \(index)") {
                    try environment.read { (transaction: inout ReadTransaction) throws in
                        _ = try LogFormat.read(meta, in: &transaction, folder: test.path)
                    }
                }
            }
        }
    }

    private struct Row {
        var table: Table
        var key: [UInt8]
        var value: [UInt8]
    }

    /// Of the meta rows the tail: the others do not belong to the log.
    private func allRows(_ tables: LogTables, _ transaction: inout ReadTransaction) throws -> [Row] {
        var rows: [Row] = []
        for table in [tables.events, tables.openings, tables.nodes, tables.meta] {
            try transaction.scan(table) { key, value in
                let row = Row(table: table, key: [UInt8](copying: key), value: [UInt8](copying: value))
                if table.name != tables.meta.name || row.key == treeTailRow { rows.append(row) }
                return .continue
            }
        }
        return rows
    }
}
