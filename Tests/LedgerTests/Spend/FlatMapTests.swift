import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import RandomTestSupport
import Testing

@testable import Ledger

/// What the writer keeps by key is what a dictionary would keep, and can be taken back.
struct FlatMapTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `values are those put last, also once some were taken back`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var map = FlatMap<UInt64, Int>()
        var model: [UInt64: Int] = [:]
        var order: [UInt64] = []
        for turn in 0..<20_000 {
            let key = UInt64.random(in: 0..<3_000, using: &random)
            #expect(map[key] == model[key])
            if model[key] == nil { order.append(key) }
            map.put(key, turn)
            model[key] = turn
            guard Int.random(in: 0..<500, using: &random) == 0 else { continue }
            let count = Int.random(in: 0...order.count, using: &random)
            map.removeLast(count)
            for key in order.suffix(count) { model[key] = nil }
            order.removeLast(count)
            #expect(map.count == order.count)
        }
        for key in 0..<3_000 as Range<UInt64> { #expect(map[key] == model[key]) }
        map.removeAll()
        #expect(map.isEmpty && map[order.first ?? 0] == nil)
    }

    @Test func `names are found by their bytes, however long and however alike`() {
        var map = FlatMap<ByteText, Int>()
        var names = (0..<200).map { String(repeating: "x", count: $0) }
        names += (0..<200).map { String(repeating: "x", count: $0) + "y" }
        names += ["é", "e\u{301}", "\u{0}", "\u{0}\u{0}", "ÅB", "A\u{30a}B"]
        for (index, name) in names.enumerated() { map.put(ByteText(name), index) }
        #expect(map.count == names.count)
        for (index, name) in names.enumerated() { #expect(map[ByteText(String(name))] == index, "\(name.utf8.count) bytes") }
    }
}
