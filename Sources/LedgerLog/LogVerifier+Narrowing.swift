import LMDB
import LedgerSchema

extension LogVerifier {
    private static let pageSize = 1_000

    /// Which of a group's events is not what was written, as far as its own record or the rest of the log tells.
    func name(_ mismatch: GroupMismatch, _ environment: Environment) -> LogError {
        if mismatch.isRowAtFault { return mismatch.rowAtFault }
        do {
            return try contradiction(in: mismatch.group, environment) ?? mismatch.among(suspects(mismatch, environment))
        } catch {
            // What cannot be read narrows nothing.
            return mismatch.among(mismatch.group.positions)
        }
    }

    /// What is wrong with a record that contradicts itself.
    private func contradiction(in group: LeafGroup, _ environment: Environment) throws -> LogError? {
        try environment.read { (transaction: inout ReadTransaction) throws in
            for position in group.positions {
                do {
                    let record = try log.record(at: position, in: &transaction)
                    try OpeningsCheck.compare(record, LogReader.event(position, record))
                } catch let error as LogError {
                    return error
                } catch let error as SchemaError {
                    return LogError(.damaged, error.message, position: position)
                }
            }
            return nil
        }
    }

    /// Later events of a key say which hash the leaf before had: one whose hash is another was changed, or the one that says so.
    private func suspects(_ mismatch: GroupMismatch, _ environment: Environment) throws -> [Position] {
        let group = mismatch.group
        var cleared: Set<Position> = []
        var accused: Set<Position> = []
        for (position, link) in try links(into: group, environment) {
            let before = link.previousPosition
            if mismatch.hashes[Int(before.value - group.first.value)] == link.previousLeafHash {
                cleared.insert(before)
            } else if group.contains(position) {
                accused.formUnion([before, position])
            } else {
                return [before]
            }
        }
        let remaining = (accused.isEmpty ? Set(group.positions) : accused).subtracting(cleared)
        return remaining.isEmpty ? group.positions : remaining.sorted()
    }

    private func links(into group: LeafGroup, _ environment: Environment) throws -> [(Position, KeyLink)] {
        var links: [(Position, KeyLink)] = []
        var next = group.first
        while true {
            let count = try environment.read { (transaction: inout ReadTransaction) throws in
                try log.scan(from: next, limit: Self.pageSize, in: &transaction) { position, record in
                    next = position.next
                    // An event of this group or a later one that cannot be decoded says nothing.
                    if let link = try? LogReader.leafEvent(position, record).envelope.link, group.contains(link.previousPosition) {
                        links.append((position, link))
                    }
                    return .continue
                }
            }
            if count < Self.pageSize { return links }
        }
    }
}
