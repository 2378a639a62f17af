import LMDB
import LedgerDomain
import LedgerSchema
import MerkleTree

/// A credential's row, of fixed width so that a check reads it in place: key_id (16) ‖ position (8) ‖ ordinal (4) ‖
/// introduced_at (8) ‖ flags (1) ‖ imported_at (8) ‖ revoke_at (8) ‖ end (1) ‖ successor (32).
enum CredentialRowCodec {
    static let size = 86
    private static let imported: UInt8 = 1
    private static let ending: UInt8 = 2
    private static let superseded: UInt8 = 4

    static func encode(_ credential: CredentialState) -> [UInt8] {
        var flags: UInt8 = 0
        if credential.importedAt != nil { flags |= imported }
        if credential.revokeAt != nil { flags |= ending }
        if credential.successor != nil { flags |= superseded }
        var row = credential.keyID.bytes
        row += credential.reference.position.value.bigEndianBytes
        row += credential.reference.ordinal.bigEndianBytes
        row += credential.introducedAt.bits.bigEndianBytes
        row.append(flags)
        row += (credential.importedAt ?? .epoch).bits.bigEndianBytes
        row += (credential.revokeAt ?? .epoch).bits.bigEndianBytes
        row.append(credential.end.rawValue)
        row += (credential.successor?.hash ?? .zero).bytes
        return row
    }

    /// What a check needs, read in place.
    static func window(_ row: Span<UInt8>) throws(LMDBError) -> CredentialWindow {
        guard row.count == size, let end = CredentialState.End(rawValue: row[53]) else { throw damaged }
        let flags = row[36]
        return CredentialWindow(
            introducedAt: instant(row, 28), importedAt: flags & imported == 0 ? nil : instant(row, 37),
            revokeAt: flags & ending == 0 ? nil : instant(row, 45), end: end, isSuperseded: flags & superseded != 0)
    }

    static func keyID(_ row: Span<UInt8>) throws(LMDBError) -> KeyID {
        guard row.count == size else { throw damaged }
        return KeyID(UUIDv7(high: integer(row, 0, 8), low: integer(row, 8, 8)))
    }

    static func decode(_ token: Token, _ row: Span<UInt8>) throws(LMDBError) -> CredentialState {
        let window = try window(row)
        var credential = CredentialState(
            token: token, keyID: try keyID(row),
            reference: CredentialReference(position: Position(integer(row, 16, 8)), ordinal: UInt32(integer(row, 24, 4))),
            introducedAt: window.introducedAt, importedAt: window.importedAt, revokeAt: window.revokeAt, end: window.end)
        if window.isSuperseded { credential.successor = Hash32(row.extracting(54..<86)).map { Token(hash: $0) } }
        return credential
    }

    private static func integer(_ row: Span<UInt8>, _ offset: Int, _ width: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in offset..<offset + width { value = value << 8 | UInt64(row[index]) }
        return value
    }

    private static func instant(_ row: Span<UInt8>, _ offset: Int) -> Instant { Instant(bits: integer(row, offset, 8)) }

    private static var damaged: LMDBError {
        LMDBError(
            .corrupted, "a credential's row is damaged; run `keyledger fsck`, then `keyledger rebuild`", operation: "read credentials")
    }
}
