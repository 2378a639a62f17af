import LedgerDomain
import LedgerSchema
import MerkleTree

/// A log in memory, folded as the ledger folds it. Every event goes through its bytes, so that what the tests see is what a
/// reader of the log sees.
struct TestLog {
    private(set) var events: [RecordedEvent] = []
    private(set) var keys: [KeyID: KeyState] = [:]
    private(set) var credentials: [Token: CredentialState] = [:]
    private(set) var subjects: [String: UInt64] = [:]

    struct Contradiction: Error {
        var message: String
    }

    var head: Position { events.last?.position ?? .none }
    var headTime: Instant { events.last?.recordedAt ?? .distantPast }

    /// The same log up to a moment: as of that time.
    func asOf(_ moment: Instant) throws -> TestLog {
        var past = TestLog()
        for event in events where event.recordedAt <= moment { try past.fold(event) }
        return past
    }

    /// What the command would meet, gathered the slow way: by looking at every key.
    func facts(for command: KeyCommand, caller: Facts.Caller = .trusted) -> Facts {
        var facts = Facts(caller: caller, nextSubject: UInt64(subjects.count) + 1)
        switch command.target {
        case .token(let token)?:
            facts.presented = credentials[token]
            facts.key = facts.presented.flatMap { keys[$0.keyID] }
        case .keyID(let id)?:
            facts.key = keys[id]
        case .alias(let alias)?:
            let holders = living(alias)
            facts.targetIsAmbiguous = holders.count > 1
            facts.key = holders.first
        case nil: break
        }
        facts.current = facts.key.flatMap { credentials[$0.currentToken] }
        if let token = command.newToken { facts.isNewTokenKnown = credentials[token] != nil }
        if case .set(let alias)? = command.changes?.alias {
            facts.aliasHolder = living(alias).first { $0.keyID != facts.key?.keyID }?.keyID
        }
        if case .set(let user)? = command.changes?.userID { facts.subject = subjects[user] }
        return facts
    }

    private func living(_ alias: String) -> [KeyState] {
        keys.values.filter { !$0.isDeleted && $0.alias == alias }.sorted { $0.keyID < $1.keyID }
    }

    /// Decides a command and appends what it gives.
    @discardableResult
    mutating func execute(_ command: KeyCommand, at moment: Instant, caller: Facts.Caller = .trusted) throws -> [EventDraft] {
        let drafts = try decide(command, given: facts(for: command, caller: caller), at: moment)
        for draft in drafts { try append(draft, at: moment) }
        return drafts
    }

    /// Appends an event with the links and commitments that the ledger would give it.
    mutating func append(_ draft: EventDraft, at moment: Instant) throws {
        let position = head.next
        let openings = Slots(identity: draft.identity, content: draft.content).encoded.map { slot, content in
            Opening(slot: slot, subject: draft.subject, nonce: Hash32.sha256("\(position) \(slot)".utf8).bytes, content: content)
        }
        let link = draft.keyID.map { id in
            KeyLink(
                keyID: id, revision: (keys[id]?.revision ?? 0) + 1, previousPosition: keys[id]?.lastPosition ?? .none,
                previousLeafHash: keys[id]?.lastLeafHash ?? .zero)
        }
        let envelope = Envelope(
            recordedAt: moment, eventID: EventID(time: moment, random: (0, position.value)), actor: .master,
            commitments: openings.map { SlotCommitment(slot: $0.slot, commitment: $0.commitment) }, link: link)
        let leaf = EventCodec.encode(draft.event, envelope)
        let read = try EventCodec.decode(leaf)
        guard read.envelope == envelope, read.event == draft.event else {
            throw Contradiction(message: "\(draft.event) was read as \(read.event)")
        }
        try fold(
            RecordedEvent(
                position: position, leafHash: MerkleTree.leafHash(leaf), envelope: read.envelope, event: read.event,
                slots: try Slots(openings)))
    }

    /// Folds the event that follows.
    mutating func fold(_ event: RecordedEvent) throws {
        guard event.recordedAt >= headTime else { throw Contradiction(message: "time went back at \(event.position)") }
        if case .subjectNamed(let subject) = event.event { subjects[event.slots.identity?.name ?? ""] = subject.number }
        if let id = event.keyID {
            let (state, changes) = try evolve(keys[id], event)
            for change in changes { try apply(change, to: id) }
            keys[id] = state
        }
        events.append(event)
    }

    private mutating func apply(_ change: CredentialChange, to id: KeyID) throws {
        switch change {
        case .introduced(let credential):
            guard credentials[credential.token] == nil else { throw Contradiction(message: "a token is introduced twice") }
            credentials[credential.token] = credential
        case .ended(let token, let moment, let end, let successor):
            guard credentials[token]?.keyID == id else { throw Contradiction(message: "another key's credential is ended") }
            credentials[token]?.close(at: moment, end: end, successor: successor)
        }
    }

    /// Status of a credential at a moment of which this log knows everything (see ``asOf(_:)``); `head` tells of what came later.
    func status(_ token: Token, at moment: Instant, budgetExceeded: Bool = false, head: TestLog) -> CredentialStatus {
        guard let credential = credentials[token] ?? head.credentials[token] else { return .unknown }
        let gate = keys[credential.keyID]?.gate ?? KeyGate(deletedAt: nil, isBlocked: false, expires: nil)
        return LedgerDomain.status(of: credential.window, in: gate, at: moment, budgetExceeded: budgetExceeded)
    }
}

extension KeyCommand {
    var target: KeyTarget? {
        switch self {
        case .create: nil
        case .update(let command): command.target
        case .regenerate(let command): command.target
        case .block(let target, _), .unblock(let target), .delete(let target, _): target
        case .revoke(let token, _): .token(token)
        }
    }

    var newToken: Token? {
        switch self {
        case .create(let command): command.token
        case .regenerate(let command): command.newToken
        default: nil
        }
    }

    var changes: KeyChanges? {
        switch self {
        case .create(let command): command.fields
        case .update(let command): command.changes
        case .regenerate(let command): command.changes
        default: nil
        }
    }
}
