// error: 'read' is unavailable from asynchronous contexts
import LMDB

func misuse(_ environment: Environment, _ table: Table) async throws {
    print(try environment.read { txn in try txn.count(table) })
}
