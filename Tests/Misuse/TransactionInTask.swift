// error: escaping closure captures 'inout' parameter 'txn'
import LMDB

func misuse(_ environment: Environment, _ table: Table) throws {
    try environment.read { txn in
        Task { print(try txn.count(table)) }
    }
}
