import LedgerDomain
import LedgerSchema
import MerkleTree
import Testing

/// What `evolve` accepts and what it makes of it.
@Suite struct FoldTests {
    static func recorded(_ draft: EventDraft, position: UInt64, at moment: Int, _ link: KeyLink?) -> RecordedEvent {
        RecordedEvent(
            position: Position(position), leafHash: Hash32.sha256([UInt8(position)]),
            envelope: Envelope(recordedAt: second(moment), actor: .master, link: link), event: draft.event, slots: Slots())
    }

    static func first() throws -> KeyState {
        try evolve(
            nil,
            recorded(
                created("A"), position: 4, at: 0, KeyLink(keyID: keyID(1), revision: 1, previousPosition: .none, previousLeafHash: .zero))
        )
        .state
    }

    @Test func `an event continues the chain exactly`() throws {
        let state = try Self.first()
        let right = KeyLink(keyID: keyID(1), revision: 2, previousPosition: 4, previousLeafHash: state.lastLeafHash)
        var wrong = [right, right, right, right, right]
        wrong[0].revision = 1
        wrong[1].revision = 3
        wrong[2].previousPosition = 3
        wrong[3].previousLeafHash = .zero
        wrong[4].keyID = keyID(2)
        for link in wrong {
            let error = #expect(throws: FoldError.self) { try evolve(state, Self.recorded(blocked(), position: 9, at: 1, link)) }
            #expect(error?.position == 9)
        }
        let next = try evolve(state, Self.recorded(blocked(), position: 9, at: 1, right)).state
        #expect(next.revision == 2)
        #expect(next.lastPosition == 9)
        #expect(next.lastLeafHash == Hash32.sha256([9]))
        #expect(throws: FoldError.self) { try evolve(nil, Self.recorded(blocked(), position: 9, at: 1, right)) }
        #expect(throws: FoldError.self) { try evolve(state, Self.recorded(blocked(), position: 9, at: 1, nil)) }
    }

    static let misplaced: [EventDraft] = [
        created("B"), regenerated("B", to: "C", until: 5), EventDraft(.spendReset(SpendReset(keyID: nil, resetTo: .zero)), keyID: nil),
        EventDraft(.other(.graceEnded, message: []), keyID: nil),
    ]

    @Test(arguments: misplaced.indices)
    func `an event that cannot follow is an error`(index: Int) throws {
        let state = try Self.first()
        let link = KeyLink(keyID: keyID(1), revision: 2, previousPosition: 4, previousLeafHash: state.lastLeafHash)
        #expect(throws: FoldError.self) { try evolve(state, Self.recorded(Self.misplaced[index], position: 9, at: 1, link)) }
    }

    @Test func `a key begins with its creation or import and nothing else`() throws {
        let link = KeyLink(keyID: keyID(1), revision: 1, previousPosition: .none, previousLeafHash: .zero)
        for draft in [
            updated { $0.teamID = "t" }, regenerated("A", to: "B", until: 5), revoked("A", end: 1), blocked(), unblocked(), deleted(),
        ] {
            #expect(throws: FoldError.self) { try evolve(nil, Self.recorded(draft, position: 2, at: 1, link)) }
        }
    }

    @Test func `nothing follows a deletion`() throws {
        var scenario = try Scenario(at(0, created("A")), at(1, deleted()))
        for draft in [
            updated { $0.teamID = "t" }, regenerated("A", to: "B", until: 5), blocked(), unblocked(), deleted(), revoked("A", end: 2),
        ] {
            #expect(throws: FoldError.self) { try scenario.log.append(draft, at: second(2)) }
        }
        #expect(try scenario.key().revision == 2)
    }

    static func imported(_ credentials: [KeyImported.Credential], since: Int?) -> EventDraft {
        EventDraft(
            .keyImported(
                KeyImported(
                    token: token("A"), terms: KeyTerms(), originSystem: "litellm", originID: "x", effectiveFrom: since.map(second),
                    credentials: credentials)), keyID: keyID(1))
    }

