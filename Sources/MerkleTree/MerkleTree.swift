/// The hash functions and shapes of an RFC 6962 Merkle tree (SHA-256).
///
/// A *node* is named by its level and its index within the level: node (0, i) is the hash of leaf i, node (l, i) covers the leaves
/// `i << l ..< (i + 1) << l`. Only complete nodes have stored hashes; everything else is computed from them.
///
/// Each hash makes one short-lived heap object inside swift-crypto and nothing here.
public enum MerkleTree {
    /// Reads the hash of a complete node.
    public typealias NodeReader = (_ level: Int, _ index: UInt64) throws -> Hash32

    /// The root of the tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1).
    public static let emptyRoot = Hash32.sha256(EmptyCollection<UInt8>())

    /// The hash of a leaf: SHA-256(0x00 ‖ bytes).
    public static func leafHash(_ leaf: Span<UInt8>) -> Hash32 {
        // In one piece: most leaves are short, and each piece has its price.
        unsafe withUnsafeTemporaryAllocation(byteCount: leaf.count + 1, alignment: 1) { preimage in
            unsafe preimage[0] = leafPrefix
            unsafe leaf.withUnsafeBytes { unsafe UnsafeMutableRawBufferPointer(rebasing: preimage[1...]).copyMemory(from: $0) }
            return unsafe Hash32.sha256(memory: UnsafeRawBufferPointer(preimage))
        }
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ bytes).
    public static func leafHash(_ leaf: some Collection<UInt8>) -> Hash32 {
        let contiguous = leaf.withContiguousStorageIfAvailable { buffer in unsafe leafHash(buffer.span) }
        return contiguous ?? leafHash(Array(leaf).span)
    }

    /// The hash of an interior node: SHA-256(0x01 ‖ left ‖ right).
    public static func nodeHash(_ left: Hash32, _ right: Hash32) -> Hash32 {
        var preimage = InlineArray<65, UInt8>(repeating: nodePrefix)
        var preimageSpan = preimage.mutableSpan
        return unsafe preimageSpan.withUnsafeMutableBytes { output in
            unsafe left.withMemory { bytes in unsafe UnsafeMutableRawBufferPointer(rebasing: output[1..<33]).copyMemory(from: bytes) }
            unsafe right.withMemory { bytes in unsafe UnsafeMutableRawBufferPointer(rebasing: output[33..<65]).copyMemory(from: bytes) }
            return unsafe Hash32.sha256(memory: UnsafeRawBufferPointer(output))
        }
    }

    private static let leafPrefix: UInt8 = 0x00
    private static let nodePrefix: UInt8 = 0x01
}
