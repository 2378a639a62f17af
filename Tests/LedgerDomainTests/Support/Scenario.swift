import LedgerDomain
import LedgerSchema
import MerkleTree
import Testing

// The words in which the tests of decisions are written. A secret is a letter, a key a number, a time a count of seconds:
//
//     try Scenario(at(0, created("A")), at(10, regenerated("A", to: "B", until: 3610)))
//         .when(.block(secret("A")), at: 20)
//         .then(.credentialRevoked(CredentialRevoked(token: token("A"), revokeAt: second(20))))

/// So many seconds after a midnight in November.
func second(_ number: Int) -> Instant { Instant(nanoseconds: 1_795_219_200_000_000_000 + Int64(number) * 1_000_000_000) }

func token(_ secret: String) -> Token { Token(secret: "sk-\(secret)") }

func keyID(_ number: Int) -> KeyID { KeyID(UUIDv7(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0000 + UInt64(number))) }

/// A target named by its secret.
func secret(_ name: String) -> KeyTarget { .token(token(name)) }

/// An event of the past and when it was recorded.
struct Past {
    var second: Int
    var draft: EventDraft
}

func at(_ second: Int, _ draft: EventDraft) -> Past { Past(second: second, draft: draft) }

func created(_ secret: String, key number: Int = 1, alias: String? = nil, _ terms: (inout KeyTerms) -> Void = { _ in }) -> EventDraft {
    var values = KeyTerms()
    terms(&values)
    return EventDraft(
        .keyCreated(KeyCreated(token: token(secret), terms: values)), keyID: keyID(number),
        identity: IdentitySlot(alias: alias, keyName: "sk-...\(secret)"))
}

func updated(key number: Int = 1, identity: IdentitySlot? = nil, cleared: [KeyField] = [], _ terms: (inout KeyTerms) -> Void) -> EventDraft
{
    var values = KeyTerms()
    terms(&values)
    return EventDraft(.keyUpdated(KeyUpdated(changes: values, cleared: cleared)), keyID: keyID(number), identity: identity)
}

func regenerated(_ old: String, to new: String, until end: Int, key number: Int = 1) -> EventDraft {
    EventDraft(
        .keyRegenerated(KeyRegenerated(oldToken: token(old), newToken: token(new), revokeAt: second(end))), keyID: keyID(number))
}

func revoked(_ secret: String, end: Int, key number: Int = 1) -> EventDraft {
    EventDraft(.credentialRevoked(CredentialRevoked(token: token(secret), revokeAt: second(end))), keyID: keyID(number))
}

func blocked(key number: Int = 1) -> EventDraft { EventDraft(.keyBlocked, keyID: keyID(number)) }
func unblocked(key number: Int = 1) -> EventDraft { EventDraft(.keyUnblocked, keyID: keyID(number)) }
func deleted(key number: Int = 1) -> EventDraft { EventDraft(.keyDeleted, keyID: keyID(number)) }

extension KeyCommand {
    static func generate(_ secret: String, key number: Int = 1, _ fill: (inout KeyChanges) throws -> Void = { _ in }) rethrows -> KeyCommand
    {
        .create(CreateKey(keyID: keyID(number), token: token(secret), keyName: nil, fields: try KeyChanges.filled(fill)))
    }

    static func update(_ target: KeyTarget, _ fill: (inout KeyChanges) throws -> Void) rethrows -> KeyCommand {
        .update(UpdateKey(target: target, changes: try KeyChanges.filled(fill)))
    }

    static func regenerate(
        _ target: KeyTarget, to new: String, grace: String? = nil, _ fill: (inout KeyChanges) throws -> Void = { _ in }
    ) throws -> KeyCommand {
        let grace = try grace.map { try KeyDuration($0) }
        return .regenerate(
            RegenerateKey(target: target, newToken: token(new), newKeyName: nil, grace: grace, changes: try KeyChanges.filled(fill)))
    }

    static func block(_ target: KeyTarget) -> KeyCommand { .block(target, scope: .presented) }
    static func delete(_ target: KeyTarget) -> KeyCommand { .delete(target, scope: .presented) }
}

extension KeyChanges {
    static func filled(_ fill: (inout KeyChanges) throws -> Void) rethrows -> KeyChanges {
        var changes = KeyChanges()
        try fill(&changes)
        return changes
    }
}

/// A log that tests ask and decide against.
struct Scenario {
    var log = TestLog()

    init(_ past: Past...) throws {
        for item in past { try log.append(item.draft, at: second(item.second)) }
    }

    func when(_ command: KeyCommand, at moment: Int, caller: Facts.Caller = .trusted) throws -> Outcome {
        do {
            var log = self.log
            let drafts = try log.execute(command, at: second(moment), caller: caller)
            return Outcome(drafts: drafts, log: log)
        } catch let rejection as Rejection {
            return Outcome(rejection: rejection, log: log)
        }
    }

    /// The status of a secret at a second, as the log tells it up to then; and that of each neighbouring nanosecond, if asked.
    @discardableResult
    func expect(_ name: String, at moment: Int, _ status: CredentialStatus, location: SourceLocation = #_sourceLocation) throws -> Scenario
    {
        #expect(try self.status(name, second(moment)) == status, sourceLocation: location)
        return self
    }

    /// The status changes at this second and not a nanosecond earlier.
    @discardableResult
    func expect(
        _ name: String, at moment: Int, from before: CredentialStatus, to after: CredentialStatus,
        location: SourceLocation = #_sourceLocation
    ) throws -> Scenario {
        let last = Instant(nanoseconds: second(moment).nanoseconds - 1)
        #expect(try status(name, last) == before, sourceLocation: location)
        #expect(try status(name, second(moment)) == after, sourceLocation: location)
        return self
    }

    func status(_ name: String, _ moment: Instant) throws -> CredentialStatus {
        try log.asOf(moment).status(token(name), at: moment, head: log)
    }

    func key(_ number: Int = 1) throws -> KeyState { try #require(log.keys[keyID(number)]) }
}

/// What a command came to.
struct Outcome {
    var drafts: [EventDraft] = []
    var rejection: Rejection?
    var log: TestLog

    @discardableResult
    func then(_ events: Event..., location: SourceLocation = #_sourceLocation) throws -> Scenario {
        #expect(rejection == nil, sourceLocation: location)
        #expect(drafts.map(\.event) == events, sourceLocation: location)
        return try after()
    }

    @discardableResult
    func thenRefused(_ expected: Rejection, location: SourceLocation = #_sourceLocation) throws -> Scenario {
        #expect(rejection == expected, sourceLocation: location)
        return try after()
    }

    /// The log after it, whatever it came to.
    func after() throws -> Scenario {
        var scenario = try Scenario()
        scenario.log = log
        return scenario
    }
}
