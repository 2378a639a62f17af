import LedgerDomain
import LedgerSchema

extension FactModel {
    /// Every reason against a command, whatever their order.
    func objections(to command: KeyCommand, at moment: Instant, caller: Facts.Caller) -> Set<Rejection.Code> {
        var objections: Set<Rejection.Code> = []
        if case .key(let status, let role) = caller {
            if ![.active, .deprecated].contains(status) { objections.insert(.callerEnded) }
            if role != .proxyAdmin { objections.insert(.callerNotAllowed) }
        }
        var own: KeyID?
        if let target = command.target {
            let keys = keys(named: target)
            own = keys.first
            if keys.count > 1 { objections.insert(.aliasAmbiguous) }
            if keys.isEmpty { if case .alias = target { objections.insert(.aliasNotFound) } else { objections.insert(.keyNotFound) } }
        }
        if let own, let token = credential(meantBy: command, own), end(of: token).map({ $0 <= moment }) ?? false {
            objections.insert(.credentialEnded)
        }
        if let token = command.newToken, key(of: token) != nil { objections.insert(.tokenTaken) }
        objections.formUnion(faults(in: command.changes ?? KeyChanges(), own, moment))
        if case .regenerate(let regenerate) = command, let grace = regenerate.grace, moment.after(grace) == nil {
            objections.insert(.timeOutOfRange)
        }
        return objections
    }

    private func faults(in changes: KeyChanges, _ own: KeyID?, _ moment: Instant) -> Set<Rejection.Code> {
        var objections: Set<Rejection.Code> = []
        if case .set(let name) = changes.alias, !name.isEmpty, holders(of: name) != [], own.map({ alias(of: $0) != name }) ?? true {
            objections.insert(.aliasTaken)
        }
        if case .set(let duration) = changes.duration, moment.after(duration) == nil { objections.insert(.timeOutOfRange) }
        if let spend = changes.spend, spend < .zero { objections.insert(.negativeSpend) }
        return objections
    }

    /// The credential that block or delete speaks of, if it does not speak of the key.
    private func credential(meantBy command: KeyCommand, _ key: KeyID) -> Token? {
        let (target, scope): (KeyTarget, KeyCommand.Scope)
        switch command {
        case .block(let named, let asked), .delete(let named, let asked): (target, scope) = (named, asked)
        default: return nil
        }
        var presented: Token?
        if case .token(let token) = target { presented = token }
        switch scope {
        case .key: return nil
        case .credential: return presented ?? current(key)
        // An ended credential is an objection even if nothing has taken its place.
        case .presented: return presented
        }
    }

    /// Takes over what a command does, and tells the types of the events that it has to give.
    mutating func obey(_ command: KeyCommand, at moment: Instant) -> [EventType] {
        switch command {
        case .create(let create):
            var facts: [Fact] = [.born(create.token, since: moment)]
            if case .set(let on) = create.fields.blocked { facts.append(.blocked(on)) }
            learn(create.keyID, at: moment, facts + changed(nil, create.fields, moment))
            return [.keyCreated] + ((create.fields.spend ?? .zero) == .zero ? [] : [.spendReset])
        case .update(let update):
            guard let key = keys(named: update.target).first else { return [] }
            let facts = changed(key, update.changes, moment)
            learn(key, at: moment, facts)
            return (facts.isEmpty ? [] : [.keyUpdated]) + block(key, update.changes, moment)
        case .regenerate(let regenerate):
            guard let key = keys(named: regenerate.target).first, let old = current(key) else { return [] }
            let end = regenerate.grace.flatMap { moment.after($0) } ?? moment
            let facts: [Fact] = [.ends(old, at: end, inGrace: end > moment), .replaced(old), .born(regenerate.newToken, since: moment)]
            learn(key, at: moment, facts + changed(key, regenerate.changes, moment))
            return [.keyRegenerated] + block(key, regenerate.changes, moment)
        case .unblock(let target):
            guard let key = keys(named: target).first else { return [] }
            return block(key, .filled { $0.blocked = .set(false) }, moment)
        case .block(let target, let scope), .delete(let target, let scope):
            guard let key = keys(named: target).first else { return [] }
            if let token = credential(meantBy: command, key), scope == .credential || isReplaced(token) {
                return cut(token, at: moment, moment)
            }
            if case .block = command { return block(key, .filled { $0.blocked = .set(true) }, moment) }
            learn(key, at: moment, [.deleted])
            return [.keyDeleted]
        case .revoke(let token, let end):
            return cut(token, at: max(end ?? moment, moment), moment)
        }
    }

    private func changed(_ key: KeyID?, _ changes: KeyChanges, _ moment: Instant) -> [Fact] {
        var facts: [Fact] = []
        switch changes.alias {
        case .set(let name) where key.flatMap(alias(of:)) != name: facts.append(.alias(name))
        case .clear where key.flatMap(alias(of:)) != nil: facts.append(.alias(nil))
        default: break
        }
        if let team = changes.terms.teamID, key.flatMap(self.team(of:)) != team { facts.append(.team(team)) }
        if changes.cleared.contains(.teamID), changes.terms.teamID == nil, key.flatMap(team(of:)) != nil { facts.append(.team(nil)) }
        switch changes.duration {
        case .set(let duration) where key.flatMap(expiry(of:)) != moment.after(duration): facts.append(.expires(moment.after(duration)))
        case .clear where key.flatMap(expiry(of:)) != nil: facts.append(.expires(nil))
        default: break
        }
        return facts
    }

    private mutating func block(_ key: KeyID, _ changes: KeyChanges, _ moment: Instant) -> [EventType] {
        let reset: [EventType] = changes.spend == nil ? [] : [.spendReset]
        let wanted: Bool
        switch changes.blocked {
        case .keep: return reset
        case .clear: wanted = false
        case .set(let on): wanted = on
        }
        guard wanted != isBlocked(key) else { return reset }
        learn(key, at: moment, [.blocked(wanted)])
        return [wanted ? .keyBlocked : .keyUnblocked] + reset
    }

    private mutating func cut(_ token: Token, at end: Instant, _ moment: Instant) -> [EventType] {
        guard let key = key(of: token), self.end(of: token).map({ end < $0 }) ?? true else { return [] }
        learn(key, at: moment, [.ends(token, at: end, inGrace: false)])
        return [.credentialRevoked]
    }
}

extension Instant {
    /// Durations in these tests are whole seconds: `5s`.
    func after(_ duration: KeyDuration) -> Instant? { Int64(duration.description.dropLast()).flatMap(adding(seconds:)) }
}
