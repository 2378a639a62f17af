extension MerkleTree {
    /// The root of the tree of the first `size` leaves, from stored nodes: any past size works.
    ///
    /// - Throws: `nodeMissing` with the reader's error as cause.
    public static func root(size: UInt64, node: NodeReader) throws(MerkleError) -> Hash32 {
        guard size > 0 else { return emptyRoot }
        return try rangeHash(0..<size, node: node)
    }

    /// The complete nodes that make the tree of `size` leaves, from the left: one for each bit set in `size`.
    public static func peaks(size: UInt64) -> [(level: Int, index: UInt64)] {
        completeNodes(in: 0..<size)
    }

    /// MTH of RFC 6962 section 2.1 over a range of leaves whose start is a multiple of the smallest power of two not below its length.
    static func rangeHash(_ range: Range<UInt64>, node: NodeReader) throws(MerkleError) -> Hash32 {
        var result: Hash32?
        for (level, index) in completeNodes(in: range).reversed() {
            let hash = try read(level, index, node)
            if let right = result {
                result = nodeHash(hash, right)
            } else {
                result = hash
            }
        }
        return result ?? emptyRoot
    }

    /// The largest power of two below a length of at least two: where RFC 6962 splits a tree.
    static func split(_ length: UInt64) -> UInt64 {
        1 << UInt64(63 - (length - 1).leadingZeroBitCount)
    }

    private static func completeNodes(in range: Range<UInt64>) -> [(level: Int, index: UInt64)] {
        var nodes: [(level: Int, index: UInt64)] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let level = 63 - (range.upperBound - start).leadingZeroBitCount
            nodes.append((level, start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
        return nodes
    }

    static func read(_ level: Int, _ index: UInt64, _ node: NodeReader) throws(MerkleError) -> Hash32 {
        do {
            return try node(level, index)
        } catch {
            throw MerkleError(
                .nodeMissing, "The hash of tree node (level \(level), index \(index)) cannot be read; run fsck on the ledger.", cause: error
            )
        }
    }
}
