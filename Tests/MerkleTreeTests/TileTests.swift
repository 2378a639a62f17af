import MerkleTree
import Testing

struct TileTests {
    private static let paths: [(content: Tile.Content, index: UInt64, width: Int, path: String)] = [
        (.hashes(level: 0), 0, 256, "tile/0/000"),
        (.hashes(level: 0), 5, 256, "tile/0/005"),
        (.hashes(level: 0), 999, 256, "tile/0/999"),
        (.hashes(level: 0), 1000, 256, "tile/0/x001/000"),
        (.hashes(level: 0), 1234, 256, "tile/0/x001/234"),
        (.hashes(level: 1), 1_234_067, 256, "tile/1/x001/x234/067"),
        (.hashes(level: 2), 0, 1, "tile/2/000.p/1"),
        (.hashes(level: 0), 273, 112, "tile/0/273.p/112"),
        (.hashes(level: 63), 7, 255, "tile/63/007.p/255"),
        (.entries, 0, 256, "tile/entries/000"),
        (.entries, 1_234_067, 8, "tile/entries/x001/x234/067.p/8"),
        (.hashes(level: 0), 72_057_594_037_927_934, 256, "tile/0/x072/x057/x594/x037/x927/934"),
    ]

    @Test(arguments: paths.indices) func `a tile has one path and the path names the tile`(row: Int) throws {
        let expected = Self.paths[row]
        let tile = try Tile(expected.content, index: expected.index, width: expected.width)
        #expect(tile.path == expected.path)
        #expect(try Tile(path: expected.path) == tile)
        #expect(tile.isPartial == (expected.width < 256))
    }

    @Test(arguments: [
        "", "/", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "/tile/0/000", "tile/0/000/", "tile//000",
        "tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000", "tile/+1/000", "tile/x/000", "tile/0/x000", "tile/0/x000/001",
        "tile/0/001/000", "tile/0/x01/000", "tile/0/xx01/000", "tile/0/x001/x234", "tile/0/x001/1234", "tile/0/0 0", "tile/0/-01",
        "tile/0/+01",
        "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/01", "tile/0/000.p/256", "tile/0/000.p/-1", "tile/0/000.p/+1",
        "tile/0/000.p/1/", "tile/0/000.q/1", "tile/0/.p/1", "tile/0/000.p.p/1", "tile/0/x001.p/000", "tile/Entries/000", "tile/entries/0",
        "tile/entries/000.p/256", "tile/0/..", "tile/0/../000", "tile/0/%30%30%30", "tile/0/000\n", "tile/0/٠٠٠", "tile/0/000?x=1",
        "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/x018/x446/x744/x073/x709/x551/616",
    ]) func `any other path is refused`(path: String) {
        let error = #expect(throws: MerkleError.self) { _ = try Tile(path: path) }
        #expect(error?.code == .tileMalformed)
    }

    @Test func `the example of the specification: 70,000 leaves`() throws {
        #expect(Tile.width(.hashes(level: 0), index: 272, treeSize: 70_000) == 256)
        #expect(Tile.width(.hashes(level: 0), index: 273, treeSize: 70_000) == 112)
        #expect(Tile.width(.hashes(level: 0), index: 274, treeSize: 70_000) == 0)
        #expect(Tile.width(.hashes(level: 1), index: 0, treeSize: 70_000) == 256)
        #expect(Tile.width(.hashes(level: 1), index: 1, treeSize: 70_000) == 17)
        #expect(Tile.width(.hashes(level: 2), index: 0, treeSize: 70_000) == 1)
        #expect(Tile.width(.hashes(level: 3), index: 0, treeSize: 70_000) == 0)
        #expect(Tile.width(.entries, index: 273, treeSize: 70_000) == 112)
        #expect(Tile.width(.hashes(level: 0), index: 0, treeSize: 256) == 256)
        #expect(Tile.width(.hashes(level: 1), index: 0, treeSize: 256) == 1)
        #expect(Tile.width(.hashes(level: 0), index: 0, treeSize: 0) == 0)
        #expect(Tile.width(.hashes(level: 63), index: 0, treeSize: .max) == 0)
    }

    @Test func `a tile is there as soon as the tree has its last hash`() throws {
        #expect(try Tile(.hashes(level: 0), index: 1, width: 3).isAvailable(treeSize: 259))
        #expect(try !Tile(.hashes(level: 0), index: 1, width: 3).isAvailable(treeSize: 258))
        #expect(try Tile(.hashes(level: 1), index: 0, width: 2).isAvailable(treeSize: 512))
        #expect(try !Tile(.hashes(level: 1), index: 0, width: 2).isAvailable(treeSize: 511))
        #expect(try !Tile(.entries, index: 72_057_594_037_927_934).isAvailable(treeSize: 5))
    }

    @Test func `tile bytes are the hashes of the definition, full and partial`() throws {
        let tree = ReferenceTree(count: 600)
        let store = NodeStore(leafHashes: tree.leafHashes)
        let leaves = try Tile(.hashes(level: 0), index: 1).hashBytes(node: store.node)
        #expect(leaves == tree.leafHashes[256..<512].flatMap(\.bytes))
        let edge = try Tile(.hashes(level: 0), index: 2, width: 88).hashBytes(node: store.node)
        #expect(edge == tree.leafHashes[512..<600].flatMap(\.bytes))
        let above = try Tile(.hashes(level: 1), index: 0, width: 2).hashBytes(node: store.node)
        #expect(above == tree.root(0..<256).bytes + tree.root(256..<512).bytes)
    }

    @Test func `a tile beyond the tree, of entries or of a level that no tree has gives an error`() throws {
        let store = NodeStore(leafHashes: ReferenceTree(count: 3).leafHashes)
        for (tile, code) in [
            (try Tile(.hashes(level: 0), index: 0, width: 4), MerkleError.Code.nodeMissing),
            (try Tile(.entries, index: 0, width: 3), .outOfRange),
            (try Tile(.hashes(level: 8), index: 0), .outOfRange),
        ] {
            let error = #expect(throws: MerkleError.self) { _ = try tile.hashBytes(node: store.node) }
            #expect(error?.code == code)
        }
        for (level, index, width) in [(64, 0, 1), (-1, 0, 1), (0, 0, 0), (0, 0, 257), (0, .max, 1)] as [(Int, UInt64, Int)] {
            #expect(throws: MerkleError.self) { _ = try Tile(.hashes(level: level), index: index, width: width) }
        }
    }

    @Test func `an entry bundle gives back its entries`() throws {
        let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: 300), Array(repeating: 9, count: 65_535)]
        var bundle: [UInt8] = []
        for entry in entries { try EntryBundle.append(entry.span, to: &bundle) }
        #expect(bundle.prefix(5) == [0, 0, 0, 1, 1])
        #expect(try EntryBundle.entries(of: bundle, width: 4).map { Array($0) } == entries)
        let tooLong = [UInt8](repeating: 0, count: 65_536)
        #expect(throws: MerkleError.self) { try EntryBundle.append(tooLong.span, to: &bundle) }
    }

    @Test(arguments: [[0], [0, 1], [0, 2, 1], [1, 0, 1], [0, 1, 5, 0], [0, 0, 0, 0], []] as [[UInt8]])
    func `a bundle that ends too early or holds another number of entries is refused`(bundle: [UInt8]) {
        let error = #expect(throws: MerkleError.self) { _ = try EntryBundle.entries(of: bundle, width: 1) }
        #expect(error?.code == .tileMalformed)
    }
}
