import LMDB
import LedgerSchema
import MerkleTree

/// Keys of the views' tables (`Schemas/storage.md`).
enum ViewKey {
    /// Stands before the hash of a name that has no number.
    private static let textMark: [UInt8] = [0xff, 0xff, 0xff]
    /// How much of SHA-256 of a text stands in a key.
    static let textHashSize = 16

    /// Appends time (4) ‖ credential ‖ revision (4) ‖ model ‖ group ‖ provider ‖ endpoint ‖ MCP tool ‖ call type ‖ recorded day (4).
    static func append(_ key: RollupKey, _ names: SegmentNames, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: sortable(key.quarter))
        bytes.append(bigEndian: key.credentialPosition)
        if key.credentialPosition == 0 {
            bytes.append(bigEndian: 0 as UInt32)
            names.tokens[Int(key.credentialOrdinal)].hash.append(to: &bytes)
        } else {
            bytes.append(bigEndian: key.credentialOrdinal)
        }
        bytes.append(bigEndian: key.revision)
        append(name: key.model, names, to: &bytes)
        append(name: key.modelGroup, names, to: &bytes)
        append(name: key.provider, names, to: &bytes)
        append(name: key.endpoint, names, to: &bytes)
        append(name: key.mcpTool, names, to: &bytes)
        append(name: key.callType, names, to: &bytes)
        bytes.append(bigEndian: sortable(key.recordedDay))
    }

    static func append(_ key: TagRollupKey, _ names: SegmentNames, to bytes: inout [UInt8]) {
        append(name: key.tag, names, to: &bytes)
        append(key.rollup, names, to: &bytes)
    }

    static func append(_ key: EndUserRollupKey, _ names: SegmentNames, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: key.subject)
        append(key.rollup, names, to: &bytes)
    }

    /// Appends flags (1; 1 team, 2 user) ‖ team (16) ‖ user (8) before the rest.
    static func append(_ key: OverrideRollupKey, _ names: SegmentNames, to bytes: inout [UInt8]) {
        bytes.append((key.team == 0 ? 0 : 1) | (key.user == nil ? 0 : 2))
        if key.team == 0 {
            bytes.append(contentsOf: repeatElement(0, count: textHashSize))
        } else {
            bytes.append(contentsOf: names.hash(of: key.team).bytes.prefix(textHashSize))
        }
        bytes.append(bigEndian: key.user ?? 0)
        append(key.rollup, names, to: &bytes)
    }

    @inline(__always)
    private static func append(name code: UInt32, _ names: SegmentNames, to bytes: inout [UInt8]) {
        if code < RollupKey.textCode {
            bytes.append(UInt8(truncatingIfNeeded: code >> 16))
            bytes.append(UInt8(truncatingIfNeeded: code >> 8))
            bytes.append(UInt8(truncatingIfNeeded: code))
        } else {
            bytes.append(contentsOf: textMark)
            bytes.append(contentsOf: names.hash(of: code).bytes.prefix(textHashSize))
        }
    }

    /// key_id (16) ‖ limit (9) ‖ window start (8) ‖ window end (8).
    static func window(_ keyID: KeyID, _ window: KeySpend.WindowKey) -> [41 of UInt8] {
        let (id, limit) = (keyID.uuid, window.limit)
        let (start, end) = (KeyTables.sortableBits(window.start), KeyTables.sortableBits(window.end))
        return [41 of UInt8] { index in
            switch index {
            case 0..<8: UInt8(truncatingIfNeeded: id.high >> UInt64(56 - 8 * index))
            case 8..<16: UInt8(truncatingIfNeeded: id.low >> UInt64(120 - 8 * index))
            case 16: limit.kind.rawValue
            case 17..<25: UInt8(truncatingIfNeeded: limit.hash >> UInt64(192 - 8 * index))
            case 25..<33: UInt8(truncatingIfNeeded: start >> UInt64(256 - 8 * index))
            default: UInt8(truncatingIfNeeded: end >> UInt64(320 - 8 * index))
            }
        }
    }

    static func charge(_ identity: ChargeIdentity) -> [20 of UInt8] {
        let hour = UInt64(sortable(identity.hour))
        return [20 of UInt8] { index in
            switch index {
            case ..<4: UInt8(truncatingIfNeeded: hour >> UInt64(24 - 8 * index))
            case ..<12: UInt8(truncatingIfNeeded: identity.high >> UInt64(88 - 8 * index))
            default: UInt8(truncatingIfNeeded: identity.low >> UInt64(152 - 8 * index))
            }
        }
    }

    static func append(_ identity: ChargeIdentity, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: sortable(identity.hour))
        bytes.append(bigEndian: identity.high)
        bytes.append(bigEndian: identity.low)
    }

    static func run(_ quarter: Int32, _ first: Position) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: sortable(quarter))
        bytes.append(bigEndian: first.value)
        return bytes
    }

    static func text(_ hash: Hash32) -> [UInt8] { Array(hash.bytes.prefix(textHashSize)) }

    static func time(_ number: Int32) -> [UInt8] { sortable(number).bigEndianBytes }

    /// The day or quarter that stands at the beginning of a key.
    static func time(of key: Span<UInt8>) -> Int32 {
        Int32(bitPattern: UInt32(truncatingIfNeeded: key.prefix(at: 0, until: key.count) >> 32) ^ (1 << 31))
    }

    /// The keys of a day in the tables of days or of quarters: from the first on, before the second.
    static func range(of day: Int32, _ kind: ViewTables.Kind) -> (first: [UInt8], last: [UInt8]?) {
        let size = kind == .days ? 1 : Int64(Quarter.perDay)
        let first = Int64(day) * size
        return (time(Int32(clamping: first)), Int32(exactly: first + size).map { time($0) })
    }

    /// A number whose bytes sort as the numbers do.
    static func sortable(_ number: Int32) -> UInt32 { UInt32(bitPattern: number) ^ (1 << 31) }
}
