// error: 'ReadTransaction' initializer is inaccessible
import LMDB

func misuse() {
    let txn = ReadTransaction()
    _ = txn
}
