import LMDB

/// Steps through the fields of a protobuf message in place, without decoding the message: for the few fields that a check needs.
struct WireScan {
    enum Value {
        /// A varint or a fixed 64-bit number.
        case number(UInt64)
        /// Where text, bytes or an inner message stand.
        case bytes(Range<Int>)
    }

    private var offset: Int
    private let end: Int

    /// - Parameter range: where the message stands in the bytes that ``next(in:)`` is given.
    init(_ range: Range<Int>) {
        offset = range.lowerBound
        end = range.upperBound
    }

    /// The next field; `nil` at the end.
    ///
    /// - Throws: `corrupted` if the bytes are no message.
    @inline(__always) mutating func next(in bytes: Span<UInt8>) throws(LMDBError) -> (field: UInt64, value: Value)? {
        guard offset < end else { return nil }
        let tag = try varint(bytes)
        switch tag & 7 {
        case 0: return (tag >> 3, .number(try varint(bytes)))
        case 1:
            let place = try take(8)
            var number: UInt64 = 0
            for index in 0..<8 { number |= UInt64(bytes[place.lowerBound + index]) << UInt64(8 * index) }
            return (tag >> 3, .number(number))
        case 2: return (tag >> 3, .bytes(try delimited(in: bytes)))
        default: throw Self.damaged
        }
    }

    /// What stands behind its own length.
    mutating func delimited(in bytes: Span<UInt8>) throws(LMDBError) -> Range<Int> {
        let length = try varint(bytes)
        guard length <= UInt64(end - offset) else { throw Self.damaged }
        return try take(Int(length))
    }

    /// Most numbers of a row are tags and lengths below 128.
    @inline(__always) private mutating func varint(_ bytes: Span<UInt8>) throws(LMDBError) -> UInt64 {
        guard offset < end, bytes[offset] < 0x80 else { return try longVarint(bytes) }
        defer { offset += 1 }
        return UInt64(bytes[offset])
    }

    private mutating func longVarint(_ bytes: Span<UInt8>) throws(LMDBError) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while offset < end, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        throw Self.damaged
    }

    private mutating func take(_ count: Int) throws(LMDBError) -> Range<Int> {
        guard count <= end - offset else { throw Self.damaged }
        defer { offset += count }
        return offset..<offset + count
    }

    static var damaged: LMDBError {
        LMDBError(.corrupted, "a row is damaged; run `keyledger fsck`, then `keyledger rebuild`", operation: "read keys")
    }
}

extension Span<UInt8> {
    /// The text in a range.
    func text(_ range: Range<Int>) -> String {
        unsafe extracting(range).withUnsafeBufferPointer { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
    }

    /// Whether a range holds a text, byte for byte.
    func holds(_ text: String, _ range: Range<Int>) -> Bool { range.count == text.utf8.count && begins(with: text.utf8, range) }

    /// Whether what stands in a range begins with a text, byte for byte.
    func begins(with text: some Collection<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= text.count else { return false }
        var place = range.lowerBound
        for byte in text {
            if self[place] != byte { return false }
            place += 1
        }
        return true
    }
}
