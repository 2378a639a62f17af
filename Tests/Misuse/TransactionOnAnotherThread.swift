// error: mutable capture of 'inout' parameter 'txn' is not allowed in concurrently-executing code
import LMDB

func misuse(_ environment: Environment, _ table: Table) throws {
    try environment.write { txn in
        let thread = try DedicatedThread(name: "other") { try? txn.clear(table) }
        thread.join()
    }
}
