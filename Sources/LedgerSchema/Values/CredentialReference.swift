/// Names a credential by the event that introduced it.
public struct CredentialReference: Hashable, Sendable {
    /// Where the introducing event stands in the log.
    public let position: Position
    /// Which of its credentials: 0 is the event's own token; 1, 2 … are the further ones of a KeyImported in their stored order.
    public let ordinal: UInt32

    /// The credential `ordinal` of the event at `position`.
    public init(position: Position, ordinal: UInt32 = 0) {
        (self.position, self.ordinal) = (position, ordinal)
    }
}

extension CredentialReference: Comparable {
    public static func < (left: CredentialReference, right: CredentialReference) -> Bool {
        (left.position, left.ordinal) < (right.position, right.ordinal)
    }
}

extension CredentialReference: CustomStringConvertible {
    /// `position.ordinal`.
    public var description: String { "\(position).\(ordinal)" }
}
