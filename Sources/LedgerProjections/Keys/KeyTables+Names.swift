import LMDB
import LedgerDomain
import LedgerLog
import LedgerSchema
import MerkleTree

/// Layout of keys that hold more than one part.
extension KeyTables {
    /// Stands before the hash in the key of an alias that is not there as it is. No UTF-8 text has it, so that no other alias can
    /// have the same key.
    static let hashMark: UInt8 = 0xff

    /// An alias as it stands in a key: its text, or where that is too long for a key or holds the terminator, its beginning and
    /// SHA-256 of the whole.
    static func aliasKey(_ alias: String) -> [UInt8] {
        let text = Array(alias.utf8)
        if text.count <= 400, !text.contains(0) { return text }
        let start = text.prefix(360).map { $0 == 0 ? 1 : $0 }
        return start + [hashMark] + Array(Hash32.sha256(text).hex.utf8)
    }

    static func aliasPrefix(_ alias: String, _ kind: KeyClass) -> [UInt8] { [kind.rawValue] + aliasKey(alias) + [0x00] }

    /// Where the aliases of living keys are counted: behind every dimension of ``ListingDimension``.
    static let aliasCount: [UInt8] = [0xff] + [UInt8](repeating: 0, count: 16) + [KeyClass.living.rawValue]

    /// The first key of a living key's alias that has a text; an empty one has nothing before its terminator.
    static let firstAlias: [UInt8] = [KeyClass.living.rawValue, 0x01]
    static let behindAliases: [UInt8] = [KeyClass.past.rawValue]

    static func isCounted(alias key: [UInt8]) -> Bool { key[0] == KeyClass.living.rawValue && key[1] != 0 }

    /// What the digest covers of a subject's row: position (8) ‖ kind (1). The name follows.
    static let subjectHeadSize = 9

    static func listingPrefix(_ dimension: ListingDimension, _ kind: KeyClass) -> [UInt8] { dimension.prefix + [kind.rawValue] }

    static func listingKey(_ dimension: ListingDimension, _ kind: KeyClass, _ createdAt: Instant, _ keyID: KeyID) -> [UInt8] {
        listingPrefix(dimension, kind) + sortable(createdAt) + keyID.bytes
    }

    /// A time whose bytes sort as the times do.
    static func sortable(_ instant: Instant) -> [UInt8] { sortableBits(instant).bigEndianBytes }

    static func sortableBits(_ instant: Instant) -> UInt64 { UInt64(bitPattern: instant.nanoseconds) ^ (1 << 63) }

    /// The time that ``sortable(_:)`` wrote at the start of `bytes`.
    static func instant(sortable bytes: Span<UInt8>) -> Instant {
        Instant(nanoseconds: Int64(bitPattern: bytes.bigEndian(at: 0) ^ (1 << 63)))
    }

    /// The key_id at the end of a key; `nil` if the key is too short, which damage alone can make it.
    static func lastKeyID(of key: Span<UInt8>) -> KeyID? {
        guard key.count >= 16 else { return nil }
        return KeyID(bytes: [UInt8](copying: key.extracting(key.count - 16..<key.count)))
    }
}
