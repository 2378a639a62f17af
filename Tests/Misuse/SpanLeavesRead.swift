// error: requires that 'Span<UInt8>' conform to 'Escapable'
import LMDB

func misuse(_ environment: Environment) throws {
    let table = environment.table("t")
    let value: Span<UInt8>? = try environment.read { txn in try txn.get(table, [1]) }
    print(value?.count ?? 0)
}
