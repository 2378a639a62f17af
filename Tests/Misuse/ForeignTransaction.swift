// error: has non-Escapable type 'TransactionHandle'
import LMDB

struct Kept: Transaction {
    let handle: TransactionHandle
}
