package import LMDB
public import LedgerDomain
import LedgerLog
public import LedgerSchema

/// One step in the life of a key.
public struct HistoryEntry: Hashable, Sendable {
    public var event: RecordedEvent
    /// The acting user's id, `default_user_id` for the master secret and the operator, `nil` for the ledger itself.
    public var actorName: String?
    /// `nil` at revision 1.
    public var before: KeyState?
    public var after: KeyState
    /// Every credential that the key has had up to here, in the order in which they were introduced.
    public var credentials: [CredentialState]

    public init(
        event: RecordedEvent, actorName: String?, before: KeyState?, after: KeyState, credentials: [CredentialState]
    ) {
        self.event = event
        self.actorName = actorName
        self.before = before
        self.after = after
        self.credentials = credentials
    }
}

extension KeyQueries {
    /// The life of a key up to a position, folded anew from its chain.
    package func history(
        of keyID: KeyID, upTo last: Position = .last, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [HistoryEntry] {
        var entries: [HistoryEntry] = []
        var state: KeyState?
        var credentials: [CredentialState] = []
        for position in try keys.revisions(of: keyID, upTo: last, in: &transaction) {
            let event = try log.event(at: position, in: &transaction)
            let (next, changes) = try evolve(state, event)
            for change in changes { try Self.apply(change, to: &credentials, at: position) }
            let actor = event.envelope.actor ?? .system
            let name = actor.kind == .system ? nil : try self.name(of: actor, in: &transaction)
            entries.append(HistoryEntry(event: event, actorName: name, before: state, after: next, credentials: credentials))
            state = next
        }
        return entries
    }

    private static func apply(
        _ change: CredentialChange, to credentials: inout [CredentialState], at position: Position
    ) throws(FoldError) {
        switch change {
        case .introduced(let credential): credentials.append(credential)
        case .ended(let token, let moment, let end, let successor):
            guard let place = credentials.firstIndex(where: { $0.token == token }) else {
                throw FoldError(position: position, message: "a credential is ended that the key never had")
            }
            credentials[place].close(at: moment, end: end, successor: successor)
        }
    }

    /// A key as it was right after a position, for the answer that a command got then; `nil` if it was not there yet.
    ///
    /// - Parameter token: the credential that the answer shows; the current one of then without it.
    package func view(
        of keyID: KeyID, credential token: Token? = nil, asOf position: Position,
        in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeyView? {
        guard let entry = try history(of: keyID, upTo: position, in: &transaction).last else { return nil }
        func credential(_ token: Token) -> CredentialState? { entry.credentials.first { $0.token == token } }
        guard let current = credential(entry.after.currentToken) else { throw missing(keyID) }
        return try view(
            of: entry.after, presented: token.flatMap(credential) ?? current, current: current, position: position, in: &transaction)
    }
}

extension KeyQueries {
    package func state(of keyID: KeyID, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> KeyState? {
        try keys.key(keyID, in: &transaction)
    }

    package func credential(
        _ token: Token, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> CredentialState? {
        try keys.credential(token, in: &transaction)
    }

    /// The living keys with an alias; more than one only after an import.
    package func holders(
        ofAlias alias: String, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [KeyID] {
        try keys.holders(ofAlias: alias, in: &transaction)
    }

    /// Where the command with this idempotency key began.
    package func command(_ key: [UInt8], in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Position? {
        try keys.command(key, in: &transaction)
    }

    /// All events of the command that begins at a position.
    package func commandEvents(
        from first: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [RecordedEvent] {
        let start = try log.event(at: first, in: &transaction)
        var events = [start]
        for _ in 1..<max(1, start.envelope.command?.count ?? 1) {
            guard let last = events.last else { break }
            events.append(try log.event(at: last.position.next, in: &transaction))
        }
        return events
    }
}

extension KeyQueries {
    package func credentials(
        of keyID: KeyID, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [CredentialState] {
        try keys.credentials(of: keyID, in: &transaction)
    }

    /// Living holders of an alias first, then every key that had it once.
    package func keyIDs(
        everNamed alias: String, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [KeyID] {
        let living = try keys.holders(ofAlias: alias, class: .living, in: &transaction)
        return try living + keys.holders(ofAlias: alias, class: .past, in: &transaction).filter { !living.contains($0) }
    }
}

extension KeyQueries {
    /// A key as each of its revisions has left it, in order.
    package func revisions(
        of keyID: KeyID, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [KeyState] {
        var states: [KeyState] = []
        for position in try keys.revisions(of: keyID, in: &transaction) {
            states.append(try evolve(states.last, log.event(at: position, in: &transaction)).state)
        }
        return states
    }
}
