/// Shows that one leaf is in the tree of a given size.
public struct InclusionProof: Hashable, Sendable {
    /// Which leaf, from 0.
    public let leafIndex: UInt64
    /// How many leaves the tree has.
    public let treeSize: UInt64
    /// The sibling hashes from the leaf to the root.
    public let hashes: [Hash32]

    /// A proof received from elsewhere; nothing is checked before ``verify(leafHash:root:)``.
    public init(leafIndex: UInt64, treeSize: UInt64, hashes: [Hash32]) {
        self.leafIndex = leafIndex
        self.treeSize = treeSize
        self.hashes = hashes
    }

    /// Makes the proof from stored nodes, for a tree of the present or any past size (PATH of RFC 6962 section 2.1.1).
    ///
    /// - Throws: `outOfRange` if the leaf is not in the tree, `nodeMissing` with the reader's error as cause.
    public init(leafIndex: UInt64, treeSize: UInt64, node: MerkleTree.NodeReader) throws(MerkleError) {
        guard leafIndex < treeSize else {
            throw MerkleError(.outOfRange, "Leaf \(leafIndex) is not in a tree of \(treeSize) leaves; ask for a leaf below the size.")
        }
        var siblings: [Hash32] = []
        var range = 0..<treeSize
        while range.upperBound - range.lowerBound > 1 {
            let middle = range.lowerBound + MerkleTree.split(range.upperBound - range.lowerBound)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            let sibling = leafIndex < middle ? right : left
            range = leafIndex < middle ? left : right
            siblings.append(try MerkleTree.rangeHash(sibling, node: node))
        }
        self.init(leafIndex: leafIndex, treeSize: treeSize, hashes: siblings.reversed())
    }

    /// Checks the proof (RFC 9162 section 2.1.3.2).
    ///
    /// - Throws: `outOfRange` or `proofInvalid`.
    public func verify(leafHash: Hash32, root: Hash32) throws(MerkleError) {
        guard leafIndex < treeSize else {
            throw MerkleError(.outOfRange, "The proof claims leaf \(leafIndex) of a tree of \(treeSize) leaves; it proves nothing.")
        }
        guard computedRoot(leafHash: leafHash) == root else {
            throw MerkleError(
                .proofInvalid,
                "The proof for leaf \(leafIndex) does not lead to the root of \(treeSize) leaves; fetch leaf, proof and root anew.")
        }
    }

    /// The root that proof and leaf hash give; nil if the proof has the wrong length.
    private func computedRoot(leafHash: Hash32) -> Hash32? {
        var walk = ProofWalk(node: leafIndex, last: treeSize - 1)
        var hash = leafHash
        for sibling in hashes {
            switch walk.step() {
            case .finished: return nil
            case .siblingOnLeft: hash = MerkleTree.nodeHash(sibling, hash)
            case .siblingOnRight: hash = MerkleTree.nodeHash(hash, sibling)
            }
        }
        return walk.isAtRoot ? hash : nil
    }
}
