import LMDB

/// Gathers rows of one table in memory, and in sorted runs on disk once they are too many.
struct RowSpool: Sendable {
    private let folder: String
    let kind: ViewTables.Kind
    private var rows = RowBuffer()
    private(set) var runs: [String] = []

    private let share: Int
    private let runBytes: Int

    /// - Parameter share: a number that no other spool of the table has.
    init(_ folder: String, _ kind: ViewTables.Kind, _ share: Int, _ limits: ViewRebuildLimits) {
        self.folder = folder
        self.share = share
        runBytes = limits.runBytes
        self.kind = kind
    }

    @inline(__always)
    mutating func append(key: (inout [UInt8]) -> Void, value: (inout [UInt8]) -> Void) throws {
        rows.append(key: key, value: value)
        if rows.sizeBytes >= runBytes { try flush() }
    }

    mutating func append(_ key: [UInt8], _ value: [UInt8]) throws {
        try append(key: { $0 += key }, value: { $0 += value })
    }

    /// Writes rows that are in order as a run of their own.
    mutating func append(_ sorted: inout RollupRows) throws {
        if sorted.isEmpty { return }
        let run = try begin()
        var value: [UInt8] = []
        try sorted.forEachSorted { key, metrics in
            value.removeAll(keepingCapacity: true)
            MetricsCodec.append(metrics, to: &value)
            try run.append(key, value.span)
        }
        try run.flush()
    }

    /// Writes what is in memory.
    mutating func flush() throws {
        guard !rows.isEmpty else { return }
        rows.sort()
        let run = try begin()
        try rows.forEach { key, value in try run.append(key, value) }
        try run.flush()
        rows = RowBuffer()
    }

    private mutating func begin() throws -> RunWriter {
        let run = try RunWriter("\(folder)/run.\(kind).\(share).\(runs.count)")
        runs.append(run.path)
        return run
    }
}

/// The sorted runs of one table.
struct SortedRuns: Sendable {
    let kind: ViewTables.Kind
    let paths: [String]

    init(_ spool: RowSpool) { (kind, paths) = (spool.kind, spool.runs) }
}
