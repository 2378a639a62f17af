/// Two keys one behind the other: sorts by the first, then by the second. Pairs of pairs make longer keys.
public struct KeyPair<First: KeyCodable, Second: KeyCodable>: KeyCodable {
    public var first: First
    public var second: Second

    public init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    public static var maximumSizeBytes: Int { First.maximumSizeBytes + Second.maximumSizeBytes }

    public func encodeKey(into output: inout OutputSpan<UInt8>) throws(LMDBError) {
        try first.encodeKey(into: &output)
        try second.encodeKey(into: &output)
    }

    public static func decodeKey(_ bytes: Span<UInt8>, at offset: inout Int) throws(LMDBError) -> KeyPair {
        let first = try First.decodeKey(bytes, at: &offset)
        return KeyPair(first, try Second.decodeKey(bytes, at: &offset))
    }
}

extension KeyPair: Equatable where First: Equatable, Second: Equatable {}
extension KeyPair: Hashable where First: Hashable, Second: Hashable {}
