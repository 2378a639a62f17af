public import LedgerSchema

/// The last event of a log; `none` and the distant past of an empty one.
public struct Head: Hashable, Sendable {
    public var position: Position
    public var recordedAt: Instant

    public init(position: Position, recordedAt: Instant) {
        self.position = position
        self.recordedAt = recordedAt
    }

    public static let empty = Head(position: .none, recordedAt: .distantPast)
}
