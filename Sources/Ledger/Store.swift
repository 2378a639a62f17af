import LMDB
import LedgerLog
import LedgerProjections

/// The opened `log/` environment and its tables.
struct Store: Sendable {
    let environment: Environment
    let log: LogTables
    private let a: KeyTables
    private let b: KeyTables

    static var tableNames: [String] { LogTables.names + KeyTables.names }

    init(_ environment: Environment) {
        self.environment = environment
        log = LogTables(environment)
        a = KeyTables(environment, set: .a)
        b = KeyTables(environment, set: .b)
    }

    func keys(_ set: KeyTables.SetName) -> KeyTables { set == .a ? a : b }
}
