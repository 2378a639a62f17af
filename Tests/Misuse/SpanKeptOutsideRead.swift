// error: lifetime-dependent variable 'kept' escapes its scope
import LMDB

func misuse(_ environment: Environment) throws {
    let table = environment.table("t")
    var kept: Span<UInt8>?
    try environment.read { txn in kept = try txn.get(table, [1]) }
    print(kept?.count ?? 0)
}
