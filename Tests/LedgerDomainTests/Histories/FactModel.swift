import LedgerDomain
import LedgerSchema

/// A second opinion on the rules of keys: a list of plain facts in the order in which they became known. It has no state of a key
/// and no events; every question is answered by reading the list.
struct FactModel {
    enum Fact {
        case born(Token, since: Instant)
        case replaced(Token)
        case ends(Token, at: Instant, inGrace: Bool)
        case blocked(Bool)
        case deleted
        case expires(Instant?)
        case alias(String?)
        case team(String?)
    }

    struct Entry {
        var known: Instant
        var key: KeyID
        var fact: Fact
    }

    private(set) var entries: [Entry] = []

    mutating func learn(_ key: KeyID, at moment: Instant, _ facts: [Fact]) {
        entries += facts.map { Entry(known: moment, key: key, fact: $0) }
    }

    // MARK: Questions about keys, as they are now

    func facts(of key: KeyID) -> [Fact] { entries.filter { $0.key == key }.map(\.fact) }

    func lives(_ key: KeyID) -> Bool {
        let facts = facts(of: key)
        return !facts.isEmpty && !facts.contains { if case .deleted = $0 { true } else { false } }
    }

    func alias(of key: KeyID) -> String? { latest(of: key) { if case .alias(let name) = $0 { .some(name) } else { nil } } ?? nil }
    func team(of key: KeyID) -> String? { latest(of: key) { if case .team(let name) = $0 { .some(name) } else { nil } } ?? nil }
    func expiry(of key: KeyID) -> Instant? { latest(of: key) { if case .expires(let end) = $0 { .some(end) } else { nil } } ?? nil }
    func isBlocked(_ key: KeyID) -> Bool { latest(of: key) { if case .blocked(let on) = $0 { on } else { nil } } ?? false }

    private func latest<Value>(of key: KeyID, _ value: (Fact) -> Value?) -> Value? { facts(of: key).compactMap(value).last }

    func key(of token: Token) -> KeyID? { entries.first { if case .born(token, _) = $0.fact { true } else { false } }?.key }
    func isReplaced(_ token: Token) -> Bool { entries.contains { if case .replaced(token) = $0.fact { true } else { false } } }

    func end(of token: Token) -> Instant? {
        entries.compactMap { if case .ends(token, let end, _) = $0.fact { end } else { nil } }.min()
    }

    func current(_ key: KeyID) -> Token? {
        facts(of: key).compactMap { if case .born(let token, _) = $0 { token } else { nil } }.first { !isReplaced($0) }
    }

    func holders(of alias: String) -> [KeyID] { Set(entries.map(\.key)).filter { lives($0) && self.alias(of: $0) == alias } }

    func keys(named target: KeyTarget) -> [KeyID] {
        switch target {
        case .token(let token): key(of: token).map { [$0] }?.filter(lives) ?? []
        case .keyID(let id): lives(id) ? [id] : []
        case .alias(let alias): holders(of: alias)
        }
    }

    // MARK: Status at any time

    /// Everything that the list says about one credential, to ask about many moments.
    struct Biography {
        var told: [Entry]
        var token: Token

        func status(at moment: Instant) -> CredentialStatus {
            guard let birth = told.first(where: { if case .born(token, _) = $0.fact { true } else { false } }),
                case .born(_, let since) = birth.fact
            else { return .unknown }
            if moment < since { return .notYetCreated }
            if moment < birth.known { return .beforeLedger }
            var (ends, blocked, expires, replaced) = ([(at: Instant, inGrace: Bool)](), false, Instant?.none, false)
            for entry in told where entry.known <= moment {
                switch entry.fact {
                case .deleted: return .deleted
                case .ends(token, let end, let inGrace): ends.append((end, inGrace))
                case .blocked(let on): blocked = on
                case .expires(let end): expires = end
                case .replaced(token): replaced = true
                default: break
                }
            }
            if let end = ends.min(by: { $0.at < $1.at }), end.at <= moment { return end.inGrace ? .graceEnded : .revoked }
            if blocked { return .blocked }
            if let expires, expires <= moment { return .expired }
            return replaced ? .deprecated : .active
        }
    }

    func biography(of token: Token) -> Biography {
        guard let key = key(of: token) else { return Biography(told: [], token: token) }
        return Biography(told: entries.filter { $0.key == key }, token: token)
    }

    var tokens: [Token] { entries.compactMap { if case .born(let token, _) = $0.fact { token } else { nil } } }

    /// Every moment at which an answer may change.
    var edges: Set<Instant> {
        var edges = Set(entries.map(\.known))
        for entry in entries {
            switch entry.fact {
            case .born(_, let moment), .ends(_, let moment, _), .expires(let moment?): edges.insert(moment)
            default: break
            }
        }
        return edges
    }
}
