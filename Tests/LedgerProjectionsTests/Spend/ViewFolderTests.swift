import Glibc
import LMDB
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import MerkleTree
import Testing

/// The folders of the views: made whole, found again, cleared of what is left over.
struct ViewFolderTests {
    private func log(_ count: Int = 300) throws -> SpendLog {
        let log = try SpendLog()
        var history = SpendHistory(seed: 9)
        try log.append(history.play(count))
        return log
    }

    private func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    private func write(_ text: String, to path: String) throws {
        let file = unsafe try #require(fopen(path, "w"))
        unsafe fputs(text, file)
        unsafe fclose(file)
    }

    @Test func `views are made once and found again`() throws {
        let log = try log()
        var store = try log.open()
        try store.catchUp(log.tables, log.environment)
        let digest = store.digest
        store.close()
        store = try log.open()
        #expect(store.position == log.head && store.digest == digest)
        #expect(exists(log.path + "/views.1/data.mdb"))
        #expect(throws: LMDBError.self) { try log.open() }
    }

    @Test func `what was left over is cleared away, what is kept for examination is not`() throws {
        let log = try log()
        try log.open().close()
        for name in ["views.2.new", "views.7", "views.5.differs"] {
            #expect(unsafe mkdir(log.path + "/" + name, 0o700) == 0)
            try write("", to: log.path + "/\(name)/data.mdb")
        }
        try log.open().close()
        #expect(!exists(log.path + "/views.2.new") && !exists(log.path + "/views.7"))
        #expect(exists(log.path + "/views.5.differs") && exists(log.path + "/views.1"))
    }

    @Test func `a fold that was not committed is done again`() throws {
        let log = try log(900)
        let whole = try SpendLog().open()
        for segment in try log.segments(of: 900) { try whole.fold([segment]) }
        var store = try log.open()
        for (number, segment) in try log.segments(of: 100).enumerated() where number < 5 { try store.fold([segment]) }
        let position = store.position
        let views = try store.currentEnvironment()
        views.faults.withLock { $0.commit = .instead(EIO) }
        #expect(throws: (any Error).self) { try store.catchUp(log.tables, log.environment) }
        #expect(store.position == position)
        store.close()
        store = try log.open()
        #expect(store.position == position)
        try store.catchUp(log.tables, log.environment)
        #expect(store.position == log.head && store.digest == whole.digest)
        #expect(try store.recomputedDigest() == whole.digest)
    }

    @Test func `views of another log, of another version or ahead of their log are refused`() throws {
        let log = try log()
        let store = try log.open()
        try store.catchUp(log.tables, log.environment)
        store.close()
        #expect(throws: FoldError.self) {
            try ViewStore(log.path, log: LogID(UUIDv7(high: 1, low: 3)), names: SpendHistory.names)
        }
        let shorter = try SpendLog()
        try shorter.append([SpendLog.Draft(.clockAccepted(ClockAccepted(wallClock: .epoch, headRecordedAt: .epoch)), at: TestClock.start)])
        let reopened = try log.open()
        #expect(throws: FoldError.self) { try reopened.catchUp(shorter.tables, shorter.environment) }
        reopened.close()
        try withViews(log.path + "/views.1") { tables, transaction in
            var row = try #require(try transaction.copy(tables.meta, Array("state".utf8)))
            row[3] += 1
            try transaction.put(tables.meta, Array("state".utf8), row)
        }
        #expect(throws: FoldError.self) { try log.open() }
    }

    @Test func `a pointer file that names no folder is told`() throws {
        let log = try log()
        try write("views.x\n", to: log.path + "/views")
        #expect { try log.open() } throws: { ($0 as? LMDBError)?.code == .corrupted }
    }

    private func withViews(_ path: String, _ body: (ViewTables, inout WriteTransaction) throws -> Void) throws {
        let environment = try Environment.open(path, tables: ViewTables.names)
        defer { environment.close() }
        let tables = ViewTables(environment)
        try environment.write { (transaction: inout WriteTransaction) throws in try body(tables, &transaction) }
    }
}
