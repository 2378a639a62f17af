package import LMDB
package import LedgerLog
import LedgerSchema
import MerkleTree

/// Writes every row about the tree anew, as `Schemas/storage.md` has them, so that they fit the records that are there.
package func fitTree(_ tables: LogTables, in transaction: inout WriteTransaction) throws {
    try transaction.clear(tables.nodes)
    let head = try LogReader(tables).head(in: &transaction).position
    var frontier = Frontier()
    var unfinished: [UInt8] = []
    for value in 1...head.value {
        let leaf = try LogReader(tables).record(at: Position(value), in: &transaction).leaf
        var completed: [UInt8] = []
        frontier.append(MerkleTree.leafHash(leaf)) { level, _, hash in
            if level >= 4 { completed += hash.bytes }
        }
        unfinished += MerkleTree.leafHash(leaf).bytes
        guard value.isMultiple(of: 16) else { continue }
        try transaction.put(tables.nodes, LogTables.bigEndian(value), completed)
        unfinished = []
    }
    try transaction.put(tables.meta, treeTailRow, LogTables.bigEndian(head.value) + frontier.root().bytes + unfinished)
}

package let treeTailRow = Array("tail".utf8)
