import LMDB
import LedgerSchema

/// Reads a stored row from its beginning to its end; every call is given the row.
struct RowReader {
    private let table: StaticString
    private(set) var offset = 0

    init(table: StaticString) { self.table = table }

    func isAtEnd(_ bytes: Span<UInt8>) -> Bool { offset == bytes.count }

    /// What does not fit the row's form.
    var damaged: LMDBError {
        LMDBError(.corrupted, "a row is damaged; run `keyledger rebuild --view activity`", operation: "read \(table)")
    }

    mutating func byte(_ bytes: Span<UInt8>) throws(LMDBError) -> UInt8 {
        guard offset < bytes.count else { throw damaged }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A big-endian number.
    mutating func integer<Number: FixedWidthInteger>(_ bytes: Span<UInt8>) throws(LMDBError) -> Number {
        let size = Number.bitWidth / 8
        guard bytes.count - offset >= size else { throw damaged }
        var value: Number = 0
        for index in offset..<offset + size { value = value << 8 | Number(truncatingIfNeeded: bytes[index]) }
        offset += size
        return value
    }

    /// A number in base 128, least significant group first.
    mutating func varint(_ bytes: Span<UInt8>) throws(LMDBError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte(bytes)
            guard shift < 63 || byte <= 1 else { throw damaged }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    /// So many bytes as they stand.
    mutating func array(_ count: Int, _ bytes: Span<UInt8>) throws(LMDBError) -> [UInt8] {
        guard bytes.count - offset >= count else { throw damaged }
        defer { offset += count }
        return [UInt8](copying: bytes.extracting(offset..<offset + count))
    }
}

extension [UInt8] {
    /// Appends an integer, most significant byte first.
    @inline(__always)
    mutating func append<Number: FixedWidthInteger>(bigEndian value: Number) {
        unsafe Swift.withUnsafeBytes(of: value.bigEndian) { bytes in unsafe append(contentsOf: bytes) }
    }

    /// Appends a number in base 128, least significant group first.
    @inline(__always)
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}
