package import LMDB
import LedgerLog
import LedgerProjections

/// The rows of a closed ledger, to look at and to tamper with behind its back.
package func withRows<R>(_ folder: String, _ body: (Environment) throws -> R) throws -> R {
    let environment = try Environment.open(folder + "/log", tables: LogTables.names + KeyTables.names)
    defer { environment.close() }
    return try body(environment)
}

extension Environment {
    /// Changes rows in a transaction of its own.
    package func tamper(_ body: (inout WriteTransaction) throws -> Void) throws {
        try write { (transaction: inout WriteTransaction) throws in try body(&transaction) }
    }
}
