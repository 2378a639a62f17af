import FoundationEssentials
import LMDB
import LedgerDomain
import LedgerSchema
import MerkleTree
import SwiftProtobuf

/// A key's row: flags (1) ‖ role (1) ‖ expires (8) ‖ deleted_at (8) ‖ length of the row message (4) ‖ KeyRow ‖ KeyTexts.
///
/// The head is what a check needs; the texts are outside the digest, which covers their commitments in KeyRow.
enum KeyRowCodec {
    static let headSize = 22
    private static let blocked: UInt8 = 1
    private static let expiring: UInt8 = 2
    private static let deleted: UInt8 = 4
    private static let restricted: UInt8 = 8
    private static let budgeted: UInt8 = 16

    /// What a check reads before it decodes anything.
    struct Gate {
        var key: KeyGate
        /// What the key may do to the ledger.
        var role: Role
        /// The key has a budget of some kind.
        var hasBudget: Bool
        /// The key may use some models only.
        var hasModels: Bool
    }

    static func encode(_ state: KeyState) throws -> [UInt8] {
        var flags: UInt8 = 0
        if state.isBlocked { flags |= blocked }
        if state.terms.expires != nil { flags |= expiring }
        if state.isDeleted { flags |= deleted }
        if state.terms.models?.isEmpty == false { flags |= restricted }
        if state.terms.maxBudget != nil || state.terms.budgetLimits?.isEmpty == false || state.terms.modelBudgets?.isEmpty == false {
            flags |= budgeted
        }
        let row: [UInt8] = try state.message.serializedBytes()
        let texts: [UInt8] = try Keyledger_V1_KeyTexts.with {
            $0.identity = .init(state.identity.encoded)
            $0.content = .init(state.content.encoded)
        }.serializedBytes()
        return [flags, state.role.rawValue] + (state.terms.expires ?? .epoch).bits.bigEndianBytes
            + (state.deletedAt ?? .epoch).bits.bigEndianBytes
            + UInt32(row.count).bigEndianBytes + row + texts
    }

    static func gate(_ value: Span<UInt8>) throws(LMDBError) -> Gate {
        guard value.count >= headSize else { throw damaged }
        let flags = value[0]
        guard let role = Role(rawValue: value[1]) else { throw damaged }
        return Gate(
            key: KeyGate(
                deletedAt: flags & deleted == 0 ? nil : instant(value, 10), isBlocked: flags & blocked != 0,
                expires: flags & expiring == 0 ? nil : instant(value, 2)),
            role: role, hasBudget: flags & budgeted != 0, hasModels: flags & restricted != 0)
    }

    static func decode(_ value: [UInt8]) throws -> KeyState {
        let end = try rowEnd(value.span)
        guard let row = try? Keyledger_V1_KeyRow(serializedBytes: Array(value[headSize..<end])),
            let texts = try? Keyledger_V1_KeyTexts(serializedBytes: Array(value[end...]))
        else { throw damaged }
        return try KeyState(
            row, identity: IdentitySlot(encoded: [UInt8](texts.identity)), content: ContentSlot(encoded: [UInt8](texts.content)))
    }

    /// The part that the digest covers.
    static func hashedPart(_ value: [UInt8]) throws -> ArraySlice<UInt8> { value[..<(try rowEnd(value.span))] }

    /// Where KeyRow ends and KeyTexts begins.
    static func rowEnd(_ value: Span<UInt8>) throws(LMDBError) -> Int {
        guard value.count >= headSize else { throw damaged }
        var length = 0
        for index in headSize - 4..<headSize { length = length << 8 | Int(value[index]) }
        guard length <= value.count - headSize else { throw damaged }
        return headSize + length
    }

    private static func instant(_ value: Span<UInt8>, _ offset: Int) -> Instant {
        var bits: UInt64 = 0
        for index in offset..<offset + 8 { bits = bits << 8 | UInt64(value[index]) }
        return Instant(bits: bits)
    }

    private static var damaged: LMDBError {
        LMDBError(.corrupted, "a key's row is damaged; run `keyledger fsck`, then `keyledger rebuild`", operation: "read keys")
    }
}

extension KeyState {
    fileprivate var message: Keyledger_V1_KeyRow {
        .with {
            $0.keyID = .init(keyID.bytes)
            $0.revision = revision
            $0.lastPosition = lastPosition.value
            $0.lastLeafHash = .init(lastLeafHash.bytes)
            $0.createdAt = createdAt.bits
            $0.createdPosition = createdPosition.value
            $0.createdBy = createdBy.row
            $0.updatedAt = updatedAt.bits
            $0.updatedBy = updatedBy.row
            if let settingsUpdatedAt { $0.settingsUpdatedAt = settingsUpdatedAt.bits }
            if let deletedAt { $0.deletedAt = deletedAt.bits }
            if let deletedBy { $0.deletedBy = deletedBy.row }
            $0.currentToken = .init(currentToken.hash.bytes)
            $0.credentialCount = credentialCount
            $0.terms = terms.message
            $0.identityCommitment = .init(identityCommitment.bytes)
            $0.contentCommitment = .init(contentCommitment.bytes)
            if let lastRotationAt { $0.lastRotationAt = lastRotationAt.bits }
            if let importedAt { $0.importedAt = importedAt.bits }
        }
    }

    fileprivate init(_ row: Keyledger_V1_KeyRow, identity: IdentitySlot, content: ContentSlot) throws {
        self.init(
            keyID: KeyID(try UUIDv7(stored: row.keyID, name: "key_id")),
            currentToken: Token(hash: try Hash32(stored: row.currentToken, name: "current token")),
            createdAt: Instant(bits: row.createdAt), createdPosition: Position(row.createdPosition), createdBy: try Actor(row.createdBy),
            lastLeafHash: try Hash32(stored: row.lastLeafHash, name: "last leaf hash"))
        revision = row.revision
        lastPosition = Position(row.lastPosition)
        updatedAt = Instant(bits: row.updatedAt)
        updatedBy = try Actor(row.updatedBy)
        settingsUpdatedAt = row.hasSettingsUpdatedAt ? Instant(bits: row.settingsUpdatedAt) : nil
        deletedAt = row.hasDeletedAt ? Instant(bits: row.deletedAt) : nil
        deletedBy = row.hasDeletedBy ? try Actor(row.deletedBy) : nil
        credentialCount = row.credentialCount
        terms = try KeyTerms(row.terms)
        identityCommitment = try Hash32(stored: row.identityCommitment, name: "identity commitment")
        contentCommitment = try Hash32(stored: row.contentCommitment, name: "content commitment")
        lastRotationAt = row.hasLastRotationAt ? Instant(bits: row.lastRotationAt) : nil
        importedAt = row.hasImportedAt ? Instant(bits: row.importedAt) : nil
        self.identity = identity
        self.content = content
    }
}

extension Actor {
    fileprivate var row: Keyledger_V1_StoredActor {
        .with {
            $0.type = UInt32(kind.rawValue)
            $0.subject = subject
            if let credential { $0.credential = credential.message }
            $0.role = UInt32(role.rawValue)
        }
    }

    fileprivate init(_ row: Keyledger_V1_StoredActor) throws {
        guard let kind = Kind(rawValue: UInt8(truncatingIfNeeded: row.type)), let role = Role(rawValue: UInt8(truncatingIfNeeded: row.role))
        else { throw SchemaError(.malformed, "an actor of a key's row is damaged; run `keyledger rebuild`") }
        self.init(
            kind: kind, subject: row.subject, credential: row.hasCredential ? CredentialReference(row.credential) : nil, role: role)
    }
}
