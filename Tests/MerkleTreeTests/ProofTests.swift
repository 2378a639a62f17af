import MerkleTree
import Testing

/// Everything about proofs here needs no storage to verify: leaf hash, proof and root alone.
struct ProofTests {
    private static let tree = ReferenceTree(count: 130)
    private static let store = NodeStore(leafHashes: tree.leafHashes)
    private static let roots = (0...130).map { tree.root(size: $0) }

    @Test func `every leaf of every tree up to 130 is proved, for past sizes too`() throws {
        for size in 1...130 {
            for index in 0..<size {
                let proof = try InclusionProof(leafIndex: UInt64(index), treeSize: UInt64(size), node: Self.store.node)
                try proof.verify(leafHash: Self.tree.leafHashes[index], root: Self.roots[size])
            }
        }
    }

    @Test func `one flipped bit in any hash of a proof, in the leaf or in the root refuses every proof up to 130`() throws {
        for size in 1...130 {
            for index in 0..<size {
                let proof = try InclusionProof(leafIndex: UInt64(index), treeSize: UInt64(size), node: Self.store.node)
                let bit = (size * 131 + index) % 256
                let leaf = Self.tree.leafHashes[index]
                for place in proof.hashes.indices {
                    var hashes = proof.hashes
                    hashes[place] = oneBitAway(from: hashes[place], bit: bit)
                    let damaged = InclusionProof(leafIndex: proof.leafIndex, treeSize: proof.treeSize, hashes: hashes)
                    #expect(!accepts(damaged, leaf, Self.roots[size]))
                }
                #expect(!accepts(proof, oneBitAway(from: leaf, bit: bit), Self.roots[size]))
                #expect(!accepts(proof, leaf, oneBitAway(from: Self.roots[size], bit: bit)))
            }
        }
    }

    @Test func `every one of the 256 bits of every hash of a proof counts`() throws {
        for (index, size) in [(0, 1), (0, 2), (5, 8), (12, 13), (64, 65), (77, 130)] {
            let proof = try InclusionProof(leafIndex: UInt64(index), treeSize: UInt64(size), node: Self.store.node)
            for place in proof.hashes.indices {
                for bit in 0..<256 {
                    var hashes = proof.hashes
                    hashes[place] = oneBitAway(from: hashes[place], bit: bit)
                    let damaged = InclusionProof(leafIndex: proof.leafIndex, treeSize: proof.treeSize, hashes: hashes)
                    #expect(!accepts(damaged, Self.tree.leafHashes[index], Self.roots[size]))
                }
            }
        }
    }

    @Test func `a proof shortened, lengthened or for another leaf is refused`() throws {
        for size in 1...40 {
            for index in 0..<size {
                let proof = try InclusionProof(leafIndex: UInt64(index), treeSize: UInt64(size), node: Self.store.node)
                let leaf = Self.tree.leafHashes[index]
                let root = Self.roots[size]
                let others =
                    [proof.hashes + [root], [root] + proof.hashes]
                    + (proof.hashes.isEmpty ? [] : [Array(proof.hashes.dropLast()), Array(proof.hashes.dropFirst())])
                for hashes in others {
                    #expect(!accepts(InclusionProof(leafIndex: proof.leafIndex, treeSize: proof.treeSize, hashes: hashes), leaf, root))
                }
                for other in 0..<size where other != index {
                    #expect(!accepts(InclusionProof(leafIndex: UInt64(other), treeSize: proof.treeSize, hashes: proof.hashes), leaf, root))
                }
            }
        }
    }

    @Test func `a leaf outside the tree has no proof and no verification`() {
        for (index, size) in [(0, 0), (1, 1), (5, 4)] as [(UInt64, UInt64)] {
            let made = #expect(throws: MerkleError.self) { _ = try InclusionProof(leafIndex: index, treeSize: size, node: Self.store.node) }
            #expect(made?.code == .outOfRange)
            let forged = InclusionProof(leafIndex: index, treeSize: size, hashes: [])
            #expect(!accepts(forged, MerkleTree.emptyRoot, MerkleTree.emptyRoot))
        }
    }

    @Test func `every older tree up to 70 is consistent with every later one`() throws {
        for newSize in 0...70 {
            for oldSize in 0...newSize {
                let proof = try ConsistencyProof(oldSize: UInt64(oldSize), newSize: UInt64(newSize), node: Self.store.node)
                try proof.verify(oldRoot: Self.roots[oldSize], newRoot: Self.roots[newSize])
            }
        }
    }

