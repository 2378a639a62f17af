package import LMDB
package import LedgerSchema
package import MerkleTree

extension LogReader {
    /// A complete node of the tree; level 0 are the leaf hashes. Below ``LeafGroup/level`` it is computed from the group's records, once
    /// they are found to be what was written.
    ///
    /// - Throws: `noSuchPosition` if the log does not have all its leaves; `damaged`.
    package func node(_ level: Int, _ index: UInt64, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Hash32 {
        let head = try head(in: &transaction).position
        guard level < UInt64.bitWidth, index < head.value >> UInt64(level) else {
            throw LogError(.noSuchPosition, "the log has no tree node (\(level), \(index)) yet")
        }
        if level >= LeafGroup.level { return try storedNode(level, index, in: &transaction) }
        let first = index << UInt64(level)
        let group = LeafGroup(holding: Position(first + 1), head: head)
        let hashes = try verifiedHashes(of: group, in: &transaction)
        let start = Int(first + 1 - group.first.value)
        return Frontier(hashes[start..<start + 1 << level]).root()
    }

    /// Compares the leaves of whole groups with the tree, from the group of `first` on.
    ///
    /// - Returns: the last position compared: the end of the group of `last`, or the head.
    /// - Throws: `damaged` by group.
    package func verifyLeaves(
        from first: Position, through last: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Position {
        let head = try head(in: &transaction).position
        var done = Position(first.value - 1)
        while done < min(last, head) {
            let group = LeafGroup(holding: done.next, head: head)
            _ = try verifiedHashes(of: group, in: &transaction)
            done = group.last
        }
        return done
    }

    /// The leaf hashes of a group whose records are what was written.
    ///
    /// - Throws: `damaged` by group, by position in an unfinished one; `malformed`.
    func verifiedHashes(of group: LeafGroup, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> [Hash32] {
        let hashes = try leafHashes(of: group, in: &transaction)
        do {
            try compare(hashes, group, in: &transaction)
        } catch let mismatch as GroupMismatch {
            throw mismatch.among(group.positions)
        }
        return hashes
    }

    /// The hashes of a group's leaves as they are.
    ///
    /// - Throws: `damaged` if a record is missing; `malformed`.
    func leafHashes(of group: LeafGroup, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> [Hash32] {
        var hashes: [Hash32] = []
        hashes.reserveCapacity(group.count)
        var next = group.first
        try scan(from: group.first, limit: group.count, in: &transaction) { position, record in
            guard position == next else { return .stop }
            do throws(SchemaError) { hashes.append(try Self.leafHash(record)) } catch { throw error.at(position) }
            next = position.next
            return .continue
        }
        guard hashes.count == group.count else { throw LogError.damaged("the event is missing although later ones exist", at: next) }
        return hashes
    }

    /// Compares the hashes of a group's leaves with the tree.
    ///
    /// - Throws: ``GroupMismatch``; `damaged` for an unfinished group, by position.
    func compare(_ hashes: [Hash32], _ group: LeafGroup, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        guard group.isComplete else { return try compareTail(hashes, group, in: &transaction) }
        let hash = Frontier(hashes).root()
        guard try storedNode(LeafGroup.level, group.index, in: &transaction) != hash else { return }
        throw GroupMismatch(group: group, hashes: hashes, isRowAtFault: isParent(of: hash, group.index, in: &transaction))
    }

    private func compareTail(
        _ hashes: [Hash32], _ group: LeafGroup, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws {
        let tail = try TreeTail.read(tables, in: &transaction)
        guard tail.position == group.last, tail.leafHashes.count == group.count else {
            throw TreeTail.misplaced(tail.position, group.last)
        }
        for (position, (hash, stored)) in zip(group.positions, zip(hashes, tail.leafHashes)) where hash != stored {
            throw LogError.damaged("the leaf's bytes do not match their hash", at: position)
        }
    }

    /// Whether the node above says that a group's hash is right.
    private func isParent(of hash: Hash32, _ index: UInt64, in transaction: inout some Transaction & ~Copyable & ~Escapable) -> Bool {
        guard let sibling = try? storedNode(LeafGroup.level, index ^ 1, in: &transaction),
            let parent = try? storedNode(LeafGroup.level + 1, index >> 1, in: &transaction)
        else { return false }
        return parent == (index & 1 == 0 ? MerkleTree.nodeHash(hash, sibling) : MerkleTree.nodeHash(sibling, hash))
    }

    /// The tree up to the last complete group, and what follows it.
    func frontier(
        followedBy unfinished: [Hash32], _ head: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Frontier {
        let size = head.value - UInt64(unfinished.count)
        var peaks: [Hash32] = []
        for (level, index) in MerkleTree.peaks(size: size) { peaks.append(try storedNode(level, index, in: &transaction)) }
        var rest = peaks[...]
        var frontier = try Frontier(size: size) { _, _ in rest.popFirst() }
        for hash in unfinished { frontier.append(hash) }
        return frontier
    }

    /// A complete node of ``LeafGroup/level`` or above.
    func storedNode(_ level: Int, _ index: UInt64, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Hash32 {
        let completing = Position((index + 1) << UInt64(level))
        let hashes = try storedNodes(completedBy: completing, in: &transaction)
        return hashes[level - LeafGroup.level]
    }

    /// The nodes that the last position of a group completes, from ``LeafGroup/level`` up.
    func storedNodes(completedBy position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> [Hash32] {
        guard let row = try transaction.get(tables.nodes, LogTables.key(position)) else {
            throw LogError.damaged("the row of tree nodes is missing", at: position)
        }
        let count = position.value.trailingZeroBitCount - LeafGroup.level + 1
        guard let hashes = StoredHashes.read(row), hashes.count == count else {
            throw LogError.damaged("the row of tree nodes has \(row.count) bytes, not \(count * Hash32.byteCount)", at: position)
        }
        return hashes
    }

    /// The hash of a stored record's leaf.
    private static func leafHash(_ record: Span<UInt8>) throws(SchemaError) -> Hash32 {
        MerkleTree.leafHash(record.extracting(try Record.leafRange(record)))
    }
}

extension Frontier {
    init(_ hashes: some Sequence<Hash32>) {
        self.init()
        for hash in hashes { append(hash) }
    }
}

/// The records of a complete group do not have the hash that the tree has for them.
struct GroupMismatch: Error {
    let group: LeafGroup
    /// Of the leaves as they are.
    let hashes: [Hash32]
    /// The node above says that the records are right.
    let isRowAtFault: Bool

    var rowAtFault: LogError {
        .damaged("tree node (\(LeafGroup.level), \(group.index)) is not what was written; its leaves are", at: group.last)
    }

    /// One of these positions is what was changed.
    func among(_ positions: [Position]) -> LogError {
        if positions.count == 1 { return .damaged("the leaf's bytes are not what was written", at: positions[0]) }
        let isRun = positions.count == Int(positions[positions.count - 1].value - positions[0].value) + 1
        let text =
            isRun
            ? "\(positions[0]) to \(positions[positions.count - 1])" : positions.map(\.description).joined(separator: ", ")
        return .damaged("one of the positions \(text) is not what was written")
    }
}
