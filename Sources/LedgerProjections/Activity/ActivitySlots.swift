import LedgerSchema

/// Credentials in their revisions as they stand in rows, by small numbers: whose they are, and whether the query wants them.
struct ActivitySlots {
    struct Slot {
        /// Index into ``keys``; negative: the query leaves it out.
        var key: Int32
        /// Index into the entities; negative: the row's table tells, or the query does not count charges of none.
        var entity: Int32
        /// The key's revision; that of an unknown token is 0.
        var revision: UInt64
    }

    /// A line of the report's keys.
    struct Key {
        var name: String
        var keyID: KeyID?
        /// With attribution `asOf`; otherwise that of the last revision that was charged.
        var label: KeyLabel?
    }

    private struct Reference: Hashable {
        var position: UInt64
        var ordinal: UInt32
        var revision: UInt32
    }

    private struct Name: Hashable {
        var keyID: KeyID?
        var token: Token?
        var label: KeyLabel?
    }

    private let query: ActivityQuery
    private let directory: any ActivityDirectory
    /// With joined rotations, the key of the token that the query asks for.
    private let wantedKey: KeyID?
    private(set) var slots: [Slot] = []
    private(set) var labels: [KeyLabel] = []
    private(set) var keys: [Key] = []
    private(set) var entities: ActivityEntities
    private var byReference: [Reference: Int] = [:]
    private var byToken: [Token: Int] = [:]
    private var keyPlaces: [Name: Int32] = [:]
    private var last: (reference: Reference, slot: Int)?

    init(_ query: ActivityQuery, _ directory: any ActivityDirectory) throws {
        self.query = query
        self.directory = directory
        entities = try ActivityEntities(query, directory)
        wantedKey = query.joinsRotations ? try query.token.flatMap { try directory.credential(of: $0)?.keyID } : nil
    }

    @inline(__always)
    mutating func slot(position: UInt64, ordinal: UInt32, revision: UInt32) throws -> Int {
        let reference = Reference(position: position, ordinal: ordinal, revision: revision)
        if let last, last.reference == reference { return last.slot }
        let slot = try byReference[reference] ?? add(reference)
        last = (reference, slot)
        return slot
    }

    mutating func slot(of token: Token) throws -> Int {
        if let known = byToken[token] { return known }
        let credential = try directory.credential(of: token)
        // What was charged before the key had this token was charged before its first revision.
        let slot = try add(credential?.keyID, token, revision: credential == nil ? 0 : 1)
        byToken[token] = slot
        return slot
    }

    private mutating func add(_ reference: Reference) throws -> Int {
        let credential = try directory.credential(
            CredentialReference(position: Position(reference.position), ordinal: reference.ordinal))
        let slot = try add(credential.keyID, credential.token, revision: UInt64(reference.revision))
        byReference[reference] = slot
        return slot
    }

    private mutating func add(_ keyID: KeyID?, _ token: Token, revision: UInt64) throws -> Int {
        let label = try keyID.map { try directory.life(of: $0).label(revision, of: $0) } ?? KeyLabel()
        let key = isWanted(keyID, token) ? place(keyID, token, label) : -1
        let entity = key < 0 ? -1 : try entities.index(of: label)
        slots.append(Slot(key: key, entity: entity, revision: revision))
        labels.append(label)
        return slots.count - 1
    }

    private func isWanted(_ keyID: KeyID?, _ token: Token) -> Bool {
        if let keyIDs = query.keyIDs, !(keyID.map(keyIDs.contains) ?? false) { return false }
        guard let wanted = query.token else { return true }
        return token == wanted || (wantedKey != nil && keyID == wantedKey)
    }

    private mutating func place(_ keyID: KeyID?, _ token: Token, _ label: KeyLabel) -> Int32 {
        let isJoined = query.joinsRotations && keyID != nil
        let ownLabel = query.attribution == .asOf ? label : nil
        let name = Name(keyID: isJoined ? keyID : nil, token: isJoined ? nil : token, label: ownLabel)
        if let known = keyPlaces[name] { return known }
        let place = Int32(keys.count)
        keys.append(Key(name: isJoined ? keyID?.description ?? token.hex : token.hex, keyID: keyID, label: ownLabel))
        keyPlaces[name] = place
        return place
    }

    /// The credentials that the query asks for, if they are few enough to look for each; `nil`: all.
    func wantedCredentials() throws -> [ChargedCredential]? {
        var found: [ChargedCredential] = []
        if let token = query.token {
            guard let credential = try directory.credential(of: token) else { return [] }
            found = query.joinsRotations ? try directory.credentials(of: credential.keyID) : [credential]
            if let keyIDs = query.keyIDs { found.removeAll { !keyIDs.contains($0.keyID) } }
        } else if let keyIDs = query.keyIDs {
            guard keyIDs.count <= Self.mostSought else { return nil }
            found = try keyIDs.flatMap { try directory.credentials(of: $0) }
        } else {
            return nil
        }
        return found.count <= Self.mostSought ? found : nil
    }

    private static let mostSought = 16

    mutating func entity(ofUser number: UInt64) throws -> Int32 { try entities.index(ofSubject: number) }

    mutating func entity(named name: String) throws -> Int32 { try entities.index(of: name) }
}
