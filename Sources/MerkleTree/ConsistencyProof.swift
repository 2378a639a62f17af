/// Shows that a tree is an earlier one with leaves appended.
public struct ConsistencyProof: Hashable, Sendable {
    /// How many leaves the earlier tree has.
    public let oldSize: UInt64
    /// How many leaves the later tree has.
    public let newSize: UInt64
    /// The hashes in the order of RFC 6962 section 2.1.2; none if the older tree is empty or both are the same.
    public let hashes: [Hash32]

    /// A proof received from elsewhere; nothing is checked before ``verify(oldRoot:newRoot:)``.
    public init(oldSize: UInt64, newSize: UInt64, hashes: [Hash32]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// Makes the proof from stored nodes, for any two sizes up to the present one (PROOF of RFC 6962 section 2.1.2).
    ///
    /// - Throws: `outOfRange` if the older tree is the larger one, `nodeMissing` with the reader's error as cause.
    public init(oldSize: UInt64, newSize: UInt64, node: MerkleTree.NodeReader) throws(MerkleError) {
        guard oldSize <= newSize else { throw Self.wrongOrder(oldSize, newSize) }
        guard oldSize > 0, oldSize < newSize else {
            self.init(oldSize: oldSize, newSize: newSize, hashes: [])
            return
        }
        var hashes: [Hash32] = []
        var range = 0..<newSize
        while oldSize != range.upperBound {
            let middle = range.lowerBound + MerkleTree.split(range.upperBound - range.lowerBound)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            let sibling = oldSize <= middle ? right : left
            range = oldSize <= middle ? left : right
            hashes.append(try MerkleTree.rangeHash(sibling, node: node))
        }
        // A complete older tree is known to the verifier by its root and is left out.
        if range.lowerBound != 0 { hashes.append(try MerkleTree.rangeHash(range, node: node)) }
        self.init(oldSize: oldSize, newSize: newSize, hashes: hashes.reversed())
    }

    /// Checks the proof (RFC 9162 section 2.1.4.2). An empty older tree is consistent with every tree, if its root is the empty root.
    ///
    /// - Throws: `outOfRange` or `proofInvalid`.
    public func verify(oldRoot: Hash32, newRoot: Hash32) throws(MerkleError) {
        guard oldSize <= newSize else { throw Self.wrongOrder(oldSize, newSize) }
        guard isConsistent(oldRoot, newRoot) else {
            throw MerkleError(
                .proofInvalid,
                "The tree of \(newSize) leaves is not shown to continue the tree of \(oldSize): fetch the proof anew; if it fails again, the log was rewritten."
            )
        }
    }

    private func isConsistent(_ oldRoot: Hash32, _ newRoot: Hash32) -> Bool {
        if newSize == 0 && newRoot != MerkleTree.emptyRoot { return false }
        if oldSize == 0 { return hashes.isEmpty && oldRoot == MerkleTree.emptyRoot }
        if oldSize == newSize { return hashes.isEmpty && oldRoot == newRoot }
        guard let roots = computedRoots(oldRoot) else { return false }
        return roots.old == oldRoot && roots.new == newRoot
    }

    /// Both roots that the proof gives; nil if it has the wrong length.
    private func computedRoots(_ oldRoot: Hash32) -> (old: Hash32, new: Hash32)? {
        let isPowerOfTwo = oldSize & (oldSize - 1) == 0
        guard let first = hashes.first else { return nil }
        var walk = ProofWalk(node: oldSize - 1, last: newSize - 1)
        walk.skipRightChildren()
        var old = isPowerOfTwo ? oldRoot : first
        var new = old
        for hash in isPowerOfTwo ? hashes[...] : hashes.dropFirst() {
            switch walk.step() {
            case .finished: return nil
            case .siblingOnLeft:
                old = MerkleTree.nodeHash(hash, old)
                new = MerkleTree.nodeHash(hash, new)
            case .siblingOnRight: new = MerkleTree.nodeHash(new, hash)
            }
        }
        return walk.isAtRoot ? (old, new) : nil
    }

    private static func wrongOrder(_ oldSize: UInt64, _ newSize: UInt64) -> MerkleError {
        MerkleError(.outOfRange, "A tree of \(newSize) leaves cannot continue one of \(oldSize); give the smaller size first.")
    }
}
