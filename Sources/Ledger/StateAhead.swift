import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema
import MerkleTree

/// The state as the items decided so far will leave it: later items of one command are decided against it.
struct StateAhead {
    private let queries: KeyQueries
    private var keys: [KeyID: KeyState] = [:]
    private var credentials: [Token: CredentialState] = [:]
    /// Who has an alias by now, among `keys`.
    private var aliases: [[UInt8]: Set<KeyID>] = [:]
    /// By the bytes of their names: texts that look alike are different users.
    private var subjects: [[UInt8]: UInt64] = [:]

    init(_ queries: KeyQueries) { self.queries = queries }

    func has(_ keyID: KeyID) -> Bool { keys[keyID] != nil }

    /// Puts what earlier items change into facts that were read from the tables.
    func correct(_ facts: inout Facts, for command: KeyCommand, in transaction: inout WriteTransaction) throws {
        if let target = command.target { try correct(&facts, target, in: &transaction) }
        if let token = command.newToken, credentials[token] != nil { facts.isNewTokenKnown = true }
        if case .set(let alias)? = command.changes?.alias, !alias.isEmpty {
            facts.aliasHolder = try holders(of: alias, in: &transaction).first { $0 != facts.key?.keyID }
        }
        facts.nextSubject += UInt64(subjects.count)
        if case .set(let user)? = command.changes?.userID, let number = subjects[Array(user.utf8)] { facts.subject = number }
    }

    private func correct(_ facts: inout Facts, _ target: KeyTarget, in transaction: inout WriteTransaction) throws {
        switch target {
        case .token(let token):
            facts.presented = credentials[token] ?? facts.presented
            facts.key = try facts.presented.flatMap { try key($0.keyID, in: &transaction) }
        case .keyID(let id):
            facts.key = try key(id, in: &transaction)
        case .alias(let alias):
            let holders = try holders(of: alias, in: &transaction)
            facts.targetIsAmbiguous = holders.count > 1
            facts.key = try holders.first.flatMap { try key($0, in: &transaction) }
        }
        facts.current = try facts.key.flatMap { key in
            try credentials[key.currentToken] ?? queries.credential(key.currentToken, in: &transaction)
        }
    }

    private func key(_ id: KeyID, in transaction: inout WriteTransaction) throws -> KeyState? {
        try keys[id] ?? queries.state(of: id, in: &transaction)
    }

    /// The living keys that have an alias by now.
    private func holders(of alias: String, in transaction: inout WriteTransaction) throws -> [KeyID] {
        let stored = try queries.holders(ofAlias: alias, in: &transaction)
        return (stored.filter { keys[$0] == nil } + (aliases[Array(alias.utf8)] ?? [])).sorted()
    }

    /// Takes over what an item will change. Links and hashes are not known yet: they are put in when the events are recorded.
    mutating func take(_ drafts: [EventDraft], _ facts: Facts, _ actor: Actor) {
        for draft in drafts {
            if case .subjectNamed(let subject) = draft.event, let name = draft.identity?.name {
                subjects[Array(name.utf8)] = subject.number
            }
            guard let keyID = draft.keyID else { continue }
            let before = keys[keyID] ?? (facts.key?.keyID == keyID ? facts.key : nil)
            // A decision that cannot be folded is found out when it is recorded, where it ends its command.
            guard let (after, changes) = try? evolve(before, foreseen(draft, of: keyID, after: before, actor)) else { continue }
            if let old = keys[keyID]?.alias { aliases[Array(old.utf8)]?.remove(keyID) }
            if let new = after.alias, !after.isDeleted { aliases[Array(new.utf8), default: []].insert(keyID) }
            keys[keyID] = after
            for change in changes { take(change, facts) }
        }
    }

    private func foreseen(_ draft: EventDraft, of keyID: KeyID, after before: KeyState?, _ actor: Actor) -> RecordedEvent {
        var envelope = Envelope(recordedAt: queries.moment, actor: actor)
        envelope.link = KeyLink(
            keyID: keyID, revision: (before?.revision ?? 0) + 1, previousPosition: before?.lastPosition ?? .none,
            previousLeafHash: before?.lastLeafHash ?? .zero)
        if draft.identity != nil { envelope.commitments.append(SlotCommitment(slot: .identity, commitment: .zero)) }
        if draft.content != nil { envelope.commitments.append(SlotCommitment(slot: .content, commitment: .zero)) }
        return RecordedEvent(
            position: before?.lastPosition.next ?? .first, leafHash: .zero, envelope: envelope, event: draft.event,
            slots: Slots(identity: draft.identity, content: draft.content))
    }

    private mutating func take(_ change: CredentialChange, _ facts: Facts) {
        switch change {
        case .introduced(let credential): credentials[credential.token] = credential
        case .ended(let token, let moment, let end, let successor):
            let known = [credentials[token], facts.presented, facts.current].compactMap { $0 }.first { $0.token == token }
            guard var credential = known else { return }
            credential.close(at: moment, end: end, successor: successor)
            credentials[token] = credential
        }
    }
}
