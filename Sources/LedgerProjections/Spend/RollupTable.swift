package import LedgerSchema

/// A key of a ``RollupTable``.
package protocol RollupHashable: FlatKey {
    /// The key of the day's row that the row of a quarter counts in.
    var ofDay: Self { get }
}

/// Sums by key, in the order in which the keys came.
package struct RollupTable<Key: RollupHashable>: Sendable {
    private var index = FlatIndex<Key>()
    package private(set) var values: [Metrics] = []

    package init() {}

    package var keys: [Key] { index.keys }
    package var count: Int { values.count }
    package var isEmpty: Bool { values.isEmpty }

    /// The sums of a key; `nil` if none were added.
    package subscript(_ key: Key) -> Metrics? { index.number(of: key).map { values[$0] } }

    /// - Throws: `overflow`; nothing is added then.
    @inline(__always)
    package mutating func add(_ key: Key, _ metrics: Metrics) throws(AmountError) {
        let number = index.insert(key)
        if number < values.count { try values[number].add(metrics) } else { values.append(metrics) }
    }

    /// Every key with its sums.
    package func forEach(_ body: (Key, Metrics) throws -> Void) rethrows {
        for number in values.indices { try body(index.keys[number], values[number]) }
    }

    /// The sums of quarters as sums of days.
    package func ofDays() throws(AmountError) -> RollupTable {
        var days = RollupTable()
        try add(toDays: &days)
        return days
    }

    /// Adds the sums of quarters to sums of days.
    func add(toDays days: inout RollupTable) throws(AmountError) {
        for number in values.indices { try days.add(index.keys[number].ofDay, values[number]) }
    }

    /// Forgets all rows and keeps the memory.
    package mutating func removeAll() {
        index.removeAll()
        values.removeAll(keepingCapacity: true)
    }
}
