import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Synchronization
import Testing

/// The sums of the views against those of the log: nothing differs, and what was damaged on purpose is found and named.
struct ReconcileTests {
    private func log(_ seed: UInt64, _ count: Int = 1_500) throws -> SpendLog {
        let log = try SpendLog()
        var history = SpendHistory(seed: seed)
        try log.append(history.play(count))
        return log
    }

    @Test(arguments: SpendFoldTests.seeds)
    func `sums of rows are those of the log, metric by metric and key by key`(_ seed: UInt64) throws {
        let log = try log(seed)
        let store = try log.open()
        try store.catchUp(log.tables, log.environment)
        let report = try store.reconcile(log.tables, log.environment)
        #expect(report.isClean, "seed \(seed): \(report.differences)")
        #expect(report.position == log.head.value)
        #expect(report.keys == UInt64(NaiveSpend(log.events, keyIDs: SpendHistory.credentialKeys(log.events)).keys.count))
        var spend: Int128 = 0
        for event in log.events {
            switch event.event {
            case .spendRecorded(let charge), .spendAdjusted(let charge): spend += Int128(charge.amount)
            default: break
            }
        }
        let sum = try #require(report.sums.first { $0.metric == "spend" })
        #expect(sum.log == spend && sum.days == spend && sum.quarters == spend)
        #expect(report.sums.map(\.metric).count == 9)
    }

    @Test func `a damaged row is found and named, whatever table it is in`() throws {
        let log = try log(41)
        let store = try log.open()
        try store.catchUp(log.tables, log.environment)
        let environment = try store.currentEnvironment()
        let tables = ViewTables(environment)
        for kind in [ViewTables.Kind.days, .quarters, .keySpend, .windows] {
            for damage in Damage.allCases {
                let (key, value) = try environment.read { (transaction: inout ReadTransaction) throws in
                    let count = try transaction.count(tables[kind])
                    var rows: [(key: [UInt8], value: [UInt8])] = []
                    try transaction.scan(tables[kind], limit: count / 2 + 1) { key, value in
                        rows.append(([UInt8](copying: key), [UInt8](copying: value)))
                        return .continue
                    }
                    return try #require(rows.last)
                }
                try environment.write { (transaction: inout WriteTransaction) throws in
                    switch damage {
                    case .value:
                        var other = value
                        other[9] ^= 4
                        try transaction.put(tables[kind], key, other)
                    case .length: try transaction.put(tables[kind], key, Array(value.dropLast()))
                    case .missing: try transaction.delete(tables[kind], key)
                    case .moved:
                        var other = key
                        other[other.count - 1] ^= 1
                        try transaction.delete(tables[kind], key)
                        try transaction.put(tables[kind], other, value)
                    }
                }
                let report = try store.reconcile(log.tables, log.environment)
                #expect(!report.isClean, "\(kind), \(damage)")
                #expect(report.differences.contains { $0.table == "\(kind)" }, "\(kind), \(damage): \(report.differences)")
                #expect(report.differenceCount <= 4, "\(kind), \(damage): \(report.differences)")
                try environment.write { (transaction: inout WriteTransaction) throws in
                    var other = key
                    other[other.count - 1] ^= 1
                    if damage == .moved { try transaction.delete(tables[kind], other) }
                    try transaction.put(tables[kind], key, value)
                }
            }
        }
        #expect(try store.reconcile(log.tables, log.environment).isClean)
    }

    private enum Damage: CaseIterable {
        case value
        case length
        case missing
        /// To another key.
        case moved
    }

    @Test func `errors that cancel out within a day are found`() throws {
        let log = try log(42)
        let store = try log.open()
        try store.catchUp(log.tables, log.environment)
        let environment = try store.currentEnvironment()
        let tables = ViewTables(environment)
        try environment.write { (transaction: inout WriteTransaction) throws in
            var rows: [(key: [UInt8], value: [UInt8])] = []
            try transaction.scan(tables[.days]) { key, value in
                rows.append(([UInt8](copying: key), [UInt8](copying: value)))
                return .continue
            }
            let pair = try #require(zip(rows, rows.dropFirst()).first { $0.key.prefix(4) == $1.key.prefix(4) && $0.value != $1.value })
            try transaction.put(tables[.days], pair.0.key, pair.1.value)
            try transaction.put(tables[.days], pair.1.key, pair.0.value)
        }
        let report = try store.reconcile(log.tables, log.environment)
        #expect(report.differenceCount == 2 && report.sums.allSatisfy { $0.log == $0.days })
    }

    @Test func `nothing differs while folds go on`() throws {
        let log = try log(43, 2_000)
        let store = try log.open()
        let segments = try log.segments(of: 25)
        let wrong = Mutex<[String]>([])
        let folder = try DedicatedThread(name: "fold") {
            for segment in segments {
                do { try store.fold([segment]) } catch { wrong.withLock { $0.append("\(error)") } }
            }
        }
        for _ in 0..<4 {
            let report = try store.reconcile(log.tables, log.environment)
            #expect(report.isClean, "\(report.differences)")
        }
        folder.join()
        #expect(wrong.withLock { $0 } == [])
        #expect(try store.reconcile(log.tables, log.environment).isClean)
    }
}
