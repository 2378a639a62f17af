extension FixedWidthInteger where Self: UnsignedInteger {
    /// Big-endian, the order in which bytes compare as numbers do.
    func appendBigEndian(to output: inout OutputSpan<UInt8>) {
        var shift = Self.bitWidth
        while shift > 0 {
            shift -= 8
            output.append(UInt8(truncatingIfNeeded: self >> shift))
        }
    }

    static func readBigEndian(_ bytes: Span<UInt8>, at offset: inout Int) throws(LMDBError) -> Self {
        let width = Self.bitWidth / 8
        guard offset >= 0, bytes.count - offset >= width else {
            throw .badEncoding("\(bytes.count - offset) bytes left, \(width) needed for \(Self.self)")
        }
        var value: Self = 0
        for index in offset..<offset + width { value = value << 8 | Self(bytes[index]) }
        offset += width
        return value
    }
}

extension UInt64: KeyCodable {
    public static var maximumSizeBytes: Int { 8 }
    public func encodeKey(into output: inout OutputSpan<UInt8>) { appendBigEndian(to: &output) }
    public static func decodeKey(_ bytes: Span<UInt8>, at offset: inout Int) throws(LMDBError) -> UInt64 {
        try readBigEndian(bytes, at: &offset)
    }
}

extension UInt32: KeyCodable {
    public static var maximumSizeBytes: Int { 4 }
    public func encodeKey(into output: inout OutputSpan<UInt8>) { appendBigEndian(to: &output) }
    public static func decodeKey(_ bytes: Span<UInt8>, at offset: inout Int) throws(LMDBError) -> UInt32 {
        try readBigEndian(bytes, at: &offset)
    }
}

extension UInt16: KeyCodable {
    public static var maximumSizeBytes: Int { 2 }
    public func encodeKey(into output: inout OutputSpan<UInt8>) { appendBigEndian(to: &output) }
    public static func decodeKey(_ bytes: Span<UInt8>, at offset: inout Int) throws(LMDBError) -> UInt16 {
        try readBigEndian(bytes, at: &offset)
    }
}

extension UInt8: KeyCodable {
    public static var maximumSizeBytes: Int { 1 }
    public func encodeKey(into output: inout OutputSpan<UInt8>) { output.append(self) }
    public static func decodeKey(_ bytes: Span<UInt8>, at offset: inout Int) throws(LMDBError) -> UInt8 {
        try readBigEndian(bytes, at: &offset)
    }
}

/// Big-endian with the sign bit flipped, so that negative numbers sort first.
extension Int64: KeyCodable {
    private static var signBit: UInt64 { 1 << 63 }
    public static var maximumSizeBytes: Int { 8 }
    public func encodeKey(into output: inout OutputSpan<UInt8>) {
        (UInt64(bitPattern: self) ^ Int64.signBit).appendBigEndian(to: &output)
    }
    public static func decodeKey(_ bytes: Span<UInt8>, at offset: inout Int) throws(LMDBError) -> Int64 {
        Int64(bitPattern: try UInt64.readBigEndian(bytes, at: &offset) ^ signBit)
    }
}
