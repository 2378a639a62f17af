import LedgerDomain
import LedgerSchema
import RandomTestSupport

/// Draws commands, good and bad ones, about a few keys, so that they meet often.
struct CommandMaker {
    var random: SplitMix64
    private var secrets = 0
    private var keys = 0

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func pick<Element>(_ list: [Element]) -> Element? { list.randomElement(using: &random) }

    /// Mostly a little later, sometimes the same instant, sometimes an edge of what is known or just beside it.
    mutating func step(from moment: Instant, edges: [Instant]) -> Instant {
        if chance(15) { return moment }
        if chance(35),
            let edge = edges.filter({ $0 > moment && $0.nanoseconds < moment.nanoseconds + 500_000_000_000 }).randomElement(using: &random)
        {
            return max(moment, Instant(nanoseconds: edge.nanoseconds + Int64.random(in: -1...1, using: &random)))
        }
        return Instant(nanoseconds: moment.nanoseconds + Int64.random(in: 1...20_000_000_000, using: &random))
    }

    mutating func caller() -> Facts.Caller {
        if chance(90) { return .trusted }
        return .key(pick(CredentialStatus.allCases) ?? .active, chance(60) ? .proxyAdmin : pick(Role.allCases) ?? .none)
    }

    mutating func command(about model: FactModel) -> KeyCommand {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<10: .create(CreateKey(keyID: freshKey(), token: newToken(model), keyName: nil, fields: changes()))
        case 10..<30: .update(UpdateKey(target: target(model), changes: changes()))
        case 30..<55:
            .regenerate(
                RegenerateKey(
                    target: target(model), newToken: newToken(model), newKeyName: nil, grace: chance(70) ? duration() : nil,
                    changes: changes()))
        case 55..<67: .block(target(model), scope: scope())
        case 67..<77: .unblock(target(model))
        case 77..<85: .delete(target(model), scope: chance(60) ? .presented : scope())
        default: .revoke(knownToken(model), at: chance(50) ? nil : end(model))
        }
    }

    /// A key from elsewhere, with credentials that may have ended long ago.
    mutating func imported(at moment: Instant) -> (draft: EventDraft, facts: [FactModel.Fact]) {
        let since = Instant(nanoseconds: moment.nanoseconds - Int64.random(in: 0...100_000_000_000, using: &random))
        let token = freshToken()
        var facts: [FactModel.Fact] = [.born(token, since: since)]
        var further: [KeyImported.Credential] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let old = KeyImported.Credential(
                token: freshToken(), revokeAt: chance(80) ? moment.adding(seconds: Int64.random(in: -50...90, using: &random)) : nil,
                introducedAt: chance(50) ? since.adding(seconds: -5) : nil)
            further.append(old)
            facts += [.born(old.token, since: old.introducedAt ?? since), .replaced(old.token)]
            if let end = old.revokeAt { facts.append(.ends(old.token, at: end, inGrace: true)) }
        }
        let event = KeyImported(
            token: token, terms: KeyTerms(), originSystem: "elsewhere", originID: "", effectiveFrom: since == moment ? nil : since,
            credentials: further)
        let alias = chance(50) ? pick(Self.aliases) : nil
        if let alias { facts.append(.alias(alias)) }
        return (EventDraft(.keyImported(event), keyID: freshKey(), identity: IdentitySlot(alias: alias)), facts)
    }

    private static let aliases = ["a", "b", "c", ""]

    private mutating func freshKey() -> KeyID {
        keys += 1
        return keyID(keys)
    }

    private mutating func freshToken() -> Token {
        secrets += 1
        return token("\(secrets)")
    }

    private mutating func newToken(_ model: FactModel) -> Token { chance(93) ? freshToken() : knownToken(model) }

    private mutating func knownToken(_ model: FactModel) -> Token { (chance(95) ? pick(model.tokens) : nil) ?? token("never made") }

    private mutating func target(_ model: FactModel) -> KeyTarget {
        if chance(65) { return .token(knownToken(model)) }
        if chance(50) { return .keyID(keyID(Int.random(in: 1...keys + 1, using: &random))) }
        return .alias(pick(Self.aliases) ?? "")
    }

    private mutating func scope() -> KeyCommand.Scope { pick([.presented, .key, .credential]) ?? .presented }

    private mutating func duration() -> KeyDuration? {
        try? KeyDuration(chance(4) ? "9000000000s" : "\(Int.random(in: 0...120, using: &random))s")
    }

    private mutating func end(_ model: FactModel) -> Instant? {
        pick(model.edges.sorted())?.adding(seconds: Int64.random(in: -10...60, using: &random))
    }

    private mutating func changes() -> KeyChanges {
        var changes = KeyChanges()
        if chance(25) { changes.alias = chance(75) ? .set(pick(Self.aliases) ?? "") : .clear }
        if chance(25) { changes.terms.teamID = pick(["t", "u"]) }
        if chance(10) { changes.cleared = [.teamID, .projectID] }
        if chance(20) { changes.duration = chance(75) ? duration().map { .set($0) } ?? .keep : .clear }
        if chance(20) { changes.blocked = pick([.set(true), .set(false), .clear]) ?? .keep }
        if chance(10) { changes.spend = Amount(picodollars: Int128(Int.random(in: -1...5, using: &random))) }
        return changes
    }
}
