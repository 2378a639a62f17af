import LMDB
import LedgerLog
import LedgerSchema
import LedgerTestSupport
import MerkleTree
import Testing

/// The tree as it is read back: nodes that are stored and nodes that are computed from records.
struct TreeTests {
    let folder: TemporaryFolder
    let environment: Environment
    let tables: LogTables

    init() throws {
        folder = try TemporaryFolder()
        environment = try Environment.open(folder.path, tables: LogTables.names)
        tables = LogTables(environment)
    }

    /// Appends leaves in transactions of this many, and gives every node of the tree that they make.
    private func fill(_ count: Int64, by step: Int64) throws -> [[UInt64]: Hash32] {
        var appender = try environment.read { (transaction: inout ReadTransaction) throws in try LogAppender(tables, in: &transaction) }
        var frontier = Frontier()
        var nodes: [[UInt64]: Hash32] = [:]
        for start in stride(from: 0, to: count, by: Int64.Stride(step)) {
            try environment.tamper { transaction in
                for second in start..<min(start + step, count) {
                    let moment = TestClock.start.adding(seconds: second) ?? .distantFuture
                    let leaf = EventCodec.encode(.keyBlocked, Envelope(recordedAt: moment))
                    let record = Record(leaf: leaf, openings: [])
                    let appended = try appender.append(record, recordedAt: moment, in: &transaction)
                    nodes[[0, UInt64(second)]] = appended.leafHash
                    frontier.append(appended.leafHash) { nodes[[UInt64($0), $1]] = $2 }
                }
                try appender.writeTail(in: &transaction)
            }
        }
        return nodes
    }

    @Test(arguments: [1, 15, 16, 17, 70])
    func `every node is what the leaves make, and no other is there`(_ step: Int64) throws {
        let nodes = try fill(70, by: step)
        try environment.read { (transaction: inout ReadTransaction) throws in
            let log = LogReader(tables)
            for (place, hash) in nodes { #expect(try log.node(Int(place[0]), place[1], in: &transaction) == hash, "\(place)") }
            for (level, index) in [(0, 70), (1, 35), (3, 8), (4, 4), (5, 2), (6, 1), (7, 0), (64, 0)] as [(Int, UInt64)] {
                #expect { try log.node(level, index, in: &transaction) } throws: { ($0 as? LogError)?.code == .noSuchPosition }
            }
            // Each sixteenth position has a row, whose length says how many nodes it completes.
            #expect(try transaction.count(tables.nodes) == 4)
            for (position, count) in [(16, 1), (32, 2), (48, 1), (64, 3)] as [(UInt64, Int)] {
                #expect(try transaction.get(tables.nodes, LogTables.bigEndian(position))?.count == 32 * count)
            }
        }
    }

    @Test func `leaves and sizes are proved against each other across the groups`() throws {
        _ = try fill(70, by: 70)
        try environment.read { (transaction: inout ReadTransaction) throws in
            let log = LogReader(tables)
            var nodes: [[UInt64]: Hash32] = [:]
            for level in 0..<7 {
                for index in 0..<UInt64(70 >> level) { nodes[[UInt64(level), index]] = try log.node(level, index, in: &transaction) }
            }
            let reader: MerkleTree.NodeReader = { level, index in try #require(nodes[[UInt64(level), index]]) }
            let sizes: [UInt64] = [1, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 70]
            for size in sizes {
                let root = try MerkleTree.root(size: size, node: reader)
                for index in [0, size / 2, size - 1] {
                    let proof = try InclusionProof(leafIndex: index, treeSize: size, node: reader)
                    try proof.verify(leafHash: try #require(nodes[[0, index]]), root: root)
                }
                for old in sizes where old <= size {
                    let proof = try ConsistencyProof(oldSize: old, newSize: size, node: reader)
                    try proof.verify(oldRoot: MerkleTree.root(size: old, node: reader), newRoot: root)
                }
            }
        }
    }

    @Test func `a node is not computed from records that are not what was written`() throws {
        _ = try fill(20, by: 20)
        for position in [5, 18] as [Position] {
            try environment.tamper { transaction in
                var bytes = try #require(try transaction.copy(tables.events, LogTables.key(position)))
                bytes[4] ^= 1
                try transaction.put(tables.events, LogTables.key(position), bytes)
            }
            try environment.read { (transaction: inout ReadTransaction) throws in
                let index = position.value == 5 ? 2 : 16 as UInt64
                #expect { try LogReader(tables).node(0, index, in: &transaction) } throws: { ($0 as? LogError)?.code == .damaged }
            }
        }
    }

    static let edges: [(String, @Sendable (inout WriteTransaction, LogTables) throws -> Void)] = [
        ("its last event", { try flip(&$0, $1.events, 70, 4) }),
        ("the first event of the unfinished sixteen", { try flip(&$0, $1.events, 65, 4) }),
        ("the node above 64", { try flip(&$0, $1.nodes, 64, 64) }),
        ("the row of 64", { try $0.delete($1.nodes, LogTables.key(64)) }),
        ("the tail", { try $0.delete($1.meta, treeTailRow) }),
        ("an event behind the tail", { try $0.put($1.events, LogTables.key(71), try #require(try $0.copy($1.events, LogTables.key(70)))) }),
    ]

    private static func flip(_ transaction: inout WriteTransaction, _ table: Table, _ position: Position, _ byte: Int) throws {
        var bytes = try #require(try transaction.copy(table, LogTables.key(position)))
        bytes[byte] ^= 1
        try transaction.put(table, LogTables.key(position), bytes)
    }

    @Test(arguments: edges.indices)
    func `nothing is appended to a tree whose right edge is damaged`(_ number: Int) throws {
        _ = try fill(70, by: 7)
        try environment.tamper { transaction in try Self.edges[number].1(&transaction, tables) }
        #expect { try environment.read { (t: inout ReadTransaction) throws in _ = try LogAppender(tables, in: &t) } } throws: {
            ($0 as? LogError)?.code == .damaged
        }
    }
}
