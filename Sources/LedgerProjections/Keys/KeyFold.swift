package import LMDB
package import LedgerDomain
package import LedgerSchema
import MerkleTree

/// Folds events into one set of key tables. A value: the writer takes a copy before a batch and keeps the new one only if the
/// batch was committed.
package struct KeyFold: Sendable {
    /// Raised when the rows that the same events make change.
    package static let version: UInt32 = 1

    package let tables: KeyTables
    /// The last event folded.
    package private(set) var position: Position
    package private(set) var digest: ViewDigest
    /// Of the producers that the batch has charges of; written with the state, once a batch.
    var producers = FlatIndex<ByteText>()
    var producerStates: [ProducerState] = []

    /// The fold where the set's state row says that it stands; at the beginning if there is none.
    ///
    /// - Throws: if another version of the fold filled the set.
    package init(_ tables: KeyTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        self.tables = tables
        guard let row = try transaction.copy(tables.log, Self.rowName(tables.set)) else {
            position = .none
            digest = ViewDigest()
            return
        }
        guard row.count == 44, let digest = ViewDigest(bytes: row[12...]) else {
            throw FoldError(position: .none, message: "the state row of key tables \(tables.set) is damaged; run `keyledger rebuild`")
        }
        guard row[0..<4].elementsEqual(Self.version.bigEndianBytes) else {
            throw FoldError(position: .none, message: "the key tables were filled by another version; run `keyledger rebuild`")
        }
        position = Position(row[4..<12].reduce(0) { $0 << 8 | UInt64($1) })
        self.digest = digest
    }

    static func rowName(_ set: KeyTables.SetName) -> [UInt8] { Array("keys.\(set.rawValue)".utf8) }

    /// Writes what is gathered over a batch, and version (4) ‖ position (8) ‖ digest (32); once a batch, behind its events.
    package mutating func saveState(in transaction: inout WriteTransaction) throws {
        try saveProducers(in: &transaction)
        let row = Self.version.bigEndianBytes + position.value.bigEndianBytes + digest.bytes
        try transaction.put(tables.log, Self.rowName(tables.set), row)
    }

    /// Folds the event that follows.
    ///
    /// - Returns: the key after a lifecycle event.
    /// - Throws: ``FoldError`` if the event is not the next one or contradicts the state.
    @discardableResult
    package mutating func apply(_ event: RecordedEvent, in transaction: inout WriteTransaction) throws -> KeyState? {
        try advance(to: event.position)
        if let mark = event.envelope.command, mark.index == 0, !mark.idempotency.isEmpty {
            try put(.commands, mark.idempotency, event.position.value.bigEndianBytes, in: &transaction)
        }
        switch event.event {
        case .spendRecorded(let charge), .spendAdjusted(let charge):
            if let sequence = charge.sequence { try follow(sequence, in: &transaction) }
        case .nameIntroduced(let introduced):
            try introduce(introduced, at: event.position, in: &transaction)
        case .subjectNamed(let subject):
            try name(subject, event, in: &transaction)
        default:
            if event.event.type.isLifecycle { return try advance(event, in: &transaction) }
        }
        return nil
    }

    /// Folds the SpendRecorded that follows: without a sequence it changes no row.
    ///
    /// - Throws: ``FoldError`` if it is not the next one.
    package mutating func apply(
        chargeAt position: Position, _ sequence: ProducerSequence?, in transaction: inout WriteTransaction
    ) throws {
        try advance(to: position)
        if let sequence { try follow(sequence, in: &transaction) }
    }

    private mutating func advance(to next: Position) throws {
        guard next == position.next else {
            throw FoldError(position: next, message: "the fold stands at \(position) and needs the event that follows")
        }
        position = next
    }

    private mutating func name(_ subject: SubjectNamed, _ event: RecordedEvent, in transaction: inout WriteTransaction) throws {
        let place = event.position.value.bigEndianBytes + [subject.kind.rawValue]
        let text = event.slots.identity?.name.map { Array($0.utf8) } ?? []
        try put(.subjects, subject.number.bigEndianBytes, place + text, in: &transaction)
        guard let name = event.slots.identity?.name, let commitment = event.envelope.commitment(of: .identity) else { return }
        let value = subject.number.bigEndianBytes + commitment.bytes
        try put(.subjectNames, Hash32.sha256(name.utf8).bytes, value, in: &transaction)
    }

    private mutating func advance(_ event: RecordedEvent, in transaction: inout WriteTransaction) throws -> KeyState {
        guard let keyID = event.keyID else {
            throw FoldError(position: event.position, message: "\(event.event.type.name) names no key")
        }
        let reader = KeyReader(tables)
        let before = try reader.key(keyID, in: &transaction)
        let (after, changes) = try evolve(before, event)
        try put(.keys, keyID.bytes, try KeyRowCodec.encode(after), in: &transaction)
        try put(.revisions, keyID.bytes + after.revision.bigEndianBytes, event.position.value.bigEndianBytes, in: &transaction)
        var number = before?.credentialCount ?? 0
        for change in changes { try apply(change, number: &number, event, in: &transaction) }
        try index(before, after, in: &transaction)
        return after
    }

    private mutating func apply(
        _ change: CredentialChange, number: inout UInt32, _ event: RecordedEvent, in transaction: inout WriteTransaction
    ) throws {
        let reader = KeyReader(tables)
        switch change {
        case .introduced(let credential):
            guard try reader.credential(credential.token, in: &transaction) == nil else {
                throw FoldError(position: event.position, message: "a token is introduced a second time")
            }
            try put(.credentials, credential.token.hash.bytes, CredentialRowCodec.encode(credential), in: &transaction)
            let place = credential.keyID.bytes + number.bigEndianBytes
            try put(.keyCredentials, place, credential.token.hash.bytes, in: &transaction)
            number += 1
            try setEnd(nil, credential, in: &transaction)
        case .ended(let token, let moment, let end, let successor):
            guard let before = try reader.credential(token, in: &transaction) else {
                throw FoldError(position: event.position, message: "a token that was never introduced is ended")
            }
            guard before.keyID == event.keyID else {
                throw FoldError(
                    position: event.position, message: "a credential of key \(before.keyID) is ended by an event of another key")
            }
            var after = before
            after.close(at: moment, end: end, successor: successor)
            try put(.credentials, token.hash.bytes, CredentialRowCodec.encode(after), in: &transaction)
            try setEnd(before, after, in: &transaction)
        }
    }

    private mutating func setEnd(
        _ before: CredentialState?, _ after: CredentialState, in transaction: inout WriteTransaction
    ) throws {
        func key(_ credential: CredentialState) -> [UInt8]? {
            guard credential.isSuperseded else { return nil }
            return KeyTables.sortable(credential.revokeAt ?? .distantFuture) + credential.token.hash.bytes
        }
        let (old, new) = (before.flatMap(key), key(after))
        guard old != new else { return }
        if let old { try delete(.superseded, old, in: &transaction) }
        if let new { try put(.superseded, new, after.keyID.bytes, in: &transaction) }
    }
}

