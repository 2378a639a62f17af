import LedgerProjections
import LedgerSchema

/// The identities of the charges that the views may lack: what the writer asks before it asks the views. The writer's alone.
struct RecentCharges {
    /// Identities up to a position.
    private struct Bucket {
        var last = Position.none
        var positions: [ChargeIdentity: Position] = [:]
    }

    /// Oldest first; the last one grows.
    private var buckets = [Bucket()]
    private var viewsPosition = Position.none
    /// Those of the batch that is being made.
    private var fresh: [ChargeIdentity] = []

    subscript(_ identity: ChargeIdentity) -> Position? {
        for bucket in buckets.reversed() {
            if let position = bucket.positions[identity] { return position }
        }
        return nil
    }

    func position(of identities: [ChargeIdentity]) -> Position? {
        for identity in identities {
            if let position = self[identity] { return position }
        }
        return nil
    }

    mutating func insert(_ identity: ChargeIdentity, at position: Position) {
        let index = buckets.count - 1
        buckets[index].positions[identity] = position
        buckets[index].last = position
        fresh.append(identity)
    }

    /// Begins a batch that reads the views at a position: what they hold is forgotten.
    mutating func begin(viewsAt position: Position) {
        fresh.removeAll(keepingCapacity: true)
        guard position > viewsPosition else { return }
        viewsPosition = position
        buckets.removeAll { $0.last <= position }
        // What is added from now on can be forgotten apart from what the views still lack.
        buckets.append(Bucket())
    }

    /// The batch was not committed.
    mutating func rollBack() {
        for identity in fresh { buckets[buckets.count - 1].positions[identity] = nil }
        fresh.removeAll(keepingCapacity: true)
    }
}
