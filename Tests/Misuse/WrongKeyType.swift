// error: cannot convert value of type 'String' to expected argument type 'UInt64'
import LMDB

func misuse(_ environment: Environment) throws {
    let byNumber = TypedTable<UInt64, UInt64>(environment.table("t"))
    try environment.write { txn in try byNumber.put("one", 1, in: &txn) }
}
