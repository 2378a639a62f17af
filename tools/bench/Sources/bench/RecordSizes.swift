import LMDB
import Ledger
import LedgerLog

/// The size of each record that a stopped ledger has stored.
enum RecordSizes {
    static func read(_ folder: String, from first: Position) throws -> [Int] {
        var options = Environment.Options()
        options.access = .readOnly
        let environment = try Environment.open(folder + "/log", tables: LogTables.names, options: options)
        defer { environment.close() }
        return try sizes(environment, first)
    }

    /// Charges that a ledger holds.
    static func charges(_ ledger: Ledger) throws -> Int {
        var count = 0
        try ledger.logEnvironment.read { (transaction: inout ReadTransaction) throws in
            try LogReader(LogTables(ledger.logEnvironment)).scan(from: Position(1), limit: .max, in: &transaction) { position, record in
                if case .spendRecorded = try LogReader.leafEvent(position, record).event { count += 1 }
                return .continue
            }
        }
        return count
    }

    static func sizes(_ environment: Environment, _ first: Position) throws -> [Int] {
        var sizes: [Int] = []
        try environment.read { (transaction: inout ReadTransaction) throws in
            try LogReader(LogTables(environment)).scan(from: first, limit: .max, in: &transaction) { _, record in
                sizes.append(record.count)
                return .continue
            }
        }
        return sizes
    }
}
