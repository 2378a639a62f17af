import Glibc
import Testing

@testable import LMDB

struct ReaderTests {
    let store: Store
    var environment: Environment { store.environment }

    init() throws { store = try Store(.init(mapSizeBytes: 64 << 20, maxReaders: 3)) }

    /// Runs `body` with `depth` read transactions open on this thread.
    private func nested(_ depth: Int, _ body: () throws -> Void) throws {
        guard depth > 0 else { return try body() }
        try environment.read { _ in try nested(depth - 1, body) }
    }

    @Test func `reads nest; slots are kept and used again`() throws {
        for _ in 0..<5 { try nested(3) { #expect(environment.info().liveReads == 3) } }
        #expect(environment.info().liveReads == 0)
        #expect(environment.info().readersInUse == 3)
        #expect(environment.info().maxReaders == 3)
    }

    @Test func `one reader more than there are slots is refused, and the next is not`() throws {
        try nested(3) {
            #expect(failure { try environment.read { _ in } }?.code == .readersFull)
        }
        try nested(3) {}
    }

    @Test func `the oldest reader has an age and a name while it lasts`() throws {
        #expect(environment.info().oldestReaderAgeNanoseconds == nil)
        try environment.read("export") { _ in
            let first = try #require(environment.info().oldestReaderAgeNanoseconds)
            try environment.read("other") { _ in
                let info = environment.info()
                let second = try #require(info.oldestReaderAgeNanoseconds)
                #expect(info.oldestReaderPurpose == "export")
                #expect(second > first)
                #expect(info.liveReads == 2)
            }
        }
        #expect(environment.info().oldestReaderAgeNanoseconds == nil)
        try environment.read { _ throws in
            #expect(environment.info().oldestReaderPurpose?.contains("oldest reader") == true)
        }
    }

    @Test func `a reader keeps its snapshot while writes go on`() throws {
        try environment.write { txn in try txn.put(store.table, [1], [1]) }
        try environment.read { reader in
            try environment.write { txn in try txn.put(store.table, [1], [2]) }
            #expect(try reader.copy(store.table, [1]) == [1])
            #expect(try environment.read { txn in try txn.copy(store.table, [1]) } == [2])
        }
    }

    /// One open read transaction during 5,000 updates took a file from 11 MiB to 692 MiB.
    @Test func `idle pooled readers pin no pages`() throws {
        try nested(3) {}
        func update(_ times: Int) throws -> Int {
            for number in 0..<times {
                try environment.write { txn in
                    try txn.put(store.table, [1], [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 100_000))
                }
            }
            return environment.info().usedBytes
        }
        let settled = try update(10)
        #expect(try update(30) <= settled + 200_000)
        let pinned = try environment.read { _ in try update(30) }
        #expect(pinned > settled + 2_000_000)
    }

    @Test func `another process reads beside the writer, and sees each commit`() async throws {
        try put(1)
        await #expect(processExitsWith: .success) { [path = store.folder.path as String] in
            try withEnvironment(path, .init(mapSizeBytes: 1 << 20, access: .readOnly)) { environment, table in
                try expect(environment, table, [1], [1])
            }
        }
        try put(2)
        #expect(environment.info().readersInUse <= 1)
    }

    @Test func `the slot of a process that died in a read is given back`() async throws {
        try put(1)
        await #expect(processExitsWith: .exitCode(7)) { [path = store.folder.path as String] in try dieReading(path) }
        #expect(environment.info().readersInUse == 1)
        #expect(environment.checkReaders() == 1)
        #expect(environment.checkReaders() == 0)
        #expect(environment.info().readersInUse == 0)
    }

    @Test func `opening gives back the slots of processes that died`() async throws {
        await #expect(processExitsWith: .exitCode(7)) { [path = store.folder.path as String] in try dieReading(path) }
        // Another process keeps the lock file alive, so that it is not made anew.
        await #expect(processExitsWith: .success) { [path = store.folder.path as String] in
            let environment = try Environment.open(path, tables: ["a"], options: .init(mapSizeBytes: 1 << 20, access: .readOnly))
            #expect(environment.info().readersInUse <= 1)
            environment.close()
        }
        #expect(environment.checkReaders() == 0)
    }

    @Test func `slots of dead processes are taken back when there is no other`() async throws {
        for _ in 0..<3 {
            await #expect(processExitsWith: .exitCode(7)) { [path = store.folder.path as String] in try dieReading(path) }
        }
        try nested(3) {}
    }

    private func put(_ value: UInt8) throws {
        try environment.write { txn in try txn.put(store.table, [1], [value]) }
    }
}

private func dieReading(_ path: String) throws {
    let environment = try Environment.open(path, tables: ["a"], options: .init(mapSizeBytes: 1 << 20, access: .readOnly))
    try environment.read { _ in _exit(7) }
}
