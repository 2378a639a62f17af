// error: cannot convert value of type 'ReadTransaction' to closure result type
import LMDB

func misuse(_ environment: Environment) throws {
    let txn = try environment.read { txn in return txn }
    _ = txn
}
