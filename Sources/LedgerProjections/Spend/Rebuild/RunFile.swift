import Glibc
import LMDB

/// Writes rows in order into a file beside the tables that they are for. Never flushed: a rebuild that is cut short begins anew.
final class RunWriter {
    private static let blockSize = 1 << 18

    let path: String
    private let descriptor: Int32
    private var block: [UInt8] = []

    init(_ path: String) throws(LMDBError) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LMDBError.ofSystem("open", path) }
        block.reserveCapacity(Self.blockSize + 1_024)
    }

    deinit { close(descriptor) }

    /// Appends length of key (2) ‖ length of value (2) ‖ key ‖ value.
    func append(_ key: Span<UInt8>, _ value: Span<UInt8>) throws(LMDBError) {
        if Self.append(key, value, to: &block) >= Self.blockSize { try flush() }
    }

    /// One access of the block, where each is checked.
    private static func append(_ key: Span<UInt8>, _ value: Span<UInt8>, to block: inout [UInt8]) -> Int {
        block.append(bigEndian: UInt32(key.count) << 16 | UInt32(value.count))
        block.append(copying: key)
        block.append(copying: value)
        return block.count
    }

    /// Hands everything to the system.
    func flush() throws(LMDBError) {
        var done = 0
        while done < block.count {
            let count = unsafe block.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            }
            guard count > 0 else { throw LMDBError.ofSystem("write", path) }
            done += count
        }
        block.removeAll(keepingCapacity: true)
    }
}

/// Reads what a ``RunWriter`` has written, row by row.
final class RunReader {
    let path: String
    private let descriptor: Int32
    private let blockSize: Int
    private var block: [UInt8] = []
    private var next = 0
    private var keyStart = 0
    private var valueStart = 0
    private var high: UInt64 = 0
    private var low: UInt64 = 0

    init(_ path: String, blockSize: Int) throws(LMDBError) {
        self.path = path
        self.blockSize = blockSize
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LMDBError.ofSystem("open", path) }
    }

    deinit { close(descriptor) }

    static func remove(_ path: String) { unsafe unlink(path) }

    /// Goes on to the next row; `false` at the end.
    func advance() throws(LMDBError) -> Bool {
        guard try has(4) else { return false }
        let (keyCount, valueCount) = (Int(block[next]) << 8 | Int(block[next + 1]), Int(block[next + 2]) << 8 | Int(block[next + 3]))
        guard try has(4 + keyCount + valueCount) else {
            throw LMDBError(.truncated, "a sorted run ends early", operation: "read", path: path)
        }
        keyStart = next + 4
        valueStart = keyStart + keyCount
        next = valueStart + valueCount
        high = block.span.prefix(at: keyStart, until: valueStart)
        low = block.span.prefix(at: keyStart + 8, until: valueStart)
        return true
    }

    /// Hands on the row that it stands at.
    @inline(__always)
    func withRow<R>(_ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws -> R) rethrows -> R {
        try unsafe block.withUnsafeBufferPointer { bytes in
            let span = unsafe bytes.span
            return try body(span.extracting(keyStart..<valueStart), span.extracting(valueStart..<next))
        }
    }

    /// The order of two keys: negative, zero or positive as `memcmp`'s.
    static func compare(_ left: RunReader, _ right: RunReader) -> Int {
        if left.high != right.high { return left.high < right.high ? -1 : 1 }
        if left.low != right.low { return left.low < right.low ? -1 : 1 }
        return left.compare(right)
    }

    private func compare(_ other: RunReader) -> Int {
        let (count, otherCount) = (valueStart - keyStart, other.valueStart - other.keyStart)
        let order = unsafe block.withUnsafeBufferPointer { mine in
            unsafe other.block.withUnsafeBufferPointer { others in
                guard let mine = mine.baseAddress, let others = others.baseAddress else { return Int32(0) }
                return unsafe memcmp(mine + keyStart, others + other.keyStart, min(count, otherCount))
            }
        }
        return order == 0 ? count - otherCount : Int(order)
    }

    /// Whether so many bytes follow; reads on where the block ends before them.
    private func has(_ count: Int) throws(LMDBError) -> Bool {
        if block.count - next >= count { return true }
        block.removeSubrange(..<next)
        next = 0
        while block.count < count {
            let start = block.count
            block.append(contentsOf: repeatElement(0, count: blockSize))
            let got = unsafe block.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(descriptor, bytes.baseAddress?.advanced(by: start), blockSize)
            }
            guard got >= 0 else { throw LMDBError.ofSystem("read", path) }
            block.removeLast(blockSize - got)
            if got == 0 { return false }
        }
        return true
    }
}

extension LMDBError {
    /// A call of the system that failed, by errno.
    static func ofSystem(_ operation: String, _ path: String) -> LMDBError {
        let number = errno
        return LMDBError(
            number == ENOSPC || number == EDQUOT ? .noSpace : .system, unsafe String(cString: strerror(number)), operation: operation,
            path: path, resultCode: number)
    }
}

extension [UInt8] {
    @inline(__always)
    mutating func append(copying span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { bytes in unsafe append(contentsOf: bytes) }
    }
}