    @Test func `one flipped bit in a consistency proof or in either root is refused`() throws {
        for newSize in 1...70 {
            for oldSize in 0...newSize {
                let proof = try ConsistencyProof(oldSize: UInt64(oldSize), newSize: UInt64(newSize), node: Self.store.node)
                let bit = (newSize * 71 + oldSize) % 256
                let (oldRoot, newRoot) = (Self.roots[oldSize], Self.roots[newSize])
                for place in proof.hashes.indices {
                    var hashes = proof.hashes
                    hashes[place] = oneBitAway(from: hashes[place], bit: bit)
                    #expect(!accepts(ConsistencyProof(oldSize: proof.oldSize, newSize: proof.newSize, hashes: hashes), oldRoot, newRoot))
                }
                #expect(!accepts(proof, oneBitAway(from: oldRoot, bit: bit), newRoot))
                // From the empty tree every later tree follows: there is nothing to contradict.
                if oldSize > 0 { #expect(!accepts(proof, oldRoot, oneBitAway(from: newRoot, bit: bit))) }
            }
        }
    }

    @Test func `a consistency proof shortened, lengthened, swapped or for other sizes is refused`() throws {
        for newSize in 2...40 {
            for oldSize in 1..<newSize {
                let proof = try ConsistencyProof(oldSize: UInt64(oldSize), newSize: UInt64(newSize), node: Self.store.node)
                let (old, new) = (Self.roots[oldSize], Self.roots[newSize])
                for hashes in [
                    [], Array(proof.hashes.dropLast()), Array(proof.hashes.dropFirst()), proof.hashes + [old], proof.hashes + [new],
                    [old] + proof.hashes,
                ] {
                    #expect(!accepts(ConsistencyProof(oldSize: proof.oldSize, newSize: proof.newSize, hashes: hashes), old, new))
                }
                #expect(!accepts(proof, new, old))
                for other in 1...newSize where other != oldSize {
                    #expect(!accepts(ConsistencyProof(oldSize: UInt64(other), newSize: proof.newSize, hashes: proof.hashes), old, new))
                }
            }
        }
    }

    @Test func `a tree never shrinks`() {
        let made = #expect(throws: MerkleError.self) { _ = try ConsistencyProof(oldSize: 2, newSize: 1, node: Self.store.node) }
        #expect(made?.code == .outOfRange)
        #expect(!accepts(ConsistencyProof(oldSize: 2, newSize: 1, hashes: []), Self.roots[1], Self.roots[1]))
    }

    @Test func `trivial sizes need their own roots and no hashes`() {
        let (empty, one) = (MerkleTree.emptyRoot, Self.roots[1])
        #expect(accepts(ConsistencyProof(oldSize: 0, newSize: 0, hashes: []), empty, empty))
        #expect(!accepts(ConsistencyProof(oldSize: 0, newSize: 0, hashes: []), one, one))
        #expect(!accepts(ConsistencyProof(oldSize: 0, newSize: 1, hashes: []), one, one))
        #expect(!accepts(ConsistencyProof(oldSize: 0, newSize: 1, hashes: [empty]), empty, one))
        #expect(!accepts(ConsistencyProof(oldSize: 1, newSize: 1, hashes: [empty]), one, one))
        #expect(!accepts(ConsistencyProof(oldSize: 1, newSize: 1, hashes: []), one, empty))
    }

    @Test func `hostile sizes and lengths end in a refusal, not in a crash`() {
        let many = [Hash32](repeating: .zero, count: 200)
        for size in [1, 2, UInt64.max - 1, .max] {
            #expect(!accepts(InclusionProof(leafIndex: size - 1, treeSize: size, hashes: many), .zero, .zero))
            #expect(!accepts(InclusionProof(leafIndex: 0, treeSize: size, hashes: many), .zero, .zero))
            #expect(!accepts(ConsistencyProof(oldSize: size, newSize: .max, hashes: many), .zero, .zero))
            #expect(!accepts(ConsistencyProof(oldSize: 1, newSize: size, hashes: many), .zero, .zero))
        }
    }

    @Test func `a node that cannot be read stops the proof with the reader's error`() {
        let error = #expect(throws: MerkleError.self) { _ = try InclusionProof(leafIndex: 0, treeSize: 500, node: Self.store.node) }
        #expect(error?.code == .nodeMissing)
        #expect(error?.cause is NodeStore.Missing)
    }

    private func accepts(_ proof: InclusionProof, _ leafHash: Hash32, _ root: Hash32) -> Bool {
        (try? proof.verify(leafHash: leafHash, root: root)) != nil
    }

    private func accepts(_ proof: ConsistencyProof, _ oldRoot: Hash32, _ newRoot: Hash32) -> Bool {
        (try? proof.verify(oldRoot: oldRoot, newRoot: newRoot)) != nil
    }
}
