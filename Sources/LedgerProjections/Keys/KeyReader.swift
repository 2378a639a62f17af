package import LMDB
package import LedgerDomain
import LedgerLog
package import LedgerSchema
import MerkleTree

/// Reads one set of key tables within a transaction.
package struct KeyReader: Sendable {
    let tables: KeyTables

    package init(_ tables: KeyTables) { self.tables = tables }

    package func key(_ keyID: KeyID, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> KeyState? {
        guard let value = try transaction.copy(tables[.keys], keyID.bytes) else { return nil }
        return try KeyRowCodec.decode(value)
    }

    package func credential(_ token: Token, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> CredentialState? {
        guard let row = try transaction.get(tables[.credentials], token.hash.bytes) else { return nil }
        return try CredentialRowCodec.decode(token, row)
    }

    /// Every credential that the key ever had, in the order in which they were introduced.
    package func credentials(
        of keyID: KeyID, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [CredentialState] {
        var list: [CredentialState] = []
        for token in try tokens(of: keyID, in: &transaction) {
            guard let credential = try credential(token, in: &transaction) else {
                throw FoldError(position: .none, message: "a credential of key \(keyID) has no row; run `keyledger rebuild`")
            }
            list.append(credential)
        }
        return list
    }

    /// The tokens of every credential that the key ever had, in the order in which they were introduced.
    func tokens(of keyID: KeyID, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> [Token] {
        var tokens: [Token] = []
        try transaction.scan(tables[.keyCredentials], from: keyID.bytes, until: keyID.bytes.successorOfPrefix) { _, value in
            if let hash = Hash32(value) { tokens.append(Token(hash: hash)) }
            return .continue
        }
        return tokens
    }

    /// The living keys with an alias; more than one only after an import.
    package func holders(
        ofAlias alias: String, class kind: KeyClass = .living, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [KeyID] {
        let prefix = KeyTables.aliasPrefix(alias, kind)
        var holders: [KeyID] = []
        try transaction.scan(tables[.aliases], from: prefix, until: prefix.successorOfPrefix) { key, _ in
            if key.count == prefix.count + 16, let id = KeyID(bytes: [UInt8](copying: key).suffix(16)) { holders.append(id) }
            return .continue
        }
        return holders
    }

    package func subject(named name: String, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> UInt64? {
        try transaction.copy(tables[.subjectNames], Hash32.sha256(name.utf8).bytes)?.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A subject's name; `nil` if its text has gone.
    func name(ofSubject number: UInt64, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> String? {
        let key: [8 of UInt8] = number.bigEndianBytes
        guard let row = try transaction.get(tables[.subjects], key.span), row.count > KeyTables.subjectHeadSize else { return nil }
        return row.text(KeyTables.subjectHeadSize..<row.count)
    }

    package func nextSubject(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> UInt64 {
        guard let last = try transaction.last(tables[.subjects]) else { return 1 }
        let number = last.key.reduce(0) { $0 << 8 | UInt64($1) }
        guard number < .max else {
            throw LMDBError(
                .corrupted, "a subject's number is damaged; run `keyledger fsck`, then `keyledger rebuild`", operation: "read subjects")
        }
        return number + 1
    }

    /// The first event of the command that was sent with this idempotency key.
    package func command(
        _ idempotency: [UInt8], in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Position? {
        try transaction.copy(tables[.commands], idempotency).map { row in Position(row.reduce(0) { $0 << 8 | UInt64($1) }) }
    }

    /// The positions of a key's lifecycle events up to `last`, in order.
    package func revisions(
        of keyID: KeyID, upTo last: Position = .last, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [Position] {
        var positions: [Position] = []
        try transaction.scan(tables[.revisions], from: keyID.bytes, until: keyID.bytes.successorOfPrefix) { _, value in
            let position = Position([UInt8](copying: value).reduce(0) { $0 << 8 | UInt64($1) })
            if position > last { return .stop }
            positions.append(position)
            return .continue
        }
        return positions
    }

    /// How many keys a dimension lists; read from its count, whatever their number.
    package func count(
        _ dimension: ListingDimension, _ kind: KeyClass, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Int {
        try transaction.copy(tables[.counts], KeyTables.listingPrefix(dimension, kind))?.reduce(0) { $0 << 8 | Int($1) } ?? 0
    }

    /// How many living keys have an alias with a text.
    package func aliasCount(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Int {
        try transaction.copy(tables[.counts], KeyTables.aliasCount)?.reduce(0) { $0 << 8 | Int($1) } ?? 0
    }
}

extension Position {
    /// Behind every event.
    package static let last = Position(.max)
}
