import LedgerProjections
import LedgerSchema

/// The identities of the charges that the views may lack: what the writer asks before it asks the views. The writer's alone.
struct RecentCharges {
    /// Identities up to a position.
    private struct Bucket {
        var last = Position.none
        var positions = FlatMap<ChargeIdentity, Position>()
    }

    /// Oldest first; the last one grows.
    private var buckets = [Bucket()]
    private var viewsPosition = Position.none
    /// How many the last one had before the batch that is being made.
    private var settled = 0

    subscript(_ identity: ChargeIdentity) -> Position? {
        for index in buckets.indices.reversed() {
            if let position = buckets[index].positions[identity] { return position }
        }
        return nil
    }

    func position(of identities: PossibleIdentities) -> Position? {
        identities.firstMap { self[$0] }
    }

    mutating func insert(_ identity: ChargeIdentity, at position: Position) {
        let index = buckets.count - 1
        buckets[index].positions.put(identity, position)
        buckets[index].last = position
    }

    /// Begins a batch that reads the views at a position: what they hold is forgotten.
    mutating func begin(viewsAt position: Position) {
        defer { settled = buckets[buckets.count - 1].positions.count }
        guard position > viewsPosition else { return }
        viewsPosition = position
        buckets.removeAll { $0.last <= position }
        // What is added from now on can be forgotten apart from what the views still lack.
        buckets.append(Bucket())
    }

    /// The batch was not committed.
    mutating func rollBack() {
        let index = buckets.count - 1
        buckets[index].positions.removeLast(buckets[index].positions.count - settled)
    }
}

/// Under what a charge may have been recorded: first what it would be recorded under now.
struct PossibleIdentities {
    var first: ChargeIdentity?
    var second: ChargeIdentity?

    /// What `body` finds for one of them.
    func firstMap<R>(_ body: (ChargeIdentity) throws -> R?) rethrows -> R? {
        if let first, let found = try body(first) { return found }
        if let second, let found = try body(second) { return found }
        return nil
    }
}
