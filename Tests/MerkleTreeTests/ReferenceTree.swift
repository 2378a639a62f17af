import MerkleTree

/// The tree of RFC 6962 written down as its recursive definition: slow, and plainly right.
struct ReferenceTree {
    let leafHashes: [Hash32]

    init(leaves: [[UInt8]]) {
        leafHashes = leaves.map { MerkleTree.leafHash($0) }
    }

    /// Leaves that differ: the index in two bytes.
    init(count: Int) {
        self.init(leaves: (0..<count).map { [UInt8($0 >> 8), UInt8($0 & 255)] })
    }

    func root(_ range: Range<Int>) -> Hash32 {
        switch range.count {
        case 0: return MerkleTree.emptyRoot
        case 1: return leafHashes[range.lowerBound]
        default:
            var split = 1
            while split * 2 < range.count { split *= 2 }
            let middle = range.lowerBound + split
            return MerkleTree.nodeHash(root(range.lowerBound..<middle), root(middle..<range.upperBound))
        }
    }

    func root(size: Int) -> Hash32 { root(0..<size) }
}

/// What a store keeps: leaf hashes and the interior nodes that a frontier reported.
struct NodeStore {
    struct Missing: Error {}
    struct Place: Hashable {
        let level: Int
        let index: UInt64
    }

    private(set) var nodes: [Place: Hash32] = [:]
    private(set) var frontier = Frontier()

    init(leafHashes: [Hash32]) {
        for leaf in leafHashes { append(leaf) }
    }

    mutating func append(_ leaf: Hash32) {
        nodes[Place(level: 0, index: frontier.size)] = leaf
        frontier.append(leaf) { level, index, hash in nodes[Place(level: level, index: index)] = hash }
    }

    func node(_ level: Int, _ index: UInt64) throws -> Hash32 {
        guard let hash = nodes[Place(level: level, index: index)] else { throw Missing() }
        return hash
    }
}

/// The hash with one of its 256 bits turned over.
func oneBitAway(from hash: Hash32, bit: Int) -> Hash32 {
    var bytes = hash.bytes
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    return Hash32(bytes) ?? .zero
}
