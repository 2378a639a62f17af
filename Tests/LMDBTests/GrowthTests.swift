import Glibc
import Synchronization
import Testing

@testable import LMDB

struct GrowthTests {
    let store: Store
    var environment: Environment { store.environment }

    init() throws { store = try Store(.init(mapSizeBytes: 1 << 20)) }

    /// Gives up its turn until `condition` holds.
    private func wait(until condition: () -> Bool) {
        while !condition() { sched_yield() }
    }

    private var isGrowing: Bool { environment.sessions.withLock { $0.phase == .growing } }

    @Test func `growing waits for the live reader, holds newcomers back, and lets a nested read through`() throws {
        try environment.write { txn in try txn.put(store.table, [1], [1]) }
        let grown = Mutex(false)
        let newcomerDone = Mutex(false)
        let environment = environment
        let table = store.table
        let (grower, newcomer) = try environment.read { txn in
            let grower = try DedicatedThread(name: "grower") {
                try? environment.grow(to: 32 << 20)
                grown.withLock { $0 = true }
            }
            wait { isGrowing }
            let newcomer = try DedicatedThread(name: "newcomer") {
                try? environment.read { _ in newcomerDone.withLock { $0 = true } }
            }
            for _ in 0..<1000 { sched_yield() }
            #expect(grown.withLock { $0 } == false)
            #expect(newcomerDone.withLock { $0 } == false)
            #expect(try environment.read { inner in try inner.copy(table, [1]) } == [1])
            #expect(try txn.copy(table, [1]) == [1])
            return (grower, newcomer)
        }
        grower.join()
        newcomer.join()
        #expect(grown.withLock { $0 })
        #expect(newcomerDone.withLock { $0 })
        #expect(environment.info().mapSizeBytes == 32 << 20)
    }

    @Test func `growing waits for the writer`() throws {
        let environment = environment
        let grower = try environment.write { txn in
            let grower = try DedicatedThread(name: "grower") { try? environment.grow(to: 32 << 20) }
            wait { isGrowing }
            try txn.put(store.table, [1], [1])
            #expect(try environment.read { inner in try inner.count(store.table) } == 0)
            return grower
        }
        grower.join()
        #expect(environment.info().mapSizeBytes == 32 << 20)
        #expect(try environment.read { txn in try txn.contains(store.table, [1]) })
    }

    @Test func `a map never shrinks`() throws {
        try environment.grow(to: 4096)
        #expect(environment.info().mapSizeBytes == 1 << 20)
    }

    @Test func `growth beyond the address space is refused and the old map stays`() throws {
        try environment.write { txn in try txn.put(store.table, [1], [1]) }
        #expect(failure { try environment.grow(to: 1 << 60) }?.code == .noMemory)
        #expect(try environment.read { txn in try txn.contains(store.table, [1]) })
        try environment.grow(to: 2 << 20)
        try environment.write { txn in try txn.put(store.table, [2], [1]) }
    }

    @Test func `readers and a grower on many threads all come through`() throws {
        let environment = environment
        let table = store.table
        try environment.write { txn in try txn.put(table, [1], [1]) }
        let reads = Atomic(0)
        let threads = try (0..<4).map { number in
            try DedicatedThread(name: "reader \(number)") {
                for _ in 0..<2000 {
                    if (try? environment.read { txn in try txn.copy(table, [1]) }) == [1] {
                        reads.add(1, ordering: .relaxed)
                    }
                }
            }
        }
        for megabytes in 2...40 { try environment.grow(to: megabytes << 20) }
        for thread in threads { thread.join() }
        #expect(reads.load(ordering: .relaxed) == 8000)
        #expect(environment.info().mapSizeBytes == 40 << 20)
    }

    @Test func `growth by another process is taken over by the next read`() async throws {
        await #expect(processExitsWith: .success) { [path = store.folder.path as String] in
            try withEnvironment(path, .init(mapSizeBytes: 16 << 20)) { environment, table in
                try environment.write { txn in try txn.put(table, [2], [UInt8](repeating: 5, count: 8 << 20)) }
            }
        }
        try expect(environment, store.table, [2], [UInt8](repeating: 5, count: 8 << 20))
        #expect(environment.info().mapSizeBytes == 16 << 20)
    }

    @Test func `close waits for the live reader`() throws {
        let environment = environment
        let table = store.table
        let closer = try environment.read { txn in
            let closer = try DedicatedThread(name: "closer") { environment.close() }
            wait { environment.sessions.withLock { $0.phase == .closing } }
            #expect(try txn.count(table) == 0)
            return closer
        }
        closer.join()
        #expect(failure { try environment.read { _ in } }?.code == .closed)
    }
}
