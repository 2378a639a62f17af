/// Gives numbers 0, 1, 2 … to packed keys in the order in which they come: open addressing over plain arrays.
struct PackedIndex {
    private(set) var keys: [UInt64] = []
    /// Number plus one; 0 is free. A power of two long.
    private var slots: [Int32] = []

    var count: Int { keys.count }

    /// The key's number; the next one if it is new.
    @inline(__always)
    mutating func index(of key: UInt64) -> Int {
        if keys.count * 2 >= slots.count { grow() }
        let mask = slots.count - 1
        var slot = Self.hash(key) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if keys[index] == key { return index }
            slot = (slot + 1) & mask
        }
        keys.append(key)
        slots[slot] = Int32(keys.count)
        return keys.count - 1
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: max(slots.count * 2, 256))
        let mask = slots.count - 1
        for index in keys.indices {
            var slot = Self.hash(keys[index]) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(index + 1)
        }
    }

    @inline(__always)
    private static func hash(_ key: UInt64) -> Int {
        let product = key.multipliedFullWidth(by: WordHash.prime)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }
}
