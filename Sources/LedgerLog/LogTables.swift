package import LMDB
package import LedgerSchema

/// The tables that hold the log itself (`Schemas/storage.md`).
package struct LogTables: Sendable {
    /// position (8, big-endian) → record.
    package let events: Table
    /// position (8) ‖ slot (1) ‖ chunk (2) → up to 1,900 bytes of an encoded opening.
    package let openings: Table
    /// position (8) that completes a ``LeafGroup`` → hashes (32 each) of the interior nodes that it completes, from ``LeafGroup/level`` up.
    package let nodes: Table
    /// name → value.
    package let meta: Table

    package static let names = ["events", "openings", "nodes", "meta"]
    package static let chunkSize = 1_900

    package init(_ environment: Environment) {
        events = environment.table("events")
        openings = environment.table("openings")
        nodes = environment.table("nodes")
        meta = environment.table("meta")
    }

    package static func key(_ position: Position) -> [UInt8] { bigEndian(position.value) }

    /// ``key(_:)`` without an allocation.
    static func inlineKey(_ position: Position) -> [8 of UInt8] {
        [8 of UInt8] { UInt8(truncatingIfNeeded: position.value >> UInt64(56 - 8 * $0)) }
    }

    package static func chunkKey(_ position: Position, _ slot: SlotKind, _ chunk: UInt16) -> [UInt8] {
        key(position) + [slot.rawValue, UInt8(chunk >> 8), UInt8(truncatingIfNeeded: chunk)]
    }

    package static func position(_ key: Span<UInt8>) throws(LMDBError) -> Position {
        guard key.count == 8 else {
            throw LMDBError(.corrupted, "a key of the events has \(key.count) bytes, not 8; restore a backup", operation: "read events")
        }
        return Position(key.bigEndian(at: 0))
    }

    package static func bigEndian(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * UInt64($0))) }
    }
}

extension Span<UInt8> {
    /// The big-endian integer of 8 bytes from `offset` on.
    @inlinable package func bigEndian(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= count - 8)
        return unsafe UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }
}
