import MerkleTree
import Testing

struct FrontierTests {
    private static let tree = ReferenceTree(count: 300)

    @Test func `the root after each append is the root of the definition`() {
        var frontier = Frontier()
        #expect(frontier.root() == MerkleTree.emptyRoot)
        for size in 1...300 {
            frontier.append(Self.tree.leafHashes[size - 1])
            #expect(frontier.size == UInt64(size))
            #expect(frontier.root() == Self.tree.root(size: size))
        }
    }

    @Test func `each interior node is reported once, when its last leaf comes`() {
        var frontier = Frontier()
        var seen: Set<NodeStore.Place> = []
        for size in 1...300 {
            frontier.append(Self.tree.leafHashes[size - 1]) { level, index, hash in
                let end = Int(index + 1) << level
                #expect(end == size)
                #expect(hash == Self.tree.root((Int(index) << level)..<end))
                #expect(seen.insert(NodeStore.Place(level: level, index: index)).inserted)
            }
        }
        #expect(seen.count == 300 - 300.nonzeroBitCount)
    }

    @Test func `a frontier restored from nodes goes on as if it had never stopped`() throws {
        let store = NodeStore(leafHashes: Self.tree.leafHashes)
        for size in 0..<300 {
            var restored = try Frontier(size: UInt64(size), node: store.node)
            #expect(restored.root() == Self.tree.root(size: size))
            restored.append(Self.tree.leafHashes[size])
            #expect(restored.root() == Self.tree.root(size: size + 1))
        }
        #expect(try Frontier(size: 300, node: store.node) == store.frontier)
    }

    @Test func `a node that the store has lost is named`() throws {
        let store = NodeStore(leafHashes: Self.tree.leafHashes)
        let absent = #expect(throws: MerkleError.self) {
            _ = try Frontier(size: 6) { level, index in level == 1 ? nil : try store.node(level, index) }
        }
        #expect(absent?.code == .nodeMissing)
        #expect(absent?.message.contains("(level 1, index 2)") == true)
        let failing = #expect(throws: MerkleError.self) { _ = try Frontier(size: 512, node: store.node) }
        #expect(failing?.cause is NodeStore.Missing)
    }

    @Test func `a store that refuses a node leaves the frontier as it was`() {
        struct Full: Error {}
        var frontier = Frontier()
        for leaf in Self.tree.leafHashes.prefix(7) { frontier.append(leaf) }
        let before = frontier
        #expect(throws: Full.self) {
            try frontier.append(Self.tree.leafHashes[7]) { (level, _, _) throws(Full) in if level == 3 { throw Full() } }
        }
        #expect(frontier == before)
    }

    @Test func `the root of any past size comes from the nodes of the present tree`() throws {
        let store = NodeStore(leafHashes: Self.tree.leafHashes)
        for size in 0...300 {
            #expect(try MerkleTree.root(size: UInt64(size), node: store.node) == Self.tree.root(size: size))
        }
        let error = #expect(throws: MerkleError.self) { _ = try MerkleTree.root(size: 301, node: store.node) }
        #expect(error?.code == .nodeMissing)
    }

    @Test func `the largest sizes have peaks and no overflow`() {
        let peaks = MerkleTree.peaks(size: .max)
        #expect(peaks.count == 64)
        #expect(peaks.first?.level == 63)
        #expect(peaks.last?.index == UInt64.max - 1)
    }
}
