import LedgerSchema
import MerkleTree

/// Sixteen positions that follow each other, from 1, 17, 33 … on: of what lies above them the tree's hashes are stored, what lies below is
/// computed from their records. The last group of a log may be unfinished.
struct LeafGroup: Hashable {
    /// The lowest level of the tree that is stored.
    static let level = 4
    /// How many positions a complete group has.
    static let size = 1 << level

    let first: Position
    let count: Int

    /// The group that holds a position, as far as the log has it.
    init(holding position: Position, head: Position) {
        let start = (position.value - 1) & ~UInt64(Self.size - 1)
        first = Position(start + 1)
        count = Int(min(UInt64(Self.size), head.value - start))
    }

    /// The group behind the last complete one; `nil` if the head completes one.
    static func unfinished(head: Position) -> LeafGroup? {
        head.value % UInt64(size) == 0 ? nil : LeafGroup(holding: head, head: head)
    }

    var last: Position { Position(first.value + UInt64(count) - 1) }
    var isComplete: Bool { count == Self.size }
    /// Of the group's node in its level.
    var index: UInt64 { (first.value - 1) >> UInt64(Self.level) }

    func contains(_ position: Position) -> Bool { first <= position && position <= last }

    var positions: [Position] { (first.value...last.value).map { Position($0) } }
}
