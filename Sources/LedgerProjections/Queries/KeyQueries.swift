package import LMDB
package import LedgerDomain
package import LedgerLog
package import LedgerSchema
import MerkleTree

/// Answers about keys within one transaction: one set of key tables, the log for names, one moment of asking.
package struct KeyQueries {
    package let keys: KeyReader
    let log: LogReader
    package let moment: Instant
    let spend: SpendSource

    package init(_ tables: KeyTables, _ log: LogTables, moment: Instant, spend: SpendSource) {
        keys = KeyReader(tables)
        self.log = LogReader(log)
        self.moment = moment
        self.spend = spend
    }

    /// A key, deleted ones too; by alias a living one.
    package func view(
        of target: KeyTarget, position: Position, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeyView? {
        switch target {
        case .token(let token):
            guard let credential = try keys.credential(token, in: &transaction) else { return nil }
            guard let state = try keys.key(credential.keyID, in: &transaction) else { throw missing(credential.keyID) }
            return try view(of: state, credential: credential, position: position, in: &transaction)
        case .keyID(let id):
            guard let state = try keys.key(id, in: &transaction) else { return nil }
            return try view(of: state, position: position, in: &transaction)
        case .alias(let alias):
            guard let id = try keys.holders(ofAlias: alias, in: &transaction).first else { return nil }
            return try view(of: .keyID(id), position: position, in: &transaction)
        }
    }

    /// A state with the names that stand behind its numbers.
    package func view(
        of state: KeyState, credential: CredentialState? = nil, position: Position,
        in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeyView {
        guard let current = try keys.credential(state.currentToken, in: &transaction) else { throw missing(state.keyID) }
        return try view(of: state, presented: credential ?? current, current: current, position: position, in: &transaction)
    }

    func view(
        of state: KeyState, presented: CredentialState, current: CredentialState, position: Position,
        in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeyView {
        var view = KeyView(
            state: state, credential: presented, current: current, moment: moment, position: position,
            status: status(of: presented.window, in: state.gate, at: moment, budgetExceeded: false))
        view.take(try spend(of: state, in: &transaction))
        view.credentialName = try name(of: presented, in: state, in: &transaction)
        if let subject = state.terms.subject { view.userID = try name(ofSubject: subject, in: &transaction) }
        view.createdBy = try name(of: state.createdBy, in: &transaction)
        view.updatedBy = try name(of: state.updatedBy, in: &transaction)
        if let deletedBy = state.deletedBy {
            view.deletedBy = try name(of: deletedBy, in: &transaction)
            view.deletedByToken = try deletedBy.credential.flatMap { try token(of: $0, in: &transaction) }
            view.changedBy = try log.slots(at: state.lastPosition, in: &transaction).note?.onBehalfOf
        }
        return view
    }

    /// The display form of a credential's secret: an old one's stands in the event that introduced it, the further ones of an import
    /// came without.
    private func name(
        of credential: CredentialState, in state: KeyState, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> String? {
        if credential.token == state.currentToken { return state.identity.keyName }
        guard credential.reference.ordinal == 0 else { return nil }
        return try log.slots(at: credential.reference.position, in: &transaction).identity?.keyName
    }

    /// What was spent with a key.
    package func spend(
        of state: KeyState, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeySpendAnswer {
        let tokens = try keys.tokens(of: state.keyID, in: &transaction)
        var answer = try spend.spend(of: state.keyID, KeyBudget(state.terms), tokens: tokens, at: moment)
        answer.raise(by: state.content.temporaryBudget(at: moment))
        return answer
    }

    /// A subject's name; `nil` if its text has gone.
    package func name(ofSubject number: UInt64, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> String? {
        try keys.name(ofSubject: number, in: &transaction)
    }

    /// The name behind a number that charges carry.
    package func name(
        _ kind: NameKind, _ number: UInt32, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> String? {
        try keys.name(kind, number, in: &transaction)
    }

    package func name(of actor: Actor, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> String {
        guard actor.subject != 0 else { return KeyView.defaultUserID }
        return try name(ofSubject: actor.subject, in: &transaction) ?? "erased-\(actor.subject)"
    }

    /// The token that a reference names.
    package func token(
        of reference: CredentialReference, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Token? {
        switch try log.event(at: reference.position, in: &transaction).event {
        case .keyCreated(let event): event.token
        case .keyRegenerated(let event): event.newToken
        case .keyImported(let event):
            reference.ordinal == 0 ? event.token : event.credentials.dropFirst(Int(reference.ordinal) - 1).first?.token
        default: nil
        }
    }

    package func missing(_ keyID: KeyID) -> FoldError {
        FoldError(position: .none, message: "key \(keyID) is incomplete in the key tables; run `keyledger rebuild`")
    }
}