extension KeyFold {
    /// Puts a row and keeps the digest up.
    mutating func put(_ kind: KeyTables.Kind, _ key: [UInt8], _ value: [UInt8], in transaction: inout WriteTransaction) throws {
        if let old = try transaction.copy(tables[kind], key) {
            if old == value { return }
            try Self.count(kind, key, old) { digest.subtract($0, $1, $2) }
        }
        try Self.count(kind, key, value) { digest.add($0, $1, $2) }
        try transaction.put(tables[kind], key, value)
    }

    mutating func delete(_ kind: KeyTables.Kind, _ key: [UInt8], in transaction: inout WriteTransaction) throws {
        guard let old = try transaction.copy(tables[kind], key) else { return }
        try Self.count(kind, key, old) { digest.subtract($0, $1, $2) }
        try transaction.delete(tables[kind], key)
    }

    /// Hands on what the digest covers of a row: commitments in the place of text.
    static func count(
        _ kind: KeyTables.Kind, _ key: [UInt8], _ value: [UInt8],
        _ body: (_ table: UInt8, _ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Void
    ) throws {
        switch kind {
        case .keys: body(kind.rawValue, key[...], try KeyRowCodec.hashedPart(value))
        case .aliases: body(kind.rawValue, (key.prefix(1) + value + key.suffix(16))[...], [])
        case .subjects: body(kind.rawValue, key[...], value.prefix(KeyTables.subjectHeadSize))
        case .subjectNames: body(kind.rawValue, value[...], [])
        default: body(kind.rawValue, key[...], value[...])
        }
    }
}
