/// The right edge of a growing tree: all that is needed to append leaves and to give the root (a compact range from leaf 0).
///
/// It holds at most 64 hashes. A store keeps the nodes that ``append(_:completed:)`` reports and restores the frontier from them.
public struct Frontier: Sendable, Equatable {
    /// How many leaves the tree has.
    public private(set) var size: UInt64

    /// Hashes of the complete subtrees from the left, one for each bit set in ``size``.
    private var peaks: [Hash32]

    /// The frontier of the empty tree.
    public init() {
        size = 0
        peaks = []
        peaks.reserveCapacity(64)
    }

    /// The frontier of a tree whose nodes are stored.
    ///
    /// - Parameter node: reads a complete node; level 0 are the leaf hashes. Only the peaks are read: one node for each bit set in `size`.
    /// - Throws: `nodeMissing` when the reader gives nil or throws.
    public init(size: UInt64, node: (_ level: Int, _ index: UInt64) throws -> Hash32?) throws(MerkleError) {
        self.init()
        for (level, index) in MerkleTree.peaks(size: size) {
            let hash: Hash32?
            do { hash = try node(level, index) } catch { throw Self.missing(level, index, size, cause: error) }
            guard let hash else { throw Self.missing(level, index, size, cause: nil) }
            peaks.append(hash)
        }
        self.size = size
    }

    /// Appends a leaf hash and reports each interior node that it completes, from the bottom.
    ///
    /// - Parameter completed: is called with (level ≥ 1, index, hash), on average once a leaf. If it throws, the frontier is unchanged.
    public mutating func append<Failure: Error>(
        _ leafHash: Hash32, completed: (_ level: Int, _ index: UInt64, _ hash: Hash32) throws(Failure) -> Void
    ) throws(Failure) {
        let merges = (~size).trailingZeroBitCount
        var hash = leafHash
        for level in 0..<merges {
            hash = MerkleTree.nodeHash(peaks[peaks.count - 1 - level], hash)
            try completed(level + 1, size >> UInt64(level + 1), hash)
        }
        peaks.removeLast(merges)
        peaks.append(hash)
        size += 1
    }

    /// Appends a leaf hash.
    public mutating func append(_ leafHash: Hash32) {
        append(leafHash) { _, _, _ in }
    }

    /// The root of the tree (RFC 6962 section 2.1).
    public func root() -> Hash32 {
        guard var hash = peaks.last else { return MerkleTree.emptyRoot }
        for peak in peaks.dropLast().reversed() { hash = MerkleTree.nodeHash(peak, hash) }
        return hash
    }

    private static func missing(_ level: Int, _ index: UInt64, _ size: UInt64, cause: (any Error)?) -> MerkleError {
        MerkleError(
            .nodeMissing,
            "A tree of \(size) leaves needs node (level \(level), index \(index)), which the store does not have; run fsck on the ledger.",
            cause: cause)
    }
}
