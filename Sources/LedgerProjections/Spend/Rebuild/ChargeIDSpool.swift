import Glibc
import LMDB
import LedgerSchema

/// Gathers charge ids in memory, and in sorted runs in one file once they are too many.
struct ChargeIDSpool: Sendable {
    let file: ChargeIDFile
    private(set) var runs: [ChargeIDFile.Run] = []
    private var rows: [ChargeIDRow] = []
    private var sorter = ChargeIDSorter()
    private let capacity: Int

    init(_ path: String, _ limits: ViewRebuildLimits) throws {
        file = try ChargeIDFile(path)
        capacity = max(limits.runBytes / MemoryLayout<ChargeIDRow>.stride, 1)
        rows.reserveCapacity(capacity)
    }

    @inline(__always)
    mutating func append(_ row: ChargeIDRow) throws {
        rows.append(row)
        if rows.count == capacity { try flush() }
    }

    /// Writes what is in memory and lets go of it.
    mutating func finish() throws {
        try flush()
        rows = []
        sorter = ChargeIDSorter()
    }

    private mutating func flush() throws {
        guard !rows.isEmpty else { return }
        sorter.sort(&rows)
        runs.append(try file.append(rows))
        rows.removeAll(keepingCapacity: true)
    }
}

/// A file of sorted runs without a name: it goes with whoever uses it last, whatever ends a rebuild. Never flushed.
final class ChargeIDFile: Sendable {
    struct Run {
        /// In rows from the beginning of the file.
        var start: Int
        var count: Int
    }

    private static let rowSize = MemoryLayout<ChargeIDRow>.stride

    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(LMDBError) {
        self.path = path
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0, unsafe unlink(path) == 0 else { throw LMDBError.ofSystem("open", path) }
    }

    deinit { close(descriptor) }

    /// Writes rows that are in order behind what is there.
    func append(_ rows: [ChargeIDRow]) throws(LMDBError) -> Run {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw LMDBError.ofSystem("lseek", path) }
        let size = rows.count * Self.rowSize
        var done = 0
        while done < size {
            let count = unsafe rows.withUnsafeBytes { bytes in
                unsafe pwrite(descriptor, bytes.baseAddress?.advanced(by: done), size - done, end + done)
            }
            guard count > 0 else { throw LMDBError.ofSystem("write", path) }
            done += count
        }
        return Run(start: end / Self.rowSize, count: rows.count)
    }

    /// Reads the next rows of a run, as many as there is room for, and takes them off it.
    func read(_ run: inout Run, into rows: inout [ChargeIDRow], capacity: Int) throws(LMDBError) {
        let count = min(run.count, capacity)
        rows.removeAll(keepingCapacity: true)
        rows += repeatElement(.empty, count: count)
        let size = count * Self.rowSize
        var done = 0
        while done < size {
            let got = unsafe rows.withUnsafeMutableBytes { bytes in
                unsafe pread(descriptor, bytes.baseAddress?.advanced(by: done), size - done, run.start * Self.rowSize + done)
            }
            guard got >= 0 else { throw LMDBError.ofSystem("read", path) }
            if got == 0 { throw LMDBError(.truncated, "a sorted run ends early", operation: "read", path: path) }
            done += got
        }
        run.start += count
        run.count -= count
    }
}
