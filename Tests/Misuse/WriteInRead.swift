// error: 'ReadTransaction' has no member 'put'
import LMDB

func misuse(_ environment: Environment, _ table: Table) throws {
    try environment.read { txn in try txn.put(table, [1], [2]) }
}
