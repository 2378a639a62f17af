import Crypto

extension Hash32 {
    /// SHA-256 of borrowed bytes.
    public static func sha256(_ bytes: Span<UInt8>) -> Hash32 {
        unsafe bytes.withUnsafeBytes { buffer in unsafe sha256(memory: buffer) }
    }

    /// SHA-256 of a collection of bytes, for example an array or a string's `utf8`.
    public static func sha256(_ bytes: some Collection<UInt8>) -> Hash32 {
        let contiguous = bytes.withContiguousStorageIfAvailable { buffer in
            unsafe sha256(memory: UnsafeRawBufferPointer(buffer))
        }
        return contiguous ?? sha256(Array(bytes).span)
    }

    /// SHA-256 of raw memory, given to the hash function in one piece.
    static func sha256(memory buffer: UnsafeRawBufferPointer) -> Hash32 {
        var hasher = SHA256()
        unsafe hasher.update(bufferPointer: buffer)
        return Hash32(hasher.finalize())
    }

    /// The hash that a digest holds.
    init(_ digest: SHA256.Digest) {
        self = unsafe digest.withUnsafeBytes { buffer in unsafe Hash32(memory: buffer) }
    }
}
