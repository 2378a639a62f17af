import LMDB
import LedgerSchema

/// Merges sorted runs of one table into its rows.
struct RowMerge {
    /// What becomes of rows with one key.
    enum Rule {
        case addMetrics
        case addTokenSpend
        /// The smaller value stands: the first position.
        case least
        /// They are equal.
        case any

        init(_ kind: ViewTables.Kind) {
            self =
                switch kind {
                case .tokenSpend: .addTokenSpend
                case .chargeIDs: .least
                case .keySpend, .windows, .runs, .resets, .texts: .any
                default: .addMetrics
                }
        }
    }

    /// A heap: nobody's key is greater than those of its two children.
    private var runs: [RunReader] = []
    private let rule: Rule

    init(_ paths: [String], _ kind: ViewTables.Kind, _ limits: ViewRebuildLimits) throws {
        rule = Rule(kind)
        let blockSize = min(1 << 18, max(1 << 12, limits.mergeBytes / max(paths.count, 1)))
        for path in paths {
            let run = try RunReader(path, blockSize: blockSize)
            if try run.advance() { runs.append(run) }
        }
        runs.makeHeap(Self.precedes)
    }

    /// Hands on each key once, in order.
    mutating func forEach(_ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> Void) throws {
        var (key, value): ([UInt8], [UInt8]) = ([], [])
        while let first = runs.first {
            if isFirstAlone {
                try first.withRow(body)
                try advanceFirst()
                continue
            }
            key.removeAll(keepingCapacity: true)
            value.removeAll(keepingCapacity: true)
            first.withRow {
                key.append(copying: $0); value.append(copying: $1)
            }
            try advanceFirst()
            while let next = runs.first, next.withRow({ other, _ in Self.areEqual(other, key.span) }) {
                try next.withRow { _, other in try combine(&value, other) }
                try advanceFirst()
            }
            try body(key.span, value.span)
        }
    }

    /// Whether no other run has the first one's key: one that has it stands below it, or below one that has it too.
    private var isFirstAlone: Bool {
        for child in 1..<3 where child < runs.count && RunReader.compare(runs[0], runs[child]) == 0 { return false }
        return true
    }

    private static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    private func combine(_ value: inout [UInt8], _ other: Span<UInt8>) throws {
        switch rule {
        case .any: break
        case .least:
            let copy = [UInt8](copying: other)
            if copy.lexicographicallyPrecedes(value) { value = copy }
        case .addMetrics:
            var sum = try MetricsCodec.decode(value.span)
            try sum.add(MetricsCodec.decode(other))
            value.removeAll(keepingCapacity: true)
            MetricsCodec.append(sum, to: &value)
        case .addTokenSpend:
            var sum = try TokenSpendCodec.decode(value.span)
            try sum.add(TokenSpendCodec.decode(other))
            value.removeAll(keepingCapacity: true)
            TokenSpendCodec.append(sum, to: &value)
        }
    }

    private mutating func advanceFirst() throws {
        if try !runs[0].advance() {
            runs.swapAt(0, runs.count - 1)
            runs.removeLast()
        }
        runs.sink(0, Self.precedes)
    }

    private static func precedes(_ left: RunReader, _ right: RunReader) -> Bool { RunReader.compare(left, right) < 0 }
}
