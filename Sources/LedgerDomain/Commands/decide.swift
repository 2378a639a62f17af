public import LedgerSchema

/// Decides a command against the state at head. Pure: what was true and what time it is come in, events or a refusal go out.
/// No events means that the command changes nothing.
///
/// - Parameter moment: the time at which the events will be recorded.
/// - Throws: the first refusal that holds, in the order of ``Rejection/Code-swift.enum``.
public func decide(_ command: KeyCommand, given facts: Facts, at moment: Instant) throws(Rejection) -> [EventDraft] {
    try authorise(facts.caller)
    switch command {
    case .create(let command): return try create(command, facts, moment)
    case .update(let command): return try update(command, facts, moment)
    case .regenerate(let command): return try regenerate(command, facts, moment)
    case .block(let target, let scope): return try block(target, scope, facts, moment)
    case .unblock(let target):
        let key = try livingKey(target, facts)
        return key.isBlocked ? [EventDraft(.keyUnblocked, keyID: key.keyID)] : []
    case .delete(let target, let scope): return try delete(target, scope, facts, moment)
    case .revoke(let token, let end): return try revoke(token, end, facts, moment)
    }
}

func authorise(_ caller: Facts.Caller, _ roles: [Role] = [.proxyAdmin]) throws(Rejection) {
    guard case .key(let status, let role) = caller else { return }
    guard status.isGood else { throw Rejection(.callerEnded, callerStatus: status) }
    guard roles.contains(role) else { throw Rejection(.callerNotAllowed) }
}

func livingKey(_ target: KeyTarget, _ facts: Facts) throws(Rejection) -> KeyState {
    if facts.targetIsAmbiguous, case .alias(let alias) = target { throw Rejection(.aliasAmbiguous, alias: alias) }
    if let key = facts.key, !key.isDeleted { return key }
    if case .alias(let alias) = target { throw Rejection(.aliasNotFound, alias: alias) }
    throw Rejection(.keyNotFound)
}

private func block(_ target: KeyTarget, _ scope: KeyCommand.Scope, _ facts: Facts, _ moment: Instant) throws(Rejection) -> [EventDraft] {
    let key = try livingKey(target, facts)
    if let credential = try namedCredential(key, scope, facts, moment) { return revocation(of: credential, at: moment) }
    return key.isBlocked ? [] : [EventDraft(.keyBlocked, keyID: key.keyID)]
}

private func delete(_ target: KeyTarget, _ scope: KeyCommand.Scope, _ facts: Facts, _ moment: Instant) throws(Rejection) -> [EventDraft] {
    let key = try livingKey(target, facts)
    if let credential = try namedCredential(key, scope, facts, moment) { return revocation(of: credential, at: moment) }
    return [EventDraft(.keyDeleted, keyID: key.keyID)]
}

/// The credential that block or delete is about, or `nil` if it is about the key: an old token stands for itself.
private func namedCredential(
    _ key: KeyState, _ scope: KeyCommand.Scope, _ facts: Facts, _ moment: Instant
) throws(Rejection) -> CredentialState? {
    // Asked for a credential, the key is left alone however it was named: its current credential is meant then.
    guard scope != .key, let named = facts.presented ?? (scope == .credential ? facts.current : nil) else { return nil }
    guard !named.isEnded(at: moment) else { throw Rejection(.credentialEnded, keyID: key.keyID) }
    return scope == .credential || named.isSuperseded ? named : nil
}

private func revoke(_ token: Token, _ end: Instant?, _ facts: Facts, _ moment: Instant) throws(Rejection) -> [EventDraft] {
    _ = try livingKey(.token(token), facts)
    guard let presented = facts.presented else { throw Rejection(.keyNotFound) }
    return revocation(of: presented, at: max(end ?? moment, moment))
}

private func revocation(of credential: CredentialState, at end: Instant) -> [EventDraft] {
    if let revokeAt = credential.revokeAt, revokeAt <= end { return [] }
    return [EventDraft(.credentialRevoked(CredentialRevoked(token: credential.token, revokeAt: end)), keyID: credential.keyID)]
}
