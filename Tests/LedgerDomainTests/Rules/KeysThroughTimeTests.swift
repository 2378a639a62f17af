import LedgerDomain
import LedgerSchema
import Testing

/// The table of DESIGN.md section 7, row by row.
@Suite struct KeysThroughTimeTests {
    static let hour = 3_600
    /// B replaced A at 10 s with a grace of an hour, C replaced B at 20 s likewise.
    static func twoRotations() throws -> Scenario {
        try Scenario(
            at(0, created("A")), at(10, regenerated("A", to: "B", until: 10 + hour)), at(20, regenerated("B", to: "C", until: 20 + hour)))
    }

    @Test func `an old credential stays good until its own end, however often the key is regenerated`() throws {
        try Scenario(at(0, created("A")))
            .when(.regenerate(secret("A"), to: "B", grace: "1h"), at: 10)
            .then(.keyRegenerated(KeyRegenerated(oldToken: token("A"), newToken: token("B"), revokeAt: second(3_610))))
            .when(.regenerate(secret("B"), to: "C", grace: "1h"), at: 20)
            .then(.keyRegenerated(KeyRegenerated(oldToken: token("B"), newToken: token("C"), revokeAt: second(3_620))))
            .expect("A", at: 10, from: .active, to: .deprecated)
            .expect("A", at: 20, .deprecated)
            .expect("A", at: 3_610, from: .deprecated, to: .graceEnded)
            .expect("B", at: 20, from: .active, to: .deprecated)
            .expect("B", at: 3_620, from: .deprecated, to: .graceEnded)
            .expect("C", at: 20, from: .notYetCreated, to: .active)
            .expect("C", at: 4_000, .active)
    }

    @Test func `a block hits every credential at once and an unblock frees them`() throws {
        let scenario = try Self.twoRotations()
            .when(.block(secret("C")), at: 30).then(.keyBlocked)
            .when(.unblock(secret("C")), at: 40).then(.keyUnblocked)
        for name in ["A", "B"] {
            try scenario.expect(name, at: 30, from: .deprecated, to: .blocked).expect(name, at: 40, from: .blocked, to: .deprecated)
        }
        try scenario.expect("C", at: 30, from: .active, to: .blocked).expect("C", at: 40, from: .blocked, to: .active)
    }

    @Test func `a deletion hits every credential at once, for good`() throws {
        let scenario = try Self.twoRotations().when(.delete(.keyID(keyID(1))), at: 30).then(.keyDeleted)
        for name in ["A", "B", "C"] { try scenario.expect(name, at: 30, .deleted).expect(name, at: 9_000, .deleted) }
    }

    @Test func `expiry hits every credential at the instant itself`() throws {
        let scenario = try Scenario(at(0, created("A") { $0.expires = second(100) }), at(10, regenerated("A", to: "B", until: 5_000)))
        try scenario.expect("A", at: 100, from: .deprecated, to: .expired).expect("B", at: 100, from: .active, to: .expired)
    }

    @Test func `a blocked key may be regenerated and stays blocked`() throws {
        try Scenario(at(0, created("A")), at(5, blocked()))
            .when(.regenerate(secret("A"), to: "B", grace: "1h"), at: 10)
            .then(.keyRegenerated(KeyRegenerated(oldToken: token("A"), newToken: token("B"), revokeAt: second(3_610))))
            .expect("A", at: 10, .blocked).expect("B", at: 10, .blocked)
    }

    @Test func `an expired key may be regenerated and stays expired`() throws {
        try Scenario(at(0, created("A") { $0.expires = second(7) }))
            .when(.regenerate(secret("A"), to: "B"), at: 10)
            .then(.keyRegenerated(KeyRegenerated(oldToken: token("A"), newToken: token("B"), revokeAt: second(10))))
            .expect("B", at: 10, .expired)
    }

    @Test(arguments: [nil, "0s"])
    func `without grace the old credential ends at the recorded instant`(grace: String?) throws {
        try Scenario(at(0, created("A")))
            .when(.regenerate(secret("A"), to: "B", grace: grace), at: 10)
            .then(.keyRegenerated(KeyRegenerated(oldToken: token("A"), newToken: token("B"), revokeAt: second(10))))
            .expect("A", at: 10, from: .active, to: .revoked)
            .expect("B", at: 10, from: .notYetCreated, to: .active)
    }

