import LMDB

/// Merges sorted runs of charge ids.
struct ChargeIDMerge {
    private struct Source {
        let file: ChargeIDFile
        var rest: ChargeIDFile.Run
        var rows: [ChargeIDRow] = []
        var next = 0

        init(_ file: ChargeIDFile, _ run: ChargeIDFile.Run) {
            self.file = file
            rest = run
        }

        @inline(__always)
        mutating func advance(_ blockRows: Int) throws(LMDBError) -> ChargeIDRow? {
            if next == rows.count {
                try file.read(&rest, into: &rows, capacity: blockRows)
                next = 0
                if rows.isEmpty { return nil }
            }
            defer { next += 1 }
            return rows[next]
        }
    }

    /// What a source has to give next.
    private struct Entry {
        var row: ChargeIDRow
        var source: Int
    }

    private var sources: [Source] = []
    /// A heap: nobody's row comes after those of its two children.
    private var heap: [Entry] = []
    private let blockRows: Int

    init(_ spools: [ChargeIDSpool], _ limits: ViewRebuildLimits) throws {
        let runs = spools.flatMap { spool in spool.runs.map { (spool.file, $0) } }
        let fair = limits.mergeBytes / MemoryLayout<ChargeIDRow>.stride / max(runs.count, 1)
        blockRows = min(max(fair, 128), 8_192)
        for (file, run) in runs {
            sources.append(Source(file, run))
            if let row = try sources[sources.count - 1].advance(blockRows) { heap.append(Entry(row: row, source: sources.count - 1)) }
        }
        heap.makeHeap(Self.precedes)
    }

    /// Hands on each key once, in order, with its first position.
    mutating func forEach(_ body: (ChargeIDRow) throws -> Void) throws {
        var last: ChargeIDRow?
        while let first = heap.first {
            if last.map({ !$0.hasKey(of: first.row) }) ?? true { try body(first.row) }
            last = first.row
            if let row = try sources[first.source].advance(blockRows) {
                heap[0].row = row
            } else {
                heap.swapAt(0, heap.count - 1)
                heap.removeLast()
            }
            heap.sink(0, Self.precedes)
        }
    }

    @inline(__always)
    private static func precedes(_ left: Entry, _ right: Entry) -> Bool { left.row.precedes(right.row) }
}
