import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import RandomTestSupport
import Testing

/// After histories without a plan the views are what a naive model makes of the log, whatever the batches (invariants 3 and 8).
struct SpendFoldTests {
    static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6]

    private func log(_ seed: UInt64, _ count: Int = 1_500) throws -> SpendLog {
        let log = try SpendLog()
        var history = SpendHistory(seed: seed)
        try log.append(history.play(count))
        return log
    }

    @Test(arguments: seeds)
    func `rows are what a naive model makes of the log`(_ seed: UInt64) throws {
        let log = try log(seed)
        let store = try log.open()
        try store.catchUp(log.tables, log.environment)
        #expect(store.position == log.head)
        let rows = try store.allRows()
        let naive = NaiveRows(log.events)
        for kind in ViewTables.Kind.allCases where ![.keySpend, .windows].contains(kind) {
            #expect(rows[kind] ?? [:] == naive.rows[kind] ?? [:], "seed \(seed): \(kind)")
            #expect(rows[kind]?.isEmpty == false, "seed \(seed): the history makes no row of \(kind)")
        }
    }

    @Test(arguments: seeds)
    func `a key's spend is what a naive model makes of the log, at any moment and with any part of it unfolded`(_ seed: UInt64) throws {
        let log = try log(seed)
        var generator = SplitMix64(seed: seed)
        let keyIDs = SpendHistory.credentialKeys(log.events)
        for folded in [0, log.events.count, Int.random(in: 1..<log.events.count, using: &generator)] {
            let other = try SpendLog()
            let store = try other.open()
            let tail = try split(log, store, at: folded)
            let last = log.events.count - 1
            for asked in [last, Int.random(in: folded...max(last, folded), using: &generator)] where asked < log.events.count {
                let events = Array(log.events.prefix(asked + 1))
                let naive = NaiveSpend(events, keyIDs: keyIDs)
                let moment = events[asked].recordedAt
                for (id, key) in naive.keys {
                    let answer = try answer(of: id, key.terms, moment, store, tail, upTo: events[asked].position)
                    expect(answer, key, id, moment, "seed \(seed), \(folded) folded, asked at \(asked)")
                }
            }
        }
    }

    private func split(_ log: SpendLog, _ store: ViewStore, at folded: Int) throws -> SpendTail {
        let keys = SpendHistory.credentialKeys(log.events)
        var builder = SpendSegmentBuilder(after: .none)
        for event in log.events.prefix(folded) { try builder.add(event, keys) }
        try store.fold([builder.sealed()])
        let tail = SpendTail(after: store.position)
        for event in log.events.dropFirst(folded) {
            try tail.append { try $0.add(event, keys) }
            if event.position.value % 97 == 0 { _ = tail.snapshot() }
        }
        return tail
    }

    private func answer(
        of id: KeyID, _ terms: KeyTerms, _ moment: Instant, _ store: ViewStore, _ tail: SpendTail, upTo last: Position
    ) throws -> KeySpendAnswer {
        var entries = tail.entries(of: id)
        entries.changes.removeAll { $0.position > last }
        return try store.read { reader, transaction in
            try reader.spend(of: id, KeyBudget(terms), at: moment, tail: entries, names: store.names, in: &transaction)
        }
    }

    private func expect(
        _ answer: KeySpendAnswer, _ key: NaiveSpend.Key, _ id: KeyID, _ moment: Instant, _ comment: String
    ) {
        #expect(answer.totalSpend.picodollars == key.total, "\(comment)")
        #expect(answer.count == key.count, "\(comment)")
        #expect(answer.lastChargeAt == key.last, "\(comment)")
        #expect(answer.spend == answer.limits[0].spent)
        for limit in answer.limits {
            let name =
                switch limit.kind {
                case .main: "main"
                case .period(let text): "period \(text)"
                case .model(let model): "model \(model)"
                }
            guard let (_, window) = NaiveSpend.limits(key.terms).first(where: { $0.name == name }) else {
                Issue.record("\(comment): \(name) is no limit")
                continue
            }
            #expect(limit.spent.picodollars == key.sum(NaiveSpend.Window(name, window, at: moment)), "\(comment): \(name) of \(id)")
        }
    }

    @Test(arguments: seeds)
    func `the same log in segments of any size gives the same rows and digest`(_ seed: UInt64) throws {
        let log = try log(seed, 400)
        let store = try log.open()
        try store.catchUp(log.tables, log.environment)
        let rows = try store.allRows()
        #expect(try store.recomputedDigest() == store.digest)
        for size in [1, 7, 1_000] {
            let other = try SpendLog().open()
            for segment in try log.segments(of: size) { try other.fold([segment]) }
            #expect(other.digest == store.digest, "seed \(seed), segments of \(size)")
            #expect(try other.allRows() == rows, "seed \(seed), segments of \(size)")
        }
        let together = try SpendLog().open()
        try together.fold(try log.segments(of: 13))
        #expect(together.digest == store.digest)
        #expect(try together.allRows() == rows)
    }
}

extension ViewStore {
    func allRows() throws -> [ViewTables.Kind: NaiveRows.Rows] {
        try read { reader, transaction in
            var rows: [ViewTables.Kind: NaiveRows.Rows] = [:]
            for kind in ViewTables.Kind.allCases {
                try transaction.scan(reader.tables[kind]) { key, value in
                    rows[kind, default: [:]][[UInt8](copying: key)] = [UInt8](copying: value)
                    return .continue
                }
            }
            return rows
        }
    }

    func recomputedDigest() throws -> ViewDigest {
        try read { reader, transaction in try reader.tables.recomputedDigest(in: &transaction) }
    }
}
