public import LedgerSchema
import MerkleTree

/// Why an event cannot be folded: the log contradicts itself, or holds what this version does not know.
public struct FoldError: Error, Hashable, Sendable, CustomStringConvertible {
    public var position: Position
    public var message: String

    public init(position: Position, message: String) {
        self.position = position
        self.message = message
    }

    public var description: String { "position \(position.value): \(message)" }
}

/// What a lifecycle event does to the credentials of its key.
public enum CredentialChange: Hashable, Sendable {
    case introduced(CredentialState)
    /// `successor` is `nil` for a revocation, which leaves the one it has.
    case ended(Token, at: Instant, end: CredentialState.End, successor: Token?)
}

/// The next state of a key, and what happens to its credentials.
///
/// - Throws: if the event does not continue the key's chain (DESIGN.md section 6, links).
public func evolve(_ state: KeyState?, _ event: RecordedEvent) throws(FoldError) -> (state: KeyState, credentials: [CredentialChange]) {
    guard let link = event.envelope.link, let actor = event.envelope.actor else {
        throw FoldError(position: event.position, message: "\(event.event.type.name) lacks its link or actor")
    }
    try checkLink(link, after: state, at: event.position)
    guard var next = state else { return try introduce(event, link: link, actor: actor) }
    next.revision = link.revision
    next.lastPosition = event.position
    next.lastLeafHash = event.leafHash
    next.updatedAt = event.recordedAt
    next.updatedBy = actor
    next.settingsUpdatedAt = event.recordedAt
    next.takeSlots(of: event)
    let changes = try next.apply(event)
    return (next, changes)
}

private func checkLink(_ link: KeyLink, after state: KeyState?, at position: Position) throws(FoldError) {
    let continues =
        link.revision == (state?.revision ?? 0) + 1 && link.previousPosition == state?.lastPosition ?? .none
        && link.previousLeafHash == state?.lastLeafHash ?? .zero && state?.keyID ?? link.keyID == link.keyID
    guard continues else {
        throw FoldError(
            position: position, message: "revision \(link.revision) of key \(link.keyID) does not continue revision \(state?.revision ?? 0)"
        )
    }
    guard state?.deletedAt == nil else {
        throw FoldError(position: position, message: "key \(link.keyID) has an event after its deletion")
    }
}

private func introduce(
    _ event: RecordedEvent, link: KeyLink, actor: Actor
) throws(FoldError) -> (state: KeyState, credentials: [CredentialChange]) {
    switch event.event {
    case .keyCreated(let created):
        var state = KeyState(
            keyID: link.keyID, currentToken: created.token, createdAt: event.recordedAt, createdPosition: event.position,
            createdBy: actor, lastLeafHash: event.leafHash)
        state.terms = created.terms
        state.takeSlots(of: event)
        let credential = CredentialState(
            token: created.token, keyID: link.keyID, reference: CredentialReference(position: event.position, ordinal: 0),
            introducedAt: event.recordedAt)
        return (state, [.introduced(credential)])
    case .keyImported(let imported):
        return importKey(imported, event, link: link, actor: actor)
    default:
        throw FoldError(position: event.position, message: "\(event.event.type.name) of key \(link.keyID), which was never made")
    }
}

private func importKey(
    _ imported: KeyImported, _ event: RecordedEvent, link: KeyLink, actor: Actor
) -> (state: KeyState, credentials: [CredentialChange]) {
    let since = imported.effectiveFrom ?? event.recordedAt
    var state = KeyState(
        keyID: link.keyID, currentToken: imported.token, createdAt: since, createdPosition: event.position, createdBy: actor,
        lastLeafHash: event.leafHash)
    state.importedAt = event.recordedAt
    state.terms = imported.terms
    state.credentialCount = UInt32(1 + imported.credentials.count)
    state.takeSlots(of: event)
    func credential(_ token: Token, _ ordinal: UInt32, since: Instant) -> CredentialState {
        CredentialState(
            token: token, keyID: link.keyID, reference: CredentialReference(position: event.position, ordinal: ordinal),
            introducedAt: since, importedAt: event.recordedAt)
    }
    var changes: [CredentialChange] = [.introduced(credential(imported.token, 0, since: since))]
    for (index, further) in imported.credentials.enumerated() {
        var old = credential(further.token, UInt32(index + 1), since: further.introducedAt ?? since)
        old.revokeAt = further.revokeAt
        old.end = further.revokeAt == nil ? .none : .grace
        old.successor = imported.token
        changes.append(.introduced(old))
    }
    return (state, changes)
}

extension KeyState {
    fileprivate mutating func apply(_ event: RecordedEvent) throws(FoldError) -> [CredentialChange] {
        switch event.event {
        case .keyUpdated(let updated):
            terms.apply(updated.changes, clearing: updated.cleared)
        case .keyRegenerated(let regenerated):
            return try regenerate(regenerated, event)
        case .credentialRevoked(let revoked):
            return [.ended(revoked.token, at: revoked.revokeAt, end: .revocation, successor: nil)]
        case .keyBlocked:
            terms.blocked = true
        case .keyUnblocked:
            terms.blocked = false
        case .keyDeleted:
            deletedAt = event.recordedAt
            deletedBy = updatedBy
        case .keyCreated, .keyImported:
            throw FoldError(position: event.position, message: "\(event.event.type.name) of key \(keyID), which exists already")
        default:
            throw FoldError(
                position: event.position, message: "\(event.event.type.name) is no event of a key's life, but links to key \(keyID)")
        }
        return []
    }

    private mutating func regenerate(_ regenerated: KeyRegenerated, _ event: RecordedEvent) throws(FoldError) -> [CredentialChange] {
        guard regenerated.oldToken == currentToken else {
            throw FoldError(
                position: event.position, message: "KeyRegenerated of key \(keyID) replaces a credential that is not its current one")
        }
        terms.apply(regenerated.changes, clearing: regenerated.cleared)
        currentToken = regenerated.newToken
        credentialCount += 1
        lastRotationAt = event.recordedAt
        let fresh = CredentialState(
            token: regenerated.newToken, keyID: keyID, reference: CredentialReference(position: event.position, ordinal: 0),
            introducedAt: event.recordedAt)
        let end: CredentialState.End = regenerated.revokeAt > event.recordedAt ? .grace : .revocation
        return [
            .ended(regenerated.oldToken, at: regenerated.revokeAt, end: end, successor: regenerated.newToken), .introduced(fresh),
        ]
    }

    fileprivate mutating func takeSlots(of event: RecordedEvent) {
        if let commitment = event.envelope.commitment(of: .identity) {
            identityCommitment = commitment
            identity = event.slots.identity ?? IdentitySlot()
        }
        if let commitment = event.envelope.commitment(of: .content) {
            contentCommitment = commitment
            content = event.slots.content ?? ContentSlot()
        }
    }
}

extension CredentialState {
    /// Ends the credential; an end is only ever moved earlier, and the first reason stands.
    public mutating func close(at moment: Instant, end: End, successor: Token?) {
        if let successor { self.successor = successor }
        if let revokeAt, revokeAt <= moment { return }
        revokeAt = moment
        self.end = end
    }
}
