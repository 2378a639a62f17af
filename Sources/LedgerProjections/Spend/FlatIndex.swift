package import LedgerSchema
import MerkleTree

/// A key of a ``FlatIndex``.
package protocol FlatKey: Hashable, Sendable {
    func hash(seed: UInt64) -> UInt64
}

/// Keys by their number, and back: open addressing over a dense array, without an allocation for each key.
///
/// The seed differs from index to index, so that nobody can choose keys that meet; the order is that in which the keys came.
package struct FlatIndex<Key: FlatKey>: Sendable {
    package private(set) var keys: [Key] = []
    /// Number of a key plus one; 0 is free. A power of two long.
    private var slots: [UInt32] = []
    private let seed: UInt64

    package init(seed: UInt64 = .random(in: .min ... .max)) { self.seed = seed }

    package var count: Int { keys.count }

    /// The number of a key; `nil` if it has none.
    @inline(__always)
    package func number(of key: Key) -> Int? {
        guard !slots.isEmpty else { return nil }
        let number = slots[slot(of: key)]
        return number == 0 ? nil : Int(number) - 1
    }

    /// The number of a key, which is given the next one if it has none: ``count`` as it was before.
    @inline(__always)
    package mutating func insert(_ key: Key) -> Int {
        if keys.count * 2 >= slots.count { grow() }
        let slot = slot(of: key)
        let number = slots[slot]
        if number != 0 { return Int(number) - 1 }
        keys.append(key)
        slots[slot] = UInt32(keys.count)
        return keys.count - 1
    }

    /// Forgets all keys and keeps the memory.
    package mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
        for index in slots.indices { slots[index] = 0 }
    }

    @inline(__always)
    private func slot(of key: Key) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: key.hash(seed: seed)) & mask
        while slots[slot] != 0, keys[Int(slots[slot]) - 1] != key { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: max(slots.count * 2, 64))
        let mask = slots.count - 1
        for index in keys.indices {
            var slot = Int(truncatingIfNeeded: keys[index].hash(seed: seed)) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(index + 1)
        }
    }
}

/// Mixes words pair by pair, each pair by one wide multiplication (Wang Yi: wyhash).
package struct WordHash {
    package static let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
    package private(set) var value: UInt64

    @inline(__always)
    package init(seed: UInt64) { value = seed }

    @inline(__always)
    package mutating func add(_ a: UInt64, _ b: UInt64) {
        let product = (a ^ value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: b ^ 0xE703_7ED1_A0B4_28DB &+ value)
        value = product.high ^ product.low
    }
}

extension UInt64: FlatKey {
    @inline(__always)
    package func hash(seed: UInt64) -> UInt64 {
        var hash = WordHash(seed: seed)
        hash.add(self, seed)
        return hash.value
    }
}

extension KeyID: FlatKey {
    @inline(__always)
    package func hash(seed: UInt64) -> UInt64 {
        var hash = WordHash(seed: seed)
        hash.add(uuid.high, uuid.low)
        return hash.value
    }
}

extension Position: FlatKey {
    @inline(__always)
    package func hash(seed: UInt64) -> UInt64 {
        value.hash(seed: seed)
    }
}

extension Token: FlatKey {
    package func hash(seed: UInt64) -> UInt64 {
        let (high, low, _, _) = self.hash.bigEndianWords
        var hash = WordHash(seed: seed)
        hash.add(high, low)
        return hash.value
    }
}

extension ByteText: FlatKey {
    package func hash(seed: UInt64) -> UInt64 {
        var text = text
        return text.withUTF8 { unsafe Self.hash(UnsafeRawBufferPointer($0), seed) }
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
        var hash = WordHash(seed: seed)
        var offset = 0
        while bytes.count - offset > 16 {
            unsafe hash.add(word(bytes, offset), word(bytes, offset + 8))
            offset += 16
        }
        // The rest, with what stands before it where there are words enough.
        switch bytes.count {
        case 16...: unsafe hash.add(word(bytes, bytes.count - 16), word(bytes, bytes.count - 8))
        case 8...: unsafe hash.add(word(bytes, 0), word(bytes, bytes.count - 8))
        default: unsafe hash.add(bytes.reduce(0) { $0 << 8 | UInt64($1) }, 0)
        }
        hash.add(UInt64(bytes.count), seed)
        return hash.value
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
}