    @Test(arguments: ["", "soon", "-1h", "1h30m", "5", "1H"])
    func `an unreadable grace never becomes a command`(text: String) {
        #expect(throws: DurationError.self) { try KeyCommand.regenerate(secret("A"), to: "B", grace: text) }
    }

    @Test(arguments: ["A", "B", "C"])
    func `any credential of a key, in grace or ended, updates, unblocks and regenerates the key`(name: String) throws {
        let ended = 5_000
        let scenario = try Self.twoRotations().when(.block(.keyID(keyID(1))), at: 4_000).after()
        try scenario.when(.update(secret(name)) { $0.terms.teamID = "t" }, at: ended)
            .then(.keyUpdated(KeyUpdated(changes: .only { $0.teamID = "t" })))
        try scenario.when(.unblock(secret(name)), at: ended).then(.keyUnblocked)
        try scenario.when(.regenerate(secret(name), to: "D"), at: ended)
            .then(.keyRegenerated(KeyRegenerated(oldToken: token("C"), newToken: token("D"), revokeAt: second(ended))))
    }

    @Test func `regenerate leaves the other credentials their own ends`() throws {
        let after = try Self.twoRotations().when(.regenerate(secret("A"), to: "D"), at: 30)
            .then(.keyRegenerated(KeyRegenerated(oldToken: token("C"), newToken: token("D"), revokeAt: second(30))))
            .expect("A", at: 30, .deprecated).expect("B", at: 30, .deprecated).expect("C", at: 30, .revoked)
        #expect(after.log.credentials[token("A")]?.revokeAt == second(3_610))
        #expect(after.log.credentials[token("A")]?.successor == token("B"))
        #expect(after.log.credentials[token("C")]?.successor == token("D"))
    }

    @Test func `a credential that was to end keeps the earlier end when it is regenerated with a longer grace`() throws {
        try Scenario(at(0, created("A")), at(5, revoked("A", end: 60)))
            .when(.regenerate(secret("A"), to: "B", grace: "1h"), at: 10)
            .then(.keyRegenerated(KeyRegenerated(oldToken: token("A"), newToken: token("B"), revokeAt: second(60))))
            .expect("A", at: 60, from: .deprecated, to: .revoked)
    }

    @Test func `a credential that had ended does not come back when its key is regenerated`() throws {
        try Scenario(at(0, created("A")), at(5, revoked("A", end: 5)))
            .when(.regenerate(secret("A"), to: "B", grace: "1h"), at: 10)
            .then(.keyRegenerated(KeyRegenerated(oldToken: token("A"), newToken: token("B"), revokeAt: second(5))))
            .expect("A", at: 5, .revoked).expect("A", at: 10, .revoked).expect("B", at: 10, .active)
    }

    @Test(arguments: [KeyCommand.block(secret("A")), .delete(secret("A"))])
    func `block and delete by an old token in grace end that credential alone`(command: KeyCommand) throws {
        try Self.twoRotations().when(command, at: 30)
            .then(.credentialRevoked(CredentialRevoked(token: token("A"), revokeAt: second(30))))
            .expect("A", at: 30, from: .deprecated, to: .revoked)
            .expect("B", at: 30, .deprecated).expect("C", at: 30, .active)
    }

    @Test(arguments: ["A", "C"])
    func `with the scope of a key, block and delete by any token act on the key`(name: String) throws {
        let scenario = try Self.twoRotations()
        try scenario.when(.block(secret(name), scope: .key), at: 4_000).then(.keyBlocked)
        try scenario.when(.delete(secret(name), scope: .key), at: 4_000).then(.keyDeleted)
    }

    @Test(arguments: [KeyCommand.Scope.presented, .credential])
    func `block and delete by an ended credential are a conflict that names the key`(scope: KeyCommand.Scope) throws {
        let scenario = try Self.twoRotations()
        try scenario.when(.block(secret("A"), scope: scope), at: 3_610).thenRefused(Rejection(.credentialEnded, keyID: keyID(1)))
        try scenario.when(.delete(secret("A"), scope: scope), at: 3_610).thenRefused(Rejection(.credentialEnded, keyID: keyID(1)))
    }

