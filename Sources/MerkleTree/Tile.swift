/// A static piece of the log as C2SP tlog-tiles serves it: 256 hashes of one tree level in eight, or the 256 entries below a level-0 tile.
public struct Tile: Hashable, Sendable {
    /// What a tile holds.
    public enum Content: Hashable, Sendable {
        /// Tree hashes; tile level l holds the nodes of tree level 8 l.
        case hashes(level: Int)
        /// The log entries themselves, each with its length before it.
        case entries
    }

    /// How many hashes or entries a full tile holds.
    public static let fullWidth = 256
    /// How many tree levels one tile spans.
    public static let height = 8
    /// The highest tile level that a path may name.
    public static let maximumLevel = 63

    /// What it holds.
    public let content: Content
    /// Which one of its level, from 0.
    public let index: UInt64
    /// How many hashes or entries, 1 … 256.
    public let width: Int

    /// A tile by its place.
    ///
    /// - Throws: `outOfRange` for a level outside 0 … 63, a width outside 1 … 256 or an index beyond all possible leaves.
    public init(_ content: Content, index: UInt64, width: Int = Tile.fullWidth) throws(MerkleError) {
        let level = Self.level(of: content)
        guard (0...Self.maximumLevel).contains(level), (1...Self.fullWidth).contains(width) else {
            throw MerkleError(.outOfRange, "A tile has a level from 0 to 63 and a width from 1 to 256; ask for one that has.")
        }
        guard index <= UInt64.max / UInt64(Self.fullWidth) - 1 else {
            throw MerkleError(.outOfRange, "No log has a tile of index \(index); ask for a smaller one.")
        }
        self.content = content
        self.index = index
        self.width = width
    }

    /// True for fewer than 256 hashes or entries: such a tile is served while the tree has this edge.
    public var isPartial: Bool { width < Self.fullWidth }

    /// True if a tree of this size has all that the tile holds.
    public func isAvailable(treeSize: UInt64) -> Bool {
        Self.nodeCount(content, treeSize: treeSize) >= index * UInt64(Self.fullWidth) + UInt64(width)
    }

    /// How wide the tile of this place is in a tree of this size; 0 if there is none.
    public static func width(_ content: Content, index: UInt64, treeSize: UInt64) -> Int {
        let count = nodeCount(content, treeSize: treeSize)
        let full = count / UInt64(fullWidth)
        if index < full { return fullWidth }
        return index == full ? Int(count % UInt64(fullWidth)) : 0
    }

    /// The bytes of a tile of hashes: its nodes one after the other.
    ///
    /// - Throws: `nodeMissing` with the reader's error as cause, `outOfRange` for a tile of entries or a level that no tree has.
    public func hashBytes(node: MerkleTree.NodeReader) throws(MerkleError) -> [UInt8] {
        guard case .hashes(let level) = content, level * Self.height < UInt64.bitWidth else {
            throw MerkleError(.outOfRange, "Only tiles of levels 0 to 7 are made of hashes; read the entries for an entry bundle.")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(width * Hash32.byteCount)
        for position in 0..<UInt64(width) {
            try MerkleTree.read(level * Self.height, index * UInt64(Self.fullWidth) + position, node).append(to: &bytes)
        }
        return bytes
    }

    static func level(of content: Content) -> Int {
        switch content {
        case .hashes(let level): level
        case .entries: 0
        }
    }

    /// How many complete nodes the level has.
    private static func nodeCount(_ content: Content, treeSize: UInt64) -> UInt64 {
        // A smart shift: 64 bits and more give 0.
        treeSize >> (level(of: content) * height)
    }
}