    @Test func `an imported key brings its credentials in their order, each with its own end and the current one as successor`() throws {
        let old = [
            KeyImported.Credential(token: token("Z"), revokeAt: second(200), introducedAt: second(-100)),
            KeyImported.Credential(token: token("B"), revokeAt: nil, introducedAt: nil),
            KeyImported.Credential(token: token("Y"), revokeAt: second(40), introducedAt: second(-50)),
        ]
        let scenario = try Scenario(at(50, Self.imported(old, since: -10)))
        let references = ["A", "Z", "B", "Y"].map { scenario.log.credentials[token($0)]?.reference }
        #expect(references == (0..<4).map { CredentialReference(position: 1, ordinal: $0) })
        #expect(["Z", "B", "Y"].allSatisfy { scenario.log.credentials[token($0)]?.successor == token("A") })
        #expect(try scenario.key().credentialCount == 4)
        #expect(try scenario.key().createdAt == second(-10))
        try scenario
            .expect("A", at: -10, from: .notYetCreated, to: .beforeLedger).expect("A", at: 50, from: .beforeLedger, to: .active)
            .expect("Z", at: -100, from: .notYetCreated, to: .beforeLedger).expect("Z", at: 50, from: .beforeLedger, to: .deprecated)
            .expect("Z", at: 200, from: .deprecated, to: .graceEnded)
            .expect("B", at: -10, from: .notYetCreated, to: .beforeLedger).expect("B", at: 9_000, .deprecated)
            .expect("Y", at: 50, from: .beforeLedger, to: .graceEnded)
    }

    @Test func `without a claim of its source an imported key begins with its import`() throws {
        try Scenario(at(50, Self.imported([], since: nil))).expect("A", at: 50, from: .notYetCreated, to: .active)
    }

    @Test func `an imported key is regenerated and its old credentials keep their ends`() throws {
        let old = [KeyImported.Credential(token: token("Z"), revokeAt: second(200), introducedAt: nil)]
        try Scenario(at(50, Self.imported(old, since: 0)))
            .when(.regenerate(secret("Z"), to: "B", grace: "10s"), at: 60)
            .then(.keyRegenerated(KeyRegenerated(oldToken: token("A"), newToken: token("B"), revokeAt: second(70))))
            .expect("A", at: 70, from: .deprecated, to: .graceEnded).expect("Z", at: 200, from: .deprecated, to: .graceEnded)
            .when(.block(secret("Z")), at: 80).then(.credentialRevoked(CredentialRevoked(token: token("Z"), revokeAt: second(80))))
    }

    @Test func `a redacted identity leaves its commitment and no text`() throws {
        var scenario = try Scenario(at(0, created("A", alias: "a")))
        let event = try #require(scenario.log.events.first)
        let commitment = try #require(event.envelope.commitment(of: .identity))
        var redacted = event
        redacted.slots.identity = nil
        scenario.log = TestLog()
        try scenario.log.fold(redacted)
        #expect(try scenario.key().alias == nil)
        #expect(try scenario.key().identityCommitment == commitment)
        #expect(try scenario.key().lastLeafHash == event.leafHash)
    }

    @Test func `an end is only ever moved earlier and keeps the reason that came first`() {
        var credential = CredentialState(
            token: token("A"), keyID: keyID(1), reference: CredentialReference(position: 1), introducedAt: second(0))
        let steps: [(Int, CredentialState.End, Int, CredentialState.End)] = [
            (100, .grace, 100, .grace), (200, .revocation, 100, .grace), (100, .revocation, 100, .grace),
            (50, .revocation, 50, .revocation),
            (40, .grace, 40, .grace), (60, .revocation, 40, .grace),
        ]
        for (moment, end, expected, reason) in steps {
            credential.close(at: second(moment), end: end, successor: nil)
            #expect(credential.revokeAt == second(expected))
            #expect(credential.end == reason)
        }
        #expect(credential.successor == nil)
    }
}
