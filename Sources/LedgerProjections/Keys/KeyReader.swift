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
        var tokens: [Token] = []
        try transaction.scan(tables[.keyCredentials], from: keyID.bytes, until: KeyTables.successor(of: keyID.bytes)) { _, value in
            if let hash = Hash32(value) { tokens.append(Token(hash: hash)) }
            return .continue
        }
        var list: [CredentialState] = []
        for token in tokens {
            guard let credential = try credential(token, in: &transaction) else {
                throw FoldError(position: .none, message: "a credential of key \(keyID) has no row; run `keyledger rebuild`")
            }
            list.append(credential)
        }
        return list
    }

    /// The living keys with an alias; more than one only after an import.
    package func holders(
        ofAlias alias: String, class kind: KeyClass = .living, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [KeyID] {
        let prefix = KeyTables.aliasPrefix(alias, kind)
        var holders: [KeyID] = []
        try transaction.scan(tables[.aliases], from: prefix, until: KeyTables.successor(of: prefix)) { key, _ in
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
        try transaction.scan(tables[.revisions], from: keyID.bytes, until: KeyTables.successor(of: keyID.bytes)) { _, value in
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

    /// The last reset of spend that hits a key at or before a position: the later of its own and that of all keys.
    func spendReset(
        of keyID: KeyID, upTo last: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> SpendResetState? {
        if try transaction.count(tables[.spendResets]) == 0 { return nil }
        let own = try spendReset(keyID.bytes, upTo: last, in: &transaction)
        let all = try spendReset(KeyTables.allKeys, upTo: last, in: &transaction)
        guard let own, let all else { return own ?? all }
        return own.position > all.position ? own : all
    }

    private func spendReset(
        _ target: [UInt8], upTo last: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> SpendResetState? {
        var found: SpendResetState?
        let end = last.value == .max ? KeyTables.successor(of: target) : target + last.next.value.bigEndianBytes
        try transaction.scan(tables[.spendResets], from: target, until: end, reverse: true, limit: 1) { key, value in
            guard key.count == 24, value.count == 24, let amount = Amount(bigEndianBytes: [UInt8](copying: value.extracting(8..<24))) else {
                throw LMDBError(
                    .corrupted, "a reset of spend is damaged; run `keyledger fsck`, then `keyledger rebuild`", operation: "read spendResets"
                )
            }
            found = SpendResetState(
                position: Position(LogTables.integer(key, at: 16)), at: Instant(bits: LogTables.integer(value, at: 0)), resetTo: amount)
            return .stop
        }
        return found
    }
}

extension Position {
    /// Behind every event.
    package static let last = Position(.max)
}
