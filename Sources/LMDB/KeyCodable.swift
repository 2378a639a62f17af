/// A type whose encoding as key sorts byte by byte as its values do.
///
/// Encodings stand behind one another in a ``KeyPair``, so one must tell from its bytes alone where it ends, and no encoding may be
/// the beginning of another.
public protocol KeyCodable: Sendable {
    /// The most bytes that an encoding takes. May be more than the 511 that a whole key can have; then long ones are refused.
    static var maximumSizeBytes: Int { get }

    /// Appends the encoding.
    ///
    /// - Throws: ``LMDBError/Code/badEncoding`` if the value would take more than ``maximumSizeBytes``.
    func encodeKey(into output: inout OutputSpan<UInt8>) throws(LMDBError)

    /// Reads an encoding that begins at `offset` and moves `offset` behind it.
    ///
    /// - Throws: ``LMDBError/Code/badEncoding`` if there is none.
    static func decodeKey(_ bytes: Span<UInt8>, at offset: inout Int) throws(LMDBError) -> Self
}

extension KeyCodable {
    /// Calls `body` with the encoding, which lies on the stack.
    ///
    /// - Throws: ``LMDBError/Code/badEncoding`` if it is longer than 511 bytes, liblmdb's limit; what `body` throws.
    public func withEncodedKey<R>(_ body: (Span<UInt8>) throws(LMDBError) -> R) throws(LMDBError) -> R {
        try unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.maximumSizeBytes) {
            (buffer) throws(LMDBError) in
            var output = unsafe OutputSpan(buffer: buffer, initializedCount: 0)
            try encodeKey(into: &output)
            guard output.count <= 511 else {
                throw LMDBError(
                    .badEncoding, "a key of \(output.count) bytes is too long; at most 511", operation: "encode")
            }
            return try body(output.span)
        }
    }

    /// The encoding, copied.
    public func encodedKey() throws(LMDBError) -> [UInt8] {
        try withEncodedKey { (bytes) throws(LMDBError) in [UInt8](copying: bytes) }
    }

    /// Reads a whole key.
    public init(encodedKey bytes: Span<UInt8>) throws(LMDBError) {
        var offset = 0
        self = try Self.decodeKey(bytes, at: &offset)
        guard offset == bytes.count else {
            throw .badEncoding("\(bytes.count - offset) bytes too many for a key of type \(Self.self)")
        }
    }
}

extension LMDBError {
    /// Stored bytes or a value that do not fit their type.
    static func badEncoding(_ message: String) -> LMDBError {
        LMDBError(.badEncoding, "\(message); the table holds other data than this program expects", operation: "decode")
    }
}