    @Test func `with the scope of a credential the current one alone ends, and a key_id or alias stands for it`() throws {
        let scenario = try Scenario(at(0, created("A", alias: "a")))
        for target in [secret("A"), .keyID(keyID(1)), .alias("a")] {
            for command in [KeyCommand.block(target, scope: .credential), .delete(target, scope: .credential)] {
                let after = try scenario.when(command, at: 9)
                    .then(.credentialRevoked(CredentialRevoked(token: token("A"), revokeAt: second(9))))
                    .expect("A", at: 9, .revoked)
                #expect(try after.key().gate.status(at: second(9)) == .active)
            }
        }
    }

    @Test func `revoke moves an end only ever earlier`() throws {
        let scenario = try Self.twoRotations()
        try scenario.when(.revoke(token("A"), at: second(100)), at: 30)
            .then(.credentialRevoked(CredentialRevoked(token: token("A"), revokeAt: second(100))))
            .expect("A", at: 100, from: .deprecated, to: .revoked)
        try scenario.when(.revoke(token("A"), at: second(9_000)), at: 30).then()
        try scenario.when(.revoke(token("A"), at: nil), at: 4_000).then()
        try scenario.when(.revoke(token("A"), at: second(1)), at: 30)
            .then(.credentialRevoked(CredentialRevoked(token: token("A"), revokeAt: second(30))))
    }

    @Test func `spend in generate and update is a reset in the same command`() throws {
        let reset = Event.spendReset(SpendReset(keyID: keyID(1), resetTo: Amount(picodollars: 5)))
        try Scenario().when(.generate("A") { $0.spend = Amount(picodollars: 5) }, at: 1)
            .then(.keyCreated(KeyCreated(token: token("A"), terms: KeyTerms())), reset)
            .when(.update(secret("A")) { $0.spend = Amount(picodollars: 5) }, at: 2).then(reset)
        try Scenario().when(.generate("A") { $0.spend = .zero }, at: 1).then(.keyCreated(KeyCreated(token: token("A"), terms: KeyTerms())))
    }

    @Test func `the alias of a deleted key is free again and both keys keep it`() throws {
        let after = try Scenario(at(0, created("A", alias: "a")), at(5, deleted()))
            .when(.generate("B", key: 2) { $0.alias = .set("a") }, at: 10)
            .then(.keyCreated(KeyCreated(token: token("B"), terms: KeyTerms())))
        #expect(try after.key(1).alias == "a")
        #expect(try after.key(2).alias == "a")
    }

    @Test(arguments: [0, 1, 2])
    func `a token that is or was a credential is refused for ever`(life: Int) throws {
        var scenario = try Self.twoRotations()
        if life > 0 { try scenario.log.append(deleted(), at: second(life * 2_000)) }
        for name in ["A", "B", "C"] {
            try scenario.when(.generate(name, key: 2), at: 9_000).thenRefused(Rejection(.tokenTaken))
        }
        guard life == 0 else { return }
        for name in ["A", "B", "C"] {
            try scenario.when(.regenerate(secret("C"), to: name), at: 9_000).thenRefused(Rejection(.tokenTaken))
        }
    }

    @Test func `limits are kept as they are`() throws {
        let terms = KeyTerms.only {
            $0.rpmLimit = 1
            $0.tpmLimit = 2
            $0.maxParallelRequests = 0
        }
        let after = try Scenario().when(.generate("A") { $0.terms = terms }, at: 0).then(
            .keyCreated(KeyCreated(token: token("A"), terms: terms)))
        #expect(try after.key().terms == terms)
        try after.expect("A", at: 0, .active)
    }
}

extension KeyTerms {
    /// Terms with what a closure sets.
    static func only(_ fill: (inout KeyTerms) -> Void) -> KeyTerms {
        var terms = KeyTerms()
        fill(&terms)
        return terms
    }
}
