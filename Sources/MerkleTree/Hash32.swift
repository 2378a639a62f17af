/// A 32-byte hash: SHA-256 digests, leaf and node hashes, tokens, commitments.
///
/// Four words instead of an array: no allocation, cheap to compare and to hash. The words hold the bytes as they lie in memory, so that
/// ``withBytes(_:)`` lends them without a copy.
public struct Hash32: Hashable, Sendable {
    /// Length in bytes.
    public static let byteCount = 32

    /// 32 zero bytes: the `prev_leaf_hash` of a first revision.
    public static let zero = Hash32(memoryWords: (0, 0, 0, 0))

    private var word0: UInt64
    private var word1: UInt64
    private var word2: UInt64
    private var word3: UInt64

    private init(memoryWords words: (UInt64, UInt64, UInt64, UInt64)) {
        (word0, word1, word2, word3) = words
    }

    /// The hash made of 32 borrowed bytes; nil for any other length.
    public init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self = unsafe bytes.withUnsafeBytes { buffer in unsafe Hash32(memory: buffer) }
    }

    /// The hash made of 32 bytes; nil for any other length.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        unsafe withUnsafeMutableBytes(of: &words) { buffer in unsafe buffer.copyBytes(from: bytes) }
        self.init(memoryWords: words)
    }

    /// The hash that lies in a buffer of exactly 32 bytes, at any alignment.
    init(memory buffer: UnsafeRawBufferPointer) {
        precondition(buffer.count == Self.byteCount)
        unsafe self.init(
            memoryWords: (
                buffer.loadUnaligned(fromByteOffset: 0, as: UInt64.self), buffer.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                buffer.loadUnaligned(fromByteOffset: 16, as: UInt64.self), buffer.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            ))
    }

    /// Lends the 32 bytes for the length of a closure, without a copy.
    public func withBytes<Result, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure) -> Result {
        try unsafe withMemory { (buffer) throws(Failure) -> Result in
            try unsafe buffer.withMemoryRebound(to: UInt8.self) { (bytes) throws(Failure) -> Result in try unsafe body(bytes.span) }
        }
    }

    /// Lends the 32 bytes as raw memory.
    func withMemory<Result, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Result) throws(Failure) -> Result {
        try unsafe withUnsafeBytes(of: self) { (buffer) throws(Failure) -> Result in try unsafe body(buffer) }
    }

    /// The 32 bytes as four big-endian numbers.
    package var bigEndianWords: (UInt64, UInt64, UInt64, UInt64) {
        (word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian)
    }

    /// The 32 bytes, without an allocation.
    public var inlineBytes: [32 of UInt8] {
        unsafe unsafeBitCast(self, to: [32 of UInt8].self)
    }

    /// The 32 bytes as a new array.
    public var bytes: [UInt8] {
        unsafe withMemory { buffer in unsafe Array(buffer) }
    }

    /// Appends the 32 bytes to an array.
    public func append(to output: inout [UInt8]) {
        unsafe withMemory { buffer in unsafe output.append(contentsOf: buffer) }
    }
}

extension Hash32: Comparable {
    /// Byte order, as `memcmp` gives it.
    public static func < (left: Hash32, right: Hash32) -> Bool {
        if left.word0 != right.word0 { return left.word0.bigEndian < right.word0.bigEndian }
        if left.word1 != right.word1 { return left.word1.bigEndian < right.word1.bigEndian }
        if left.word2 != right.word2 { return left.word2.bigEndian < right.word2.bigEndian }
        return left.word3.bigEndian < right.word3.bigEndian
    }
}
