// error: lifetime-dependent variable 'kept' escapes its scope
import LMDB

func misuse(_ environment: Environment) throws {
    let table = environment.table("t")
    try environment.read { txn in
        var kept: Span<UInt8>?
        try txn.scan(table) { _, value in
            kept = value
            return .continue
        }
        print(kept?.count ?? 0)
    }
}
