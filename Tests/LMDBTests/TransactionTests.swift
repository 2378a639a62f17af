import LMDB
import Testing

/// Uses the module as its clients do: without the Lifetimes feature.
struct TransactionTests {
    let folder: TemporaryFolder
    let environment: Environment
    let table: Table

    init() throws {
        folder = try TemporaryFolder()
        environment = try Environment.open(folder.path, tables: ["a", "b"], options: .init(mapSizeBytes: 64 << 20))
        table = environment.table("a")
    }

    @Test func `what a write puts, a later read finds`() throws {
        try environment.write { txn in
            try txn.put(table, [1], [10, 11])
            #expect(try txn.get(table, [1])?.count == 2)
        }
        try environment.read { txn in
            let value = try txn.get(table, [1])
            #expect(value?.count == 2)
            if let value = try txn.get(table, [1]) { #expect(value[1] == 11) }
            #expect(try txn.copy(table, [1]) == [10, 11])
            #expect(try txn.withValue(table, key: [1]) { $0[0] } == 10)
            #expect(try txn.copy(table, [2]) == nil)
        }
        let sum = try environment.read { (txn) throws(LMDBError) in try txn.count(table) }
        #expect(sum == 1)
    }

    @Test func `a scan hands keys in byte order within its bounds, both ways`() throws {
        try environment.write { txn in
            for byte: UInt8 in [5, 1, 9, 3, 7] { try txn.put(table, [byte], [byte &* 2]) }
        }
        func keys(_ from: [UInt8]?, _ until: [UInt8]?, _ reverse: Bool, _ limit: Int? = nil) throws -> [UInt8] {
            var found: [UInt8] = []
            try environment.read { txn in
                try txn.scan(table, from: from, until: until, reverse: reverse, limit: limit) { key, value in
                    #expect(value[0] == key[0] &* 2)
                    found.append(key[0])
                    return .continue
                }
            }
            return found
        }
        #expect(try keys(nil, nil, false) == [1, 3, 5, 7, 9])
        #expect(try keys([3], [9], false) == [3, 5, 7])
        #expect(try keys([2], [8], true) == [7, 5, 3])
        #expect(try keys([3], [7], true) == [5, 3])
        #expect(try keys(nil, nil, true, 2) == [9, 7])
        #expect(try keys([10], nil, false) == [])
        #expect(try keys(nil, [1], true) == [])
        #expect(try keys(nil, [200], true) == [9, 7, 5, 3, 1])
    }

    @Test func `functions over either transaction can be written outside the module`() throws {
        try environment.write { txn in
            try txn.put(table, [1], [1])
            #expect(try size(&txn, table) == 1)
        }
        #expect(try environment.read { txn in try size(&txn, table) } == 1)
    }
}

private func size(_ txn: inout some Transaction & ~Copyable & ~Escapable, _ table: Table) throws(LMDBError) -> Int {
    try txn.count(table)
}
