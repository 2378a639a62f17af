/// A type that can be stored as a value.
public protocol ValueCodable: Sendable {
    /// Calls `body` with the stored form.
    func withEncodedValue<R>(_ body: (Span<UInt8>) throws(LMDBError) -> R) throws(LMDBError) -> R

    /// Reads the stored form; `bytes` are good for this call alone.
    ///
    /// - Throws: ``LMDBError/Code/badEncoding`` if they are none.
    static func decodeValue(_ bytes: Span<UInt8>) throws(LMDBError) -> Self
}

extension [UInt8]: ValueCodable {
    public func withEncodedValue<R>(_ body: (Span<UInt8>) throws(LMDBError) -> R) throws(LMDBError) -> R {
        try body(span)
    }

    public static func decodeValue(_ bytes: Span<UInt8>) throws(LMDBError) -> [UInt8] { [UInt8](copying: bytes) }
}

/// A key's encoding serves as value too.
extension ValueCodable where Self: KeyCodable {
    public func withEncodedValue<R>(_ body: (Span<UInt8>) throws(LMDBError) -> R) throws(LMDBError) -> R {
        try withEncodedKey(body)
    }

    public static func decodeValue(_ bytes: Span<UInt8>) throws(LMDBError) -> Self { try Self(encodedKey: bytes) }
}

extension UInt64: ValueCodable {}
extension UInt32: ValueCodable {}
extension UInt16: ValueCodable {}
extension UInt8: ValueCodable {}
extension Int64: ValueCodable {}
extension FixedBytes: ValueCodable {}
extension KeyPair: ValueCodable {}

/// The value of a table whose keys say everything: no bytes.
public struct NoValue: ValueCodable, Hashable {
    public init() {}

    public func withEncodedValue<R>(_ body: (Span<UInt8>) throws(LMDBError) -> R) throws(LMDBError) -> R {
        try body(Span())
    }

    public static func decodeValue(_ bytes: Span<UInt8>) throws(LMDBError) -> NoValue {
        guard bytes.isEmpty else { throw .badEncoding("\(bytes.count) bytes where none belong") }
        return NoValue()
    }
}
