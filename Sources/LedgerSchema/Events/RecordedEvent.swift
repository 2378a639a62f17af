public import MerkleTree

/// An event as it stands in the log, with what its openings still tell.
public struct RecordedEvent: Hashable, Sendable {
    public var position: Position
    public var leafHash: Hash32
    public var envelope: Envelope
    public var event: Event
    /// What could be opened; a slot that has a commitment and no text here has been redacted.
    public var slots: Slots

    public init(position: Position, leafHash: Hash32, envelope: Envelope, event: Event, slots: Slots) {
        self.position = position
        self.leafHash = leafHash
        self.envelope = envelope
        self.event = event
        self.slots = slots
    }

    public var recordedAt: Instant { envelope.recordedAt }
    /// Of lifecycle events.
    public var keyID: KeyID? { envelope.link?.keyID }
    public var revision: UInt64? { envelope.link?.revision }
}
