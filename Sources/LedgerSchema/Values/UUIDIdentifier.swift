/// An id that is a UUIDv7 of one kind of thing, so that ids of different kinds cannot be mixed up.
public protocol UUIDIdentifier: Hashable, Comparable, Sendable, LosslessStringConvertible {
    /// The id itself.
    var uuid: UUIDv7 { get }
    /// The id that `uuid` is.
    init(_ uuid: UUIDv7)
}

extension UUIDIdentifier {
    /// A new id for a moment from 128 random bits. See `UUIDv7.init(time:random:)`.
    public init(time: Instant, random: (UInt64, UInt64)) {
        self.init(UUIDv7(time: time, random: random))
    }

    /// The id made of 16 bytes, unchecked; nil for any other number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard let uuid = UUIDv7(bytes: bytes) else { return nil }
        self.init(uuid)
    }

    /// The id written as a UUID of version 7; nil for anything else.
    public init?(_ description: String) {
        guard let uuid = UUIDv7(description) else { return nil }
        self.init(uuid)
    }

    /// Length in bytes.
    public static var byteCount: Int { UUIDv7.byteCount }

    /// The id in its 16 bytes.
    public var bytes: [UInt8] { uuid.bytes }

    /// The id as a lower-case UUID.
    public var description: String { uuid.description }

    public static func < (left: Self, right: Self) -> Bool { left.uuid < right.uuid }
}

/// A key's id, the same through all of its rotations.
public struct KeyID: UUIDIdentifier {
    public let uuid: UUIDv7

    public init(_ uuid: UUIDv7) {
        self.uuid = uuid
    }
}

/// An event's id.
public struct EventID: UUIDIdentifier {
    public let uuid: UUIDv7

    public init(_ uuid: UUIDv7) {
        self.uuid = uuid
    }
}

/// A log's id, made when the ledger is opened first.
public struct LogID: UUIDIdentifier {
    public let uuid: UUIDv7

    public init(_ uuid: UUIDv7) {
        self.uuid = uuid
    }
}
