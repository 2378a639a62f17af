package import LMDB
import LedgerLog
package import LedgerProjections

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

/// The rows of a closed ledger's views of spend, to tamper with behind its back.
package func tamperWithViews(
    _ folder: String, generation: Int = 1, _ body: (ViewTables, inout WriteTransaction) throws -> Void
) throws {
    let environment = try Environment.open("\(folder)/views.\(generation)", tables: ViewTables.names)
    defer { environment.close() }
    try environment.tamper { try body(ViewTables(environment), &$0) }
}

extension ViewTables {
    /// Changes one bit of the first row of a table.
    package func damageFirstRow(_ kind: Kind, in transaction: inout WriteTransaction) throws {
        guard let (key, stored) = try transaction.first(self[kind]) else { throw UnexpectedItem(description: "\(kind) holds no row") }
        var value = stored
        value[9] ^= 4
        try transaction.put(self[kind], key, value)
    }

    /// Changes one bit of the digest in the state row.
    package func damageDigest(in transaction: inout WriteTransaction) throws {
        guard var row = try transaction.copy(meta, Array("state".utf8)) else { throw UnexpectedItem(description: "no state row") }
        row[20] ^= 1
        try transaction.put(meta, Array("state".utf8), row)
    }
}
