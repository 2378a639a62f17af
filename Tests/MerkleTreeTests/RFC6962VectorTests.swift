import MerkleTree
import Testing

/// The vectors that the certificate-transparency implementations share: eight leaves, their roots and some proofs.
enum RFC6962Vectors {
    static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    static let inclusion: [(leaf: UInt64, size: UInt64, hashes: [String])] = [
        (0, 1, []),
        (
            0, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            5, 8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1, 5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ]
    static let consistency: [(old: UInt64, new: UInt64, hashes: [String])] = [
        (1, 1, []),
        (
            1, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            6, 8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (
            2, 5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
        (
            6, 7,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
    ]

    static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    static func store() -> NodeStore {
        NodeStore(leafHashes: leaves.map { MerkleTree.leafHash(bytes($0)) })
    }
}

struct RFC6962VectorTests {
    @Test func `the empty tree, the empty leaf and a leaf hash as published`() {
        #expect(MerkleTree.emptyRoot.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(MerkleTree.leafHash([]).hex == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        #expect(MerkleTree.leafHash("L123456".utf8).hex == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")
        let leaf = Array("L123456".utf8)
        #expect(MerkleTree.leafHash(leaf.span) == MerkleTree.leafHash(leaf))
    }

    @Test func `a leaf is never taken for a node`() {
        let (left, right) = (MerkleTree.leafHash("Hello".utf8), MerkleTree.leafHash("World".utf8))
        #expect(MerkleTree.nodeHash(left, right) != MerkleTree.leafHash(left.bytes + right.bytes))
        #expect(MerkleTree.nodeHash(left, right) != MerkleTree.nodeHash(right, left))
        #expect(MerkleTree.nodeHash(left, right) == Hash32.sha256([1] + left.bytes + right.bytes))
    }

    @Test(arguments: 1...8) func `each published root comes out of frontier and nodes`(size: Int) throws {
        let store = RFC6962Vectors.store()
        #expect(try MerkleTree.root(size: UInt64(size), node: store.node).hex == RFC6962Vectors.roots[size - 1])
        var frontier = Frontier()
        for leaf in RFC6962Vectors.leaves.prefix(size) { frontier.append(MerkleTree.leafHash(RFC6962Vectors.bytes(leaf))) }
        #expect(frontier.root().hex == RFC6962Vectors.roots[size - 1])
    }

    @Test(arguments: RFC6962Vectors.inclusion.indices) func `each published inclusion proof is made and accepted`(row: Int) throws {
        let vector = RFC6962Vectors.inclusion[row]
        let proof = try InclusionProof(leafIndex: vector.leaf, treeSize: vector.size, node: RFC6962Vectors.store().node)
        #expect(proof.hashes.map(\.hex) == vector.hashes)
        let leafHash = MerkleTree.leafHash(RFC6962Vectors.bytes(RFC6962Vectors.leaves[Int(vector.leaf)]))
        try proof.verify(leafHash: leafHash, root: try #require(Hash32(hex: RFC6962Vectors.roots[Int(vector.size) - 1])))
    }

    @Test(arguments: RFC6962Vectors.consistency.indices) func `each published consistency proof is made and accepted`(row: Int) throws {
        let vector = RFC6962Vectors.consistency[row]
        let proof = try ConsistencyProof(oldSize: vector.old, newSize: vector.new, node: RFC6962Vectors.store().node)
        #expect(proof.hashes.map(\.hex) == vector.hashes)
        try proof.verify(
            oldRoot: try #require(Hash32(hex: RFC6962Vectors.roots[Int(vector.old) - 1])),
            newRoot: try #require(Hash32(hex: RFC6962Vectors.roots[Int(vector.new) - 1])))
    }
}
