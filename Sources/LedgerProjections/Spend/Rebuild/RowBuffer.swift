import Glibc
import LedgerLog

/// Rows of one table, to be put in order: keys and values in one buffer.
struct RowBuffer: Sendable {
    private struct Row {
        /// The key's first 16 bytes, so that most comparisons need no others.
        var high: UInt64
        var low: UInt64
        var start: UInt32
        var keyCount: UInt16
        var valueCount: UInt16
    }

    private var bytes: [UInt8] = []
    private var rows: [Row] = []

    var isEmpty: Bool { rows.isEmpty }
    var sizeBytes: Int { bytes.count + rows.count * MemoryLayout<Row>.stride }

    /// Adds a row whose key and value the closures append.
    @inline(__always)
    mutating func append(key: (inout [UInt8]) -> Void, value: (inout [UInt8]) -> Void) {
        let start = bytes.count
        key(&bytes)
        let end = bytes.count
        value(&bytes)
        rows.append(
            Row(
                high: bytes.span.prefix(at: start, until: end), low: bytes.span.prefix(at: start + 8, until: end), start: UInt32(start),
                keyCount: UInt16(end - start), valueCount: UInt16(bytes.count - end)))
    }

    mutating func sort() {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            rows.sort { unsafe Self.precedes($0, $1, bytes) }
        }
    }

    /// Every row in the order that it has.
    func forEach(_ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> Void) rethrows {
        for row in rows {
            let end = Int(row.start) + Int(row.keyCount)
            let span = bytes.span
            try body(span.extracting(Int(row.start)..<end), span.extracting(end..<end + Int(row.valueCount)))
        }
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
    }

    private static func precedes(_ left: Row, _ right: Row, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if left.high != right.high { return left.high < right.high }
        if left.low != right.low { return left.low < right.low }
        guard let base = bytes.baseAddress else { return false }
        let count = Int(min(left.keyCount, right.keyCount))
        let order = unsafe memcmp(base + Int(left.start), base + Int(right.start), count)
        return order == 0 ? left.keyCount < right.keyCount : order < 0
    }
}

extension Span<UInt8> {
    /// Eight bytes as a big-endian number, zeros in the place of those from `end` on: in the order of the bytes.
    @inline(__always)
    func prefix(at offset: Int, until end: Int) -> UInt64 {
        if offset + 8 <= end { return bigEndian(at: offset) }
        var value: UInt64 = 0
        for index in offset..<offset + 8 { value = value << 8 | (index < end ? UInt64(self[index]) : 0) }
        return value
    }
}
