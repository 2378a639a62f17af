import LedgerSchema

/// What happened to keys in a segment: one list in the order of the log, linked key by key.
struct KeySpendChanges: Sendable {
    struct Charge: Sendable {
        var position: UInt64
        var occurredAt: Int64
        var amount: Int64
        /// Codes as in ``RollupKey``.
        var model: UInt32
        var modelGroup: UInt32
        /// Number of the key in ``keyIDs``.
        fileprivate(set) var key: UInt32 = 0
        /// Index of the key's next entry; 0 if it is the last.
        fileprivate(set) var next: UInt32 = 0
        /// What else happened, by its index in `others` plus one; 0 for a charge.
        fileprivate(set) var other: UInt32 = 0
        var isAdjustment: Bool
    }

    enum Entry {
        case charge(Charge)
        case other(SpendChange)

        @inline(__always)
        var position: Position {
            switch self {
            case .charge(let charge): Position(charge.position)
            case .other(let change): change.position
            }
        }
    }

    private struct Chain {
        var first: UInt32
        var last: UInt32
    }

    private var entries: [Charge] = []
    private var others: [SpendChange] = []
    private var index = FlatIndex<KeyID>()
    /// By the number of the key.
    private var chains: [Chain] = []

    var keyIDs: [KeyID] { index.keys }
    var keyCount: Int { index.count }

    @inline(__always)
    mutating func append(_ charge: Charge, of keyID: KeyID) {
        let place = UInt32(entries.count)
        let number = index.insert(keyID)
        entries.append(charge)
        entries[Int(place)].key = UInt32(number)
        if number == chains.count {
            chains.append(Chain(first: place, last: place))
        } else {
            entries[Int(chains[number].last)].next = place
            chains[number].last = place
        }
    }

    mutating func append(_ change: SpendChange, of keyID: KeyID) {
        others.append(change)
        var entry = Charge(position: change.position.value, occurredAt: 0, amount: 0, model: 0, modelGroup: 0, isAdjustment: false)
        entry.other = UInt32(others.count)
        append(entry, of: keyID)
    }

    /// Where the last thing happened to a key.
    func last(of keyID: KeyID) -> Position? {
        index.number(of: keyID).map { Position(entries[Int(chains[$0].last)].position) }
    }

    @inline(__always)
    func forEach(of keyID: KeyID, _ body: (Entry) throws -> Void) rethrows {
        guard let number = index.number(of: keyID) else { return }
        var place = Int(chains[number].first)
        while true {
            let entry = entries[place]
            try body(entry.other == 0 ? .charge(entry) : .other(others[Int(entry.other) - 1]))
            if entry.next == 0 { return }
            place = Int(entry.next)
        }
    }

    /// Every entry in the order of the log, with the number of its key in ``keyIDs``.
    @inline(__always)
    func forEach(_ body: (_ key: Int, Entry) throws -> Void) rethrows {
        for entry in entries {
            try body(Int(entry.key), entry.other == 0 ? .charge(entry) : .other(others[Int(entry.other) - 1]))
        }
    }

    /// Forgets all and keeps the memory.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        others.removeAll()
        index.removeAll()
        chains.removeAll(keepingCapacity: true)
    }
}
