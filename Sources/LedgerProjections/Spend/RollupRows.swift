import Glibc
import LedgerLog

/// Rows of one table on their way to it: keys in one buffer, the sums beside them.
struct RollupRows: Sendable {
    private struct Row {
        /// The key's first 24 bytes, so that most comparisons need no other.
        var high: UInt64
        var middle: UInt64
        var low: UInt64
        var start: UInt32
        var count: UInt32
        var value: UInt32
    }

    private var bytes: [UInt8] = []
    private var rows: [Row] = []
    private var values: [Metrics] = []

    var isEmpty: Bool { rows.isEmpty }
    var count: Int { rows.count }

    /// Forgets all rows and keeps the memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }

    mutating func append<Key>(_ table: RollupTable<Key>, _ key: (Key, inout [UInt8]) -> Void) {
        for index in table.keys.indices {
            let start = bytes.count
            key(table.keys[index], &bytes)
            append(from: start, table.values[index])
        }
    }

    mutating func append(_ metrics: Metrics, _ key: (inout [UInt8]) -> Void) {
        let start = bytes.count
        key(&bytes)
        append(from: start, metrics)
    }

    @inline(__always)
    private mutating func append(from start: Int, _ metrics: Metrics) {
        rows.append(
            Row(
                high: bytes.span.bigEndian(at: start), middle: bytes.span.bigEndian(at: start + 8),
                low: bytes.span.bigEndian(at: start + 16), start: UInt32(start),
                count: UInt32(bytes.count - start), value: UInt32(values.count)))
        values.append(metrics)
    }

    /// Hands on each key once, in order, with its sums.
    mutating func forEachSorted(_ body: (Span<UInt8>, Metrics) throws -> Void) throws {
        sort()
        let bytes = bytes
        var index = 0
        while index < rows.count {
            let row = rows[index]
            var sum = values[Int(row.value)]
            index += 1
            while index < rows.count, isEqual(rows[index], row) {
                try sum.add(values[Int(rows[index].value)])
                index += 1
            }
            try body(bytes.span.extracting(Int(row.start)..<Int(row.start + row.count)), sum)
        }
    }

    /// By the first four bytes where they say little, as the days and quarters do that most keys begin with; then bucket by bucket.
    private mutating func sort() {
        let (first, last) = rows.reduce(into: (UInt64.max, UInt64.min)) { $0 = (min($0.0, $1.high >> 32), max($0.1, $1.high >> 32)) }
        guard first < last, last - first < UInt64(rows.count) else { return sort(0..<rows.count) }
        var ends = [Int](repeating: 0, count: Int(last - first) + 1)
        for row in rows { ends[Int(row.high >> 32 - first)] += 1 }
        var end = 0
        for bucket in ends.indices {
            end += ends[bucket]
            ends[bucket] = end
        }
        let unsorted = rows
        // From the back, so that each bucket's end becomes its beginning.
        for row in unsorted.reversed() {
            let bucket = Int(row.high >> 32 - first)
            ends[bucket] -= 1
            rows[ends[bucket]] = row
        }
        for bucket in ends.indices { sort(ends[bucket]..<(bucket + 1 < ends.count ? ends[bucket + 1] : rows.count)) }
    }

    private mutating func sort(_ range: Range<Int>) {
        unsafe bytes.withUnsafeBufferPointer { keys in
            rows[range].sort { unsafe Self.compare($0, $1, keys) < 0 }
        }
    }

    private func isEqual(_ left: Row, _ right: Row) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe bytes.withUnsafeBufferPointer { keys in unsafe Self.compare(left, right, keys) == 0 }
    }

    private static func compare(_ left: Row, _ right: Row, _ keys: UnsafeBufferPointer<UInt8>) -> Int32 {
        if left.high != right.high { return left.high < right.high ? -1 : 1 }
        if left.middle != right.middle { return left.middle < right.middle ? -1 : 1 }
        if left.low != right.low { return left.low < right.low ? -1 : 1 }
        guard let base = keys.baseAddress else { return 0 }
        let count = Int(min(left.count, right.count))
        let order = unsafe memcmp(base + Int(left.start), base + Int(right.start), count)
        if order != 0 || left.count == right.count { return order }
        return left.count < right.count ? -1 : 1
    }
}
