import LMDB
import LedgerLog
import LedgerSchema
import MerkleTree

/// Reads the key of a stored rollup row from where its day or quarter begins (`Schemas/storage.md`).
struct StoredRollup {
    /// Of an unknown token the position is 0.
    var position: UInt64 = 0
    var ordinal: UInt32 = 0
    var revision: UInt32 = 0
    /// Where the names begin.
    private(set) var namesOffset = 0

    @inline(__always)
    static func time(_ key: Span<UInt8>, at offset: Int) throws -> Int32 {
        guard key.count >= offset + 4 else { throw damaged }
        return Int32(bitPattern: key.bigEndian32(at: offset) ^ 1 << 31)
    }

    /// - Parameter offset: where the day or quarter begins.
    @inline(__always)
    init(_ key: Span<UInt8>, at offset: Int) throws {
        guard key.count >= offset + 42 else { throw Self.damaged }
        position = key.bigEndian(at: offset + 4)
        ordinal = key.bigEndian32(at: offset + 12)
        namesOffset = offset + 20
        if position == 0 {
            namesOffset += 32
            guard key.count >= namesOffset + 22 else { throw Self.damaged }
        }
        revision = key.bigEndian32(at: namesOffset - 4)
    }

    func token(_ key: Span<UInt8>, at offset: Int) throws -> Token {
        guard let hash = Hash32(key.extracting(offset + 16..<offset + 48)) else { throw Self.damaged }
        return Token(hash: hash)
    }

    @inline(__always)
    static func recordedDay(_ key: Span<UInt8>) throws -> Int32 { try time(key, at: key.count - 4) }

    static var damaged: LMDBError {
        LMDBError(.corrupted, "a row of the spend views is damaged; run `keyledger rebuild --view activity`", operation: "read rollups")
    }
}

/// A name in a stored key: nothing, a number, or the hash of a text.
enum StoredName: Equatable {
    case none
    case number(UInt32)
    case hash(ActivityNames.NameHash)

    @inline(__always)
    init(_ key: Span<UInt8>, at offset: inout Int) throws {
        guard key.count >= offset + 3 else { throw StoredRollup.damaged }
        let number = UInt32(key[offset]) << 16 | UInt32(key[offset + 1]) << 8 | UInt32(key[offset + 2])
        offset += 3
        guard number == 0xff_ffff else {
            self = number == 0 ? .none : .number(number)
            return
        }
        guard key.count >= offset + 16 else { throw StoredRollup.damaged }
        self = .hash(ActivityNames.NameHash(high: key.bigEndian(at: offset), low: key.bigEndian(at: offset + 8)))
        offset += 16
    }
}

extension Span<UInt8> {
    @inline(__always)
    func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16 | UInt32(self[offset + 2]) << 8 | UInt32(self[offset + 3])
    }
}
