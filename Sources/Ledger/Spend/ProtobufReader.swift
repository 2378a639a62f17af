/// Steps through the fields of a protobuf message in place.
struct ProtobufReader {
    enum Value {
        /// A varint.
        case number(UInt64)
        /// Eight bytes.
        case fixed(UInt64)
        /// Where text, bytes or an inner message stand.
        case bytes(Range<Int>)
        /// Four bytes; no message here has such a field.
        case other
    }

    /// The bytes are no message.
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private(set) var offset: Int
    private let end: Int

    /// - Parameter range: where the message stands in the bytes.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    /// The next field; nil at the end.
    mutating func next() throws(Malformed) -> (field: UInt32, value: Value)? {
        guard offset < end else { return nil }
        let tag = try varint()
        guard let number = UInt32(exactly: tag >> 3), number > 0, number < 1 << 29 else { throw Malformed() }
        switch tag & 7 {
        case 0: return (number, .number(try varint()))
        case 1: return (number, .fixed(try fixed()))
        case 2: return (number, .bytes(try delimited()))
        case 5:
            try take(4)
            return (number, .other)
        default: throw Malformed()
        }
    }

    /// The place of the next length-delimited message; nil at the end.
    mutating func nextMessage() throws(Malformed) -> Range<Int>? {
        offset < end ? try delimited() : nil
    }

    private mutating func delimited() throws(Malformed) -> Range<Int> {
        let length = try varint()
        guard length <= UInt64(end - offset) else { throw Malformed() }
        let start = offset
        offset += Int(length)
        return start..<offset
    }

    private mutating func varint() throws(Malformed) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while offset < end, shift < 70 {
            let byte = bytes[offset]
            offset += 1
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                if shift == 63, byte > 1 { throw Malformed() }
                return number
            }
            shift += 7
        }
        throw Malformed()
    }

    private mutating func fixed() throws(Malformed) -> UInt64 {
        let start = offset
        try take(8)
        return (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
    }

    private mutating func take(_ count: Int) throws(Malformed) {
        guard count <= end - offset else { throw Malformed() }
        offset += count
    }
}
