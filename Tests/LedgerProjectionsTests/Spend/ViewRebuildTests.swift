import Glibc
import LMDB
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Synchronization
import Testing

/// Views made anew are those that were folded as charges came, and take their place only then.
struct ViewRebuildTests {
    private func log(_ seed: UInt64, _ count: Int = 1_500) throws -> SpendLog {
        let log = try SpendLog()
        var history = SpendHistory(seed: seed)
        try log.append(history.play(count))
        return log
    }

    /// So small that everything is spilled and merged.
    private var smallLimits: ViewRebuildLimits {
        var limits = ViewRebuildLimits()
        limits.blockEvents = 61
        limits.rollupRows = 150
        limits.summedRows = 20
        limits.runBytes = 2_000
        limits.keys = 4
        limits.windows = 20
        limits.mergeBytes = 1
        return limits
    }

    private func files(in path: String) throws -> [String] {
        let folder = unsafe try #require(opendir(path))
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                names.append(unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
            }
        }
        return names.filter { $0 != "." && $0 != ".." }.sorted()
    }

    private func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    @Test(arguments: SpendFoldTests.seeds)
    func `rebuilt views are the folded ones, row by row, and take their place`(_ seed: UInt64) throws {
        let log = try log(seed)
        let store = try log.open()
        try store.catchUp(log.tables, log.environment)
        let (rows, digest) = (try store.allRows(), store.digest)
        for limits in [ViewRebuildLimits.standard, smallLimits] {
            let report = try store.rebuild(log.tables, log.environment, limits: limits)
            #expect(report.isSwapped && report.differences == [] && report.newDigest == digest.hex, "seed \(seed)")
            #expect(store.position == log.head && store.digest == digest)
            #expect(try store.allRows() == rows, "seed \(seed)")
            #expect(try store.recomputedDigest() == digest)
        }
        #expect(!exists(log.path + "/views.1") && !exists(log.path + "/views.2") && exists(log.path + "/views.3"))
        #expect(try files(in: log.path + "/views.3") == ["data.mdb", "lock.mdb"])
        var history = SpendHistory(seed: seed &+ 50, after: log.head, at: log.events[log.events.count - 1].recordedAt)
        try log.append(history.play(200))
        try store.catchUp(log.tables, log.environment)
        store.close()
        let reopened = try log.open()
        #expect(reopened.position == log.head)
        #expect(try reopened.recomputedDigest() == reopened.digest)
    }

    @Test func `folds go on while views are made anew, and readers of the old ones end in peace`() throws {
        let log = try log(31, 3_000)
        let store = try log.open()
        let segments = try log.segments(of: 50)
        for segment in segments.prefix(20) { try store.fold([segment]) }
        let isOver = Atomic(false)
        let wrong = Mutex<[String]>([])
        let folder = try DedicatedThread(name: "fold") {
            for segment in segments.dropFirst(20) {
                do { try store.fold([segment]) } catch { wrong.withLock { $0.append("\(error)") } }
            }
        }
        let reader = try DedicatedThread(name: "reader") {
            while !isOver.load(ordering: .acquiring) {
                do { _ = try store.allRows() } catch { wrong.withLock { $0.append("\(error)") } }
            }
        }
        for _ in 0..<3 {
            let report = try store.rebuild(log.tables, log.environment, limits: smallLimits)
            #expect(report.isSwapped, "\(report)")
        }
        folder.join()
        isOver.store(true, ordering: .releasing)
        reader.join()
        #expect(wrong.withLock { $0 } == [])
        #expect(store.position == log.head)
        let whole = try SpendLog().open()
        for segment in segments { try whole.fold([segment]) }
        #expect(store.digest == whole.digest)
        #expect(try store.recomputedDigest() == whole.digest)
    }

    @Test func `a rebuild that is cut short leaves everything as it was and can be run again`() throws {
        let log = try log(32)
        let store = try log.open()
        try store.catchUp(log.tables, log.environment)
        for stop in [1, 5, 15] {
            let asked = Atomic(0)
            #expect(throws: CancellationError.self) {
                try store.rebuild(
                    log.tables, log.environment, limits: smallLimits,
                    isCancelled: { asked.add(1, ordering: .relaxed).newValue >= stop })
            }
            #expect(!exists(log.path + "/views.2.new") && !exists(log.path + "/views.2"))
        }
        #expect(try store.rebuild(log.tables, log.environment).isSwapped)
    }

    @Test func `an event that is not what was written ends the rebuild by its sixteen`() throws {
        let log = try log(33)
        let store = try log.open()
        try store.catchUp(log.tables, log.environment)
        let position = Position(700)
        try log.environment.write { (transaction: inout WriteTransaction) throws in
            var record = try #require(try transaction.copy(log.tables.events, LogTables.key(position)))
            record[record.count / 2] ^= 1
            try transaction.put(log.tables.events, LogTables.key(position), record)
        }
        #expect { try store.rebuild(log.tables, log.environment, limits: smallLimits) } throws: { error in
            (error as? LogError)?.message.hasPrefix("one of the positions 689 to 704 is not what was written") == true
        }
        #expect(exists(log.path + "/views.1") && !exists(log.path + "/views.2.new"))
    }

    @Test func `views with another digest go on to answer; the new ones are kept and the rows named`() throws {
        let log = try log(34)
        var store = try log.open()
        try store.catchUp(log.tables, log.environment)
        let digest = store.digest
        store.close()
        try withViews(log.path + "/views.1") { tables, transaction in
            let (key, value) = try #require(try transaction.first(tables[.keySpend]))
            var damaged = value
            damaged[24] ^= 1
            try transaction.put(tables[.keySpend], key, damaged)
            var row = try #require(try transaction.copy(tables.meta, Array("state".utf8)))
            row[20] ^= 1
            try transaction.put(tables.meta, Array("state".utf8), row)
        }
        store = try log.open()
        let report = try store.rebuild(log.tables, log.environment)
        #expect(!report.isSwapped && report.newDigest == digest.hex && report.oldDigest != digest.hex)
        #expect(report.changes.map(\.table) == ["keySpend"] && report.changes.map(\.changed) == [1])
        #expect(report.differences.count == 1 && report.differences[0].row.hasPrefix("key "))
        #expect(report.keptFolder == log.path + "/views.2.differs" && exists(log.path + "/views.2.differs/data.mdb"))
        store.close()
        store = try log.open()
        #expect(store.digest != digest && exists(log.path + "/views.2.differs"))
    }

    @Test func `views of another version, of another log, damaged or missing are replaced`() throws {
        let log = try log(35)
        let store = try log.open()
        try store.catchUp(log.tables, log.environment)
        let digest = store.digest
        store.close()
        func rebuild() throws -> ViewRebuildReport {
            try ViewStore.rebuild(log.path, log: SpendLog.id, names: SpendHistory.names, log.tables, log.environment)
        }
        try withViews(log.path + "/views.1") { tables, transaction in
            var row = try #require(try transaction.copy(tables.meta, Array("state".utf8)))
            row[3] = 9
            try transaction.put(tables.meta, Array("state".utf8), row)
            try transaction.delete(tables[.runs], try #require(try transaction.first(tables[.runs])).key)
        }
        var report = try rebuild()
        #expect(report.isSwapped && report.oldVersion == 9 && report.newDigest == digest.hex)
        #expect(report.changes.map(\.table) == ["runs"] && report.changes.map(\.added) == [1])
        try withViews(log.path + "/views.2") { tables, transaction in
            try transaction.put(tables.meta, Array("log".utf8), [UInt8](repeating: 1, count: 16))
        }
        report = try rebuild()
        #expect(report.isSwapped && report.unreadable != nil && report.changes == [])
        #expect(unsafe truncate(log.path + "/views.3/data.mdb", 5_000) == 0)
        report = try rebuild()
        #expect(report.isSwapped && report.oldVersion == nil)
        #expect(unsafe unlink(log.path + "/views") == 0)
        report = try rebuild()
        #expect(report.isSwapped && report.newDigest == digest.hex)
        let reopened = try log.open()
        #expect(reopened.digest == digest && reopened.position == log.head)
    }

    @Test func `at the start views are made anew that are missing, far behind or of another version, others are folded on`() throws {
        let log = try log(36)
        func open(few: UInt64, _ folder: String) throws -> ViewDigest {
            let views = try ViewStore.upToDate(
                log.path, log: SpendLog.id, names: SpendHistory.names, log.tables, log.environment, fewEvents: few)
            defer { views.close() }
            #expect(views.position == log.head)
            #expect(try views.recomputedDigest() == views.digest)
            #expect(try files(in: log.path).filter { $0.hasPrefix("views.") } == [folder])
            return views.digest
        }
        let digest = try open(few: 1, "views.1")
        #expect(try open(few: 1, "views.1") == digest)
        try withViews(log.path + "/views.1") { tables, transaction in
            var row = try #require(try transaction.copy(tables.meta, Array("state".utf8)))
            row[3] = 9
            try transaction.put(tables.meta, Array("state".utf8), row)
        }
        #expect(try open(few: 1_000_000, "views.2") == digest)
        #expect(unsafe unlink(log.path + "/views") == 0)
        #expect(try open(few: 1_000_000, "views.1") == digest)
        #expect(unsafe unlink(log.path + "/views") == 0)
        #expect(try open(few: 100, "views.2") == digest)
    }

    private func withViews(_ path: String, _ body: (ViewTables, inout WriteTransaction) throws -> Void) throws {
        let environment = try Environment.open(path, tables: ViewTables.names)
        defer { environment.close() }
        let tables = ViewTables(environment)
        try environment.write { (transaction: inout WriteTransaction) throws in try body(tables, &transaction) }
    }
}
