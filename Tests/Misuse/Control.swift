// control: must compile, so that the other files fail for their own reason and no other
import LMDB

struct OfItsOwn: Error {}

func control(_ environment: Environment) throws -> Int {
    let table = environment.table("t")
    try environment.write { txn in
        try txn.put(table, [1], [2])
        guard let first = try txn.get(table, [1])?[0] else { throw OfItsOwn() }
        try txn.put(table, [2], [first])
    }
    let sum = try environment.read { txn in
        var sum = 0
        try txn.scan(table) { _, value in
            sum += Int(value[0])
            return .continue
        }
        return sum
    }
    return try environment.read { (txn) throws(LMDBError) in try count(&txn, table) } + sum
}

func count(_ txn: inout some Transaction & ~Copyable & ~Escapable, _ table: Table) throws(LMDBError) -> Int {
    try txn.count(table)
}
