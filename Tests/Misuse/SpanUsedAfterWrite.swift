// error: overlapping accesses to 'txn'
import LMDB

func misuse(_ environment: Environment) throws {
    let table = environment.table("t")
    try environment.write { txn in
        guard let value = try txn.get(table, [1]) else { return }
        try txn.put(table, [2], [3])
        print(value[0])
    }
}
