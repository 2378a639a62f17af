// error: lifetime-dependent variable 'kept' escapes its scope
import LMDB

func misuse(_ environment: Environment) throws {
    var kept: TransactionHandle?
    try environment.read { txn in kept = txn.handle }
    _ = kept
}
