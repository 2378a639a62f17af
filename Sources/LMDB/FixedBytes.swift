/// Exactly `count` bytes, without a heap allocation: an id, a hash, a token. Sorts byte by byte.
public struct FixedBytes<let count: Int>: KeyCodable, Hashable, Comparable {
    /// The bytes.
    public var bytes: InlineArray<count, UInt8>

    public init(_ bytes: InlineArray<count, UInt8>) { self.bytes = bytes }

    /// All bytes zero.
    public init() { bytes = InlineArray(repeating: 0) }

    /// A copy of `span`; nil if it does not hold exactly `count` bytes.
    public init?(_ span: Span<UInt8>) {
        guard span.count == count else { return nil }
        bytes = InlineArray { span[$0] }
    }

    /// A copy of `array`; nil if it does not hold exactly `count` bytes.
    public init?(_ array: [UInt8]) {
        self.init(array.span)
    }

    /// The bytes as an array.
    public var array: [UInt8] { [UInt8](copying: bytes.span) }

    public static var maximumSizeBytes: Int { count }

    public func encodeKey(into output: inout OutputSpan<UInt8>) {
        for index in 0..<count { output.append(bytes[index]) }
    }

    public static func decodeKey(_ bytes: Span<UInt8>, at offset: inout Int) throws(LMDBError) -> FixedBytes {
        guard offset >= 0, bytes.count - offset >= count else {
            throw .badEncoding("\(bytes.count - offset) bytes left, \(count) needed")
        }
        defer { offset += count }
        let start = offset
        return FixedBytes(InlineArray { bytes[start + $0] })
    }

    public static func == (left: FixedBytes, right: FixedBytes) -> Bool {
        for index in 0..<count where left.bytes[index] != right.bytes[index] { return false }
        return true
    }

    public static func < (left: FixedBytes, right: FixedBytes) -> Bool {
        for index in 0..<count where left.bytes[index] != right.bytes[index] {
            return left.bytes[index] < right.bytes[index]
        }
        return false
    }

    public func hash(into hasher: inout Hasher) {
        for index in 0..<count { hasher.combine(bytes[index]) }
    }
}
