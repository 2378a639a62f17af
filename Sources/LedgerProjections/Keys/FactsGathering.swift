package import LMDB
package import LedgerDomain
public import LedgerSchema

/// Who asks for a command.
public enum Caller: Hashable, Sendable {
    /// The master secret.
    case master
    /// The person at the command line who opened the folder.
    case `operator`
    /// A key, by the token of the credential presented.
    case key(Token)
}

extension KeyQueries {
    /// What a command has to know of the state, and who acts.
    package func facts(
        for command: KeyCommand, caller: Caller, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> (facts: Facts, actor: Actor) {
        var facts = Facts()
        let actor = try resolve(caller, into: &facts, in: &transaction)
        if let target = command.target { try resolve(target, into: &facts, in: &transaction) }
        if let token = command.newToken { facts.isNewTokenKnown = try keys.credential(token, in: &transaction) != nil }
        if case .set(let alias)? = command.changes?.alias, !alias.isEmpty {
            facts.aliasHolder = try keys.holders(ofAlias: alias, in: &transaction).first { $0 != facts.key?.keyID }
        }
        if case .set(let user)? = command.changes?.userID {
            facts.subject = try keys.subject(named: user, in: &transaction)
            facts.nextSubject = try keys.nextSubject(in: &transaction)
        }
        return (facts, actor)
    }

    /// What a reset of spend has to know of the state, and who acts.
    package func facts(
        for target: KeyTarget?, caller: Caller, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> (facts: Facts, actor: Actor) {
        var facts = Facts()
        let actor = try resolve(caller, into: &facts, in: &transaction)
        if let target { try resolve(target, into: &facts, in: &transaction) }
        return (facts, actor)
    }

    private func resolve(
        _ caller: Caller, into facts: inout Facts, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Actor {
        switch caller {
        case .master: return .master
        case .operator: return .operator
        case .key(let token):
            guard let credential = try keys.credential(token, in: &transaction),
                let key = try keys.key(credential.keyID, in: &transaction)
            else {
                facts.caller = .key(.unknown, .none)
                return Actor(kind: .key)
            }
            facts.caller = .key(status(of: credential.window, in: key.gate, at: moment, budgetExceeded: false), key.role)
            return Actor(kind: .key, subject: key.terms.subject ?? 0, credential: credential.reference, role: key.role)
        }
    }

    private func resolve(
        _ target: KeyTarget, into facts: inout Facts, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws {
        switch target {
        case .token(let token):
            facts.presented = try keys.credential(token, in: &transaction)
            if let credential = facts.presented { facts.key = try keys.key(credential.keyID, in: &transaction) }
        case .keyID(let id):
            facts.key = try keys.key(id, in: &transaction)
        case .alias(let alias):
            let holders = try keys.holders(ofAlias: alias, in: &transaction)
            facts.targetIsAmbiguous = holders.count > 1
            if let id = holders.first { facts.key = try keys.key(id, in: &transaction) }
        }
        if let key = facts.key { facts.current = try keys.credential(key.currentToken, in: &transaction) }
    }
}

extension KeyCommand {
    package var target: KeyTarget? {
        switch self {
        case .create: nil
        case .update(let command): command.target
        case .regenerate(let command): command.target
        case .block(let target, _), .unblock(let target), .delete(let target, _): target
        case .revoke(let token, _): .token(token)
        }
    }

    package var newToken: Token? {
        switch self {
        case .create(let command): command.token
        case .regenerate(let command): command.newToken
        default: nil
        }
    }

    package var changes: KeyChanges? {
        switch self {
        case .create(let command): command.fields
        case .update(let command): command.changes
        case .regenerate(let command): command.changes
        default: nil
        }
    }
}
