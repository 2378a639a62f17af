/// An event's place in the log: 1, 2, 3 … without gaps. Its Merkle leaf index is `value - 1`.
public struct Position: Hashable, Sendable {
    /// The place; 0 stands before the first event.
    public let value: UInt64

    /// Before the first event: the head of an empty log, the `prev_position` of a first revision.
    public static let none = Position(0)
    /// The position of LedgerOpened.
    public static let first = Position(1)

    /// The position `value`.
    public init(_ value: UInt64) {
        self.value = value
    }

    /// The position that follows.
    public var next: Position { Position(value + 1) }

    /// The index of the event's leaf in the Merkle tree; nil for `none`.
    public var leafIndex: UInt64? { value == 0 ? nil : value - 1 }
}

extension Position: Comparable {
    public static func < (left: Position, right: Position) -> Bool { left.value < right.value }
}

extension Position: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: UInt64) {
        self.init(value)
    }
}

extension Position: CustomStringConvertible {
    public var description: String { String(value) }
}
