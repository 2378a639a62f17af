import LedgerProjections
import LedgerSchema
import MerkleTree

/// Values by key, as a `FlatIndex` has its keys: here once more, since what is generic is not specialised across modules, and each charge
/// asks some ten times. A value is replaced by putting it again; what was put last can be taken back.
struct FlatMap<Key: FlatKey, Value: Sendable>: Sendable {
    private var keys: [Key] = []
    private var values: [Value] = []
    /// Number of a key plus one; 0 is free. A power of two long.
    private var slots: [UInt32] = []
    /// Nobody can choose keys that meet.
    private let seed = UInt64.random(in: .min ... .max)

    var count: Int { keys.count }
    var isEmpty: Bool { keys.isEmpty }

    /// What was put under a key; `nil` sets nothing.
    subscript(_ key: Key) -> Value? {
        guard let number = number(of: key) else { return nil }
        return values[number]
    }

    /// Where the value of a key stands; `nil` if there is none.
    func number(of key: Key) -> Int? {
        guard !slots.isEmpty else { return nil }
        let number = slots[slot(of: key)]
        return number == 0 ? nil : Int(number) - 1
    }

    /// The value that stands at a place.
    subscript(number number: Int) -> Value {
        _read { yield values[number] }
        _modify { yield &values[number] }
    }

    mutating func put(_ key: Key, _ value: Value) {
        if keys.count * 2 >= slots.count { grow() }
        let slot = slot(of: key)
        let number = slots[slot]
        guard number == 0 else {
            values[Int(number) - 1] = value
            return
        }
        keys.append(key)
        values.append(value)
        slots[slot] = UInt32(keys.count)
    }

    /// Takes back the keys that came last.
    mutating func removeLast(_ count: Int) {
        guard count > 0 else { return }
        keys.removeLast(count)
        values.removeLast(count)
        slots = [UInt32](repeating: 0, count: slots.count)
        fill()
    }

    mutating func removeAll() {
        keys = []
        values = []
        slots = []
    }

    private func slot(of key: Key) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: key.hash(seed: seed)) & mask
        while slots[slot] != 0, keys[Int(slots[slot]) - 1] != key { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: max(slots.count * 2, 64))
        fill()
    }

    private mutating func fill() {
        let mask = slots.count - 1
        for index in keys.indices {
            var slot = Int(truncatingIfNeeded: keys[index].hash(seed: seed)) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(index + 1)
        }
    }
}
