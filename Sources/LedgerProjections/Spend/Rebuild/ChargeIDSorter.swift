/// Sorts ids by one pass into buckets and a sort of each bucket: hashes are spread evenly, and most charges come in the order of their
/// hours.
struct ChargeIDSorter {
    /// Rows that a bucket holds, more or less.
    private static let bucketRows = 8
    /// Hours that get buckets of their own; earlier and later ones share the first and the last.
    private static let mostHours: UInt64 = 256

    private var scratch: [ChargeIDRow] = []
    private var ends: [Int] = []

    mutating func sort(_ rows: inout [ChargeIDRow]) {
        guard let plan = Plan(rows) else { return rows.sort { $0.precedes($1) } }
        countBuckets(of: rows, plan)
        if scratch.count < rows.count { scratch += repeatElement(.empty, count: rows.count - scratch.count) }
        // From the back, so that each bucket's end becomes its beginning.
        for index in rows.indices.reversed() {
            let bucket = plan.bucket(of: rows[index])
            ends[bucket] -= 1
            scratch[ends[bucket]] = rows[index]
        }
        for bucket in 0..<plan.count {
            let (start, end) = (ends[bucket], bucket + 1 < plan.count ? ends[bucket + 1] : rows.count)
            if end - start > 1 { sort(start..<end) }
        }
        for index in rows.indices { rows[index] = scratch[index] }
    }

    /// Lets `ends` say where each bucket ends.
    private mutating func countBuckets(of rows: [ChargeIDRow], _ plan: Plan) {
        ends.removeAll(keepingCapacity: true)
        ends += repeatElement(0, count: plan.count)
        for row in rows { ends[plan.bucket(of: row)] += 1 }
        var end = 0
        for bucket in ends.indices {
            end += ends[bucket]
            ends[bucket] = end
        }
    }

    private mutating func sort(_ range: Range<Int>) {
        guard range.count <= 4 * Self.bucketRows else { return scratch[range].sort { $0.precedes($1) } }
        for index in range.dropFirst() {
            let row = scratch[index]
            var place = index
            while place > range.lowerBound, row.precedes(scratch[place - 1]) {
                scratch[place] = scratch[place - 1]
                place -= 1
            }
            scratch[place] = row
        }
    }

    /// Which bucket a row goes to: by its hour, and within the hour by the first bits of its hash.
    private struct Plan {
        private let firstHour: UInt64
        private let lastHour: UInt64
        private let bits: UInt64
        let count: Int

        /// `nil` for rows so few that buckets gain nothing.
        init?(_ rows: [ChargeIDRow]) {
            guard rows.count > 256 else { return nil }
            // The middle of the log's stretch is among the hours that most of its charges have.
            let middle = rows[rows.count / 2].hour
            let (low, high) = (middle &- min(middle, ChargeIDSorter.mostHours / 2), middle &+ ChargeIDSorter.mostHours / 2)
            var (first, last) = (middle, middle)
            for row in rows where row.hour > low && row.hour < high { (first, last) = (min(first, row.hour), max(last, row.hour)) }
            firstHour = first
            lastHour = last
            let hours = Int(last - first + 1)
            let wanted = max(rows.count / ChargeIDSorter.bucketRows / hours, 1)
            bits = UInt64(wanted.bitWidth - 1 - wanted.leadingZeroBitCount)
            count = hours << Int(bits) + 2
        }

        @inline(__always)
        func bucket(of row: ChargeIDRow) -> Int {
            if row.hour < firstHour { return 0 }
            if row.hour > lastHour { return count - 1 }
            return Int(truncatingIfNeeded: (row.hour - firstHour) << bits | (bits == 0 ? 0 : row.high >> (64 - bits))) + 1
        }
    }
}
