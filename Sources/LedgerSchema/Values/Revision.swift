/// A version of a key: 1 when it is made or imported, one more with each further lifecycle event. Charges and notices do not raise it.
public struct Revision: Hashable, Sendable {
    /// The number; 0 stands before the key's first event.
    public let value: UInt64

    /// Before a key's first event.
    public static let none = Revision(0)
    /// The revision that a key begins with.
    public static let first = Revision(1)

    /// The revision `value`.
    public init(_ value: UInt64) {
        self.value = value
    }

    /// The revision that follows.
    public var next: Revision { Revision(value + 1) }
}

extension Revision: Comparable {
    public static func < (left: Revision, right: Revision) -> Bool { left.value < right.value }
}

extension Revision: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: UInt64) {
        self.init(value)
    }
}

extension Revision: CustomStringConvertible {
    public var description: String { String(value) }
}
