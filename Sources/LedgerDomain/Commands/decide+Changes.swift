import LedgerSchema

func create(_ command: CreateKey, _ facts: Facts, _ moment: Instant) throws(Rejection) -> [EventDraft] {
    guard !facts.isNewTokenKnown else { throw Rejection(.tokenTaken) }
    let changes = try command.fields.resolved(nil, facts, moment)
    var drafts = changes.introductions
    let identity = IdentitySlot(alias: changes.alias ?? nil, keyName: command.keyName)
    drafts.append(
        EventDraft(
            .keyCreated(KeyCreated(token: command.token, terms: changes.terms)), keyID: command.keyID,
            identity: identity == IdentitySlot() ? nil : identity, content: changes.content(over: ContentSlot()),
            subject: changes.terms.subject ?? 0))
    if let spend = command.fields.spend, spend != .zero { drafts.append(try reset(command.keyID, to: spend)) }
    return drafts
}

func update(_ command: UpdateKey, _ facts: Facts, _ moment: Instant) throws(Rejection) -> [EventDraft] {
    let key = try livingKey(command.target, facts)
    let changes = try command.changes.resolved(key, facts, moment)
    var drafts = changes.introductions
    let (terms, cleared) = key.terms.difference(changes.terms, clearing: changes.cleared)
    let identity = changes.identity(over: key.identity, keyName: key.identity.keyName)
    let content = changes.content(over: key.content)
    if terms != KeyTerms() || !cleared.isEmpty || identity != nil || content != nil {
        drafts.append(
            EventDraft(
                .keyUpdated(KeyUpdated(changes: terms, cleared: cleared)), keyID: key.keyID, identity: identity, content: content,
                subject: key.subject(after: terms, cleared)))
    }
    drafts += blocking(key, command.changes.blocked)
    if let spend = command.changes.spend { drafts.append(try reset(key.keyID, to: spend)) }
    return drafts
}

func regenerate(_ command: RegenerateKey, _ facts: Facts, _ moment: Instant) throws(Rejection) -> [EventDraft] {
    let key = try livingKey(command.target, facts)
    guard !facts.isNewTokenKnown else { throw Rejection(.tokenTaken) }
    let changes = try command.changes.resolved(key, facts, moment)
    let (terms, cleared) = key.terms.difference(changes.terms, clearing: changes.cleared)
    var end = moment
    if let grace = command.grace {
        guard let later = try? grace.end(from: moment) else { throw Rejection(.timeOutOfRange) }
        end = later
    }
    // A credential that was already to end keeps the earlier end.
    if let earlier = facts.current?.revokeAt { end = min(end, earlier) }
    let event = KeyRegenerated(
        oldToken: key.currentToken, newToken: command.newToken, revokeAt: end, changes: terms, cleared: cleared)
    var identity = changes.identity(over: key.identity, keyName: command.newKeyName) ?? key.identity
    identity.keyName = command.newKeyName
    var drafts = changes.introductions
    drafts.append(
        EventDraft(
            .keyRegenerated(event), keyID: key.keyID, identity: identity, content: changes.content(over: key.content),
            subject: key.subject(after: terms, cleared)))
    drafts += blocking(key, command.changes.blocked)
    if let spend = command.changes.spend { drafts.append(try reset(key.keyID, to: spend)) }
    return drafts
}

private func blocking(_ key: KeyState, _ change: FieldChange<Bool>) -> [EventDraft] {
    switch change {
    case .set(true) where !key.isBlocked: [EventDraft(.keyBlocked, keyID: key.keyID)]
    case .set(false) where key.isBlocked, .clear where key.isBlocked: [EventDraft(.keyUnblocked, keyID: key.keyID)]
    default: []
    }
}

private func reset(_ keyID: KeyID, to spend: Amount) throws(Rejection) -> EventDraft {
    guard !spend.isNegative else { throw Rejection(.negativeSpend, keyID: keyID) }
    return EventDraft(.spendReset(SpendReset(keyID: keyID, resetTo: spend)), keyID: nil)
}

extension KeyState {
    fileprivate func subject(after changes: KeyTerms, _ cleared: [KeyField]) -> UInt64 {
        if cleared.contains(.subject) { return 0 }
        return changes.subject ?? terms.subject ?? 0
    }
}
