import Glibc
import Testing

@testable import LMDB

struct WriteTests {
    struct OfItsOwn: Error {}

    let store: Store
    var environment: Environment { store.environment }
    var table: Table { store.table }

    init() throws { store = try Store(.init(mapSizeBytes: 1 << 20)) }

    private func value(_ number: Int) throws -> [UInt8]? {
        try environment.read { txn in try txn.copy(table, key(number)) }
    }

    @Test func `a body that throws leaves nothing behind, and its error comes through`() throws {
        #expect(throws: OfItsOwn.self) {
            try environment.write { txn in
                try txn.put(table, key(1), [1])
                throw OfItsOwn()
            }
        }
        #expect(try value(1) == nil)
        try environment.write { txn in try txn.put(table, key(2), [2]) }
        #expect(try value(2) == [2])
    }

    @Test func `appended keys must grow`() throws {
        try environment.write { txn in try txn.put(table, key(5), [], .append) }
        for number in [5, 4] {
            let refused = failure { try environment.write { txn in try txn.put(table, key(number), [1], .append) } }
            #expect(refused?.code == .keyExists)
            #expect(refused?.outcome == .notDone)
        }
        try environment.write { txn in try txn.put(table, key(6), [], .append) }
    }

    @Test func `a failed put ends the transaction even if the body goes on`() throws {
        let refused = failure {
            try environment.write { txn in
                try txn.put(table, key(1), [1])
                do { try txn.put(table, [], [1]) } catch {}
            }
        }
        #expect(refused?.code == .badValueSize)
        #expect(refused?.outcome == .notDone)
        #expect(try value(1) == nil)
        let later = failure {
            try environment.write { txn in
                do { try txn.put(table, [UInt8](repeating: 0, count: 512), [1]) } catch {}
                try txn.put(table, key(1), [1])
            }
        }
        #expect(later?.code == .badValueSize)
    }

    @Test func `noOverwrite refuses a key that is there, and the transaction may go on`() throws {
        try environment.write { txn in
            try txn.put(table, key(1), [1], .noOverwrite)
            let code: LMDBError.Code?
            do throws(LMDBError) {
                try txn.put(table, key(1), [2], .noOverwrite)
                code = nil
            } catch {
                code = error.code
            }
            #expect(code == .keyExists)
            try txn.put(table, key(2), [2], .noOverwrite)
        }
        #expect(try value(1) == [1])
        #expect(try value(2) == [2])
    }

    @Test func `keys of 1 and 511 bytes are the limits`() throws {
        try environment.write { txn in
            try txn.put(table, [0], [])
            try txn.put(table, [UInt8](repeating: 255, count: 511), [1])
            #expect(try txn.get(table, [0])?.count == 0)
            #expect(try txn.count(table) == 2)
        }
    }

    @Test func `delete and clear say what was there`() throws {
        try environment.write { txn in
            for number in 0..<10 { try txn.put(table, key(number), [1]) }
            #expect(try txn.delete(table, key(3)))
            #expect(try !txn.delete(table, key(3)))
            #expect(try txn.count(table) == 9)
            try txn.clear(table)
            #expect(try txn.count(table) == 0)
            try txn.put(table, key(1), [1])
        }
        #expect(try environment.read { txn in try txn.count(table) } == 1)
    }

    @Test func `a full map is not done; grown, the same batch goes through`() throws {
        try environment.write { txn in try txn.put(table, key(-1), [1]) }
        func batch() throws {
            try environment.write { txn in
                for number in 0..<2000 { try txn.put(table, key(number), [UInt8](repeating: 1, count: 1000)) }
            }
        }
        let full = failure { try batch() }
        #expect(full?.code == .mapFull)
        #expect(full?.outcome == .notDone)
        #expect(!environment.isPoisoned)
        #expect(try environment.read { txn in try txn.count(table) } == 1)
        try environment.grow(to: 16 << 20)
        try batch()
        #expect(try environment.read { txn in try txn.count(table) } == 2001)
        #expect(environment.info().mapSizeBytes == 16 << 20)
    }

    @Test func `a write sees its own writes, a read only what is committed`() throws {
        try environment.write { txn in
            try txn.put(table, key(1), [1])
            #expect(try txn.copy(table, key(1)) == [1])
            #expect(try value(1) == nil)
        }
        #expect(try value(1) == [1])
    }

    @Test func `write within write traps`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { try reenter() }
        expectTrap(result, "write() entered twice by one thread")
    }

    @Test func `write from two threads at once traps`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { try enterTwice() }
        expectTrap(result, "write() entered by two threads at once")
    }

    @Test(arguments: ["grow", "close"])
    func `grow and close within a transaction trap`(call: String) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [call] in
            try callInside(call)
        }
        expectTrap(result, "inside a transaction of the same thread")
    }
}

private func reenter() throws {
    let store = try Store()
    try store.environment.write { _ in try store.environment.write { _ in } }
}

private func enterTwice() throws {
    let store = try Store()
    try store.environment.write { _ in
        let second = try DedicatedThread(name: "second") { try? store.environment.write { _ in } }
        second.join()
    }
}

private func callInside(_ call: String) throws {
    let store = try Store()
    try store.environment.read { _ in
        if call == "grow" { try store.environment.grow(to: 1 << 30) } else { store.environment.close() }
    }
}
