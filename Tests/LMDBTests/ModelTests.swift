import LMDB
import RandomTestSupport
import Testing

/// Random histories against a dictionary; the seed is in the failure's message.
struct ModelTests {
    struct GivenUp: Error {}

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `thousands of random puts, deletes, aborts and scans agree with a dictionary`(seed: UInt64) throws {
        let store = try Store(.init(mapSizeBytes: 64 << 20, noSync: true))
        var random = SplitMix64(seed: seed)
        var model: [[UInt8]: [UInt8]] = [:]
        for round in 0..<150 {
            var changed = model
            let gives = Int.random(in: 0..<8, using: &random) == 0
            do {
                try store.environment.write { txn in
                    for _ in 0..<Int.random(in: 1...40, using: &random) { try step(&txn, store.table, &changed, &random) }
                    if gives { throw GivenUp() }
                }
                model = changed
            } catch is GivenUp {}
            try compare(store, model, &random, "seed \(seed), round \(round)")
        }
        #expect(model.count > 100)
    }

    private func step(
        _ txn: inout WriteTransaction, _ table: Table, _ model: inout [[UInt8]: [UInt8]], _ random: inout SplitMix64
    ) throws {
        let key = (0..<Int.random(in: 1...3, using: &random)).map { _ in UInt8.random(in: 0...7, using: &random) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<6:
            let value = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: Int.random(in: 0...3000, using: &random))
            try txn.put(table, key, value)
            model[key] = value
        case 6..<9:
            #expect(try txn.delete(table, key) == (model.removeValue(forKey: key) != nil))
        default:
            #expect(try txn.copy(table, key) == model[key])
        }
    }

    private func compare(
        _ store: Store, _ model: [[UInt8]: [UInt8]], _ random: inout SplitMix64, _ place: Comment
    ) throws {
        let sorted = model.keys.sorted { $0.lexicographicallyPrecedes($1) }
        let lower = [UInt8.random(in: 0...7, using: &random)]
        let upper = [UInt8.random(in: 0...7, using: &random), 3]
        let reverse = Bool.random(using: &random)
        let within = sorted.filter { !$0.lexicographicallyPrecedes(lower) && $0.lexicographicallyPrecedes(upper) }
        try store.environment.read { txn in
            #expect(try txn.count(store.table) == model.count, place)
            var found: [[UInt8]] = []
            try txn.scan(store.table, from: lower, until: upper, reverse: reverse) { key, value in
                let key = [UInt8](copying: key)
                #expect([UInt8](copying: value) == model[key], place)
                found.append(key)
                return .continue
            }
            #expect(found == (reverse ? within.reversed() : within), place)
            #expect(try txn.first(store.table, atOrAfter: lower)?.key == sorted.first { !$0.lexicographicallyPrecedes(lower) }, place)
            #expect(try txn.last(store.table, before: upper)?.key == sorted.last { $0.lexicographicallyPrecedes(upper) }, place)
        }
    }
}
