// error: 'write' is unavailable from asynchronous contexts
import LMDB

func misuse(_ environment: Environment, _ table: Table) async throws {
    try environment.write { txn in try txn.clear(table) }
}
