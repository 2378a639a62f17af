import LedgerDomain
import LedgerSchema
import Testing

/// Refusals and their order of precedence.
@Suite struct RefusalTests {
    static let statuses: [CredentialStatus] = CredentialStatus.allCases.filter { !$0.isGood }

    @Test(arguments: statuses)
    func `a caller whose credential is not good is refused with its status, before anything else`(status: CredentialStatus) throws {
        let caller = Facts.Caller.key(status, .proxyAdmin)
        try Scenario().when(.unblock(secret("none")), at: 1, caller: caller).thenRefused(Rejection(.callerEnded, callerStatus: status))
    }

    @Test(arguments: Role.allCases, [CredentialStatus.active, .deprecated])
    func `only an administrator may change keys`(role: Role, status: CredentialStatus) throws {
        let scenario = try Scenario(at(0, created("A")))
        let commands: [KeyCommand] = try [
            .generate("B", key: 2), .update(secret("A")) { $0.terms.teamID = "t" }, .regenerate(secret("A"), to: "B"),
            .block(secret("A")),
            .unblock(secret("A")), .delete(secret("A")), .revoke(token("A"), at: nil),
        ]
        for command in commands {
            let outcome = try scenario.when(command, at: 1, caller: .key(status, role))
            #expect(outcome.rejection == (role == .proxyAdmin ? nil : Rejection(.callerNotAllowed)))
        }
    }

    @Test func `an unknown key is not found, whatever is asked of it`() throws {
        let scenario = try Scenario(at(0, created("A", alias: "a")), at(1, deleted()))
        for target in [secret("A"), secret("B"), .keyID(keyID(1)), .keyID(keyID(2))] {
            for command in try Self.allCommands(on: target) {
                try scenario.when(command, at: 2).thenRefused(Rejection(.keyNotFound))
            }
        }
        for command in try Self.allCommands(on: .alias("a")) {
            try scenario.when(command, at: 2).thenRefused(Rejection(.aliasNotFound, alias: "a"))
        }
        try scenario.when(.revoke(token("A"), at: nil), at: 2).thenRefused(Rejection(.keyNotFound))
    }

    static func allCommands(on target: KeyTarget) throws -> [KeyCommand] {
        try [
            .update(target) { $0.spend = Amount(picodollars: -1) }, .regenerate(target, to: "A"), .block(target),
            .unblock(target),
            .delete(target),
            .block(target, scope: .credential), .delete(target, scope: .key),
        ]
    }

    @Test func `an alias of two living keys names neither`() throws {
        let scenario = try Scenario(at(0, created("A", alias: "a")), at(1, created("B", key: 2, alias: "a")))
        for command in try Self.allCommands(on: .alias("a")) {
            try scenario.when(command, at: 2).thenRefused(Rejection(.aliasAmbiguous, alias: "a"))
        }
        var past = scenario
        try past.log.append(deleted(key: 2), at: second(2))
        try past.when(.block(.alias("a")), at: 3).then(.keyBlocked)
    }

    /// One thing that can be wrong with a regeneration, and the code that tells it.
    struct Fault: Sendable {
        var code: Rejection.Code
        var add: @Sendable (inout RegenerateKey, inout Facts.Caller) -> Void

        init(_ code: Rejection.Code, _ add: @escaping @Sendable (inout RegenerateKey, inout Facts.Caller) -> Void) {
            (self.code, self.add) = (code, add)
        }
    }

    /// In their order of precedence.
    static let faults = [
        Fault(.callerEnded) { $1 = .key(.expired, .proxyAdmin) },
        Fault(.keyNotFound) { command, _ in command.target = secret("none") },
        Fault(.tokenTaken) { command, _ in command.newToken = token("B") },
        Fault(.aliasTaken) { command, _ in command.changes.alias = .set("b") },
        Fault(.timeOutOfRange) { command, _ in command.grace = try? KeyDuration("9000000000s") },
        Fault(.negativeSpend) { command, _ in command.changes.spend = Amount(picodollars: -1) },
    ]

    @Test func `of every combination of faults the first in the order is told`() throws {
        let scenario = try Scenario(at(0, created("A", alias: "a")), at(1, created("B", key: 2, alias: "b")))
        for bits in 1..<(1 << Self.faults.count) {
            var caller = Facts.Caller.trusted
            var command = RegenerateKey(target: secret("A"), newToken: token("C"), newKeyName: nil, grace: nil, changes: KeyChanges())
            let chosen = Self.faults.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
            for fault in chosen { fault.add(&command, &caller) }
            let outcome = try scenario.when(.regenerate(command), at: 2, caller: caller)
            #expect(outcome.rejection?.code == chosen.first?.code)
            #expect(outcome.log.head == scenario.log.head)
        }
        #expect(Self.faults.map(\.code).sorted() == Self.faults.map(\.code))
    }

    @Test func `codes are in their order of precedence and their numbers never change`() {
        let expected: [(Rejection.Code, UInt32)] = [
            (.callerEnded, 1), (.callerNotAllowed, 2), (.keyNotFound, 3), (.aliasNotFound, 4), (.aliasAmbiguous, 5), (.credentialEnded, 6),
            (.tokenTaken, 7), (.aliasTaken, 8), (.timeOutOfRange, 9), (.negativeSpend, 10), (.tooLarge, 11),
        ]
        #expect(Rejection.Code.allCases.sorted() == expected.map(\.0))
        #expect(Rejection.Code.allCases.sorted().map(\.rawValue) == expected.map(\.1))
    }

    @Test func `an alias of another living key is refused with its owner`() throws {
        let scenario = try Scenario(at(0, created("A", alias: "a")), at(1, created("B", key: 2, alias: "b")))
        let refusal = Rejection(.aliasTaken, keyID: keyID(2), alias: "b")
        try scenario.when(.generate("C", key: 3) { $0.alias = .set("b") }, at: 2).thenRefused(refusal)
        try scenario.when(.update(secret("A")) { $0.alias = .set("b") }, at: 2).thenRefused(refusal)
        try scenario.when(try .regenerate(secret("A"), to: "C") { $0.alias = .set("b") }, at: 2).thenRefused(refusal)
    }

    @Test(arguments: ["292y", "9223372036s", "1000000d", "2833mo"])
    func `an end beyond all time is refused wherever it is named`(text: String) throws {
        guard let duration = try? KeyDuration(text) else { return }
        let scenario = try Scenario(at(0, created("A")))
        try scenario.when(.generate("B", key: 2) { $0.duration = .set(duration) }, at: 1).thenRefused(Rejection(.timeOutOfRange))
        try scenario.when(.update(secret("A")) { $0.duration = .set(duration) }, at: 1).thenRefused(Rejection(.timeOutOfRange))
        try scenario.when(try .regenerate(secret("A"), to: "B", grace: text), at: 1).thenRefused(Rejection(.timeOutOfRange))
    }

    @Test func `negative spend is refused and zero is not`() throws {
        let scenario = try Scenario(at(0, created("A")))
        try scenario.when(.generate("B", key: 2) { $0.spend = Amount(picodollars: -1) }, at: 1)
            .thenRefused(Rejection(.negativeSpend, keyID: keyID(2)))
        try scenario.when(.update(secret("A")) { $0.spend = Amount(picodollars: -1) }, at: 1)
            .thenRefused(Rejection(.negativeSpend, keyID: keyID(1)))
        try scenario.when(.update(secret("A")) { $0.spend = .zero }, at: 1)
            .then(.spendReset(SpendReset(keyID: keyID(1), resetTo: .zero)))
    }
}
