import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// One key from its creation to its deletion, and what is left after each reopening.
struct LifeOfAKeyTests {
    let test: TestLedger
    var ledger: Ledger { test.ledger }

    init() throws { test = try TestLedger() }

    private func code(_ secret: String) throws -> KeyCheck.Code {
        let verdict = try ledger.verdict(Token(secret: secret)).code
        #expect(try ledger.check(Token(secret: secret)).code == verdict)
        return verdict
    }

    @Test func `a key lives: created, changed, rotated twice within a grace, blocked, unblocked, deleted`() async throws {
        let created = try await test.create(
            "sk-first-secret-000",
            .with {
                $0.alias = .set("app"); $0.terms.teamID = "red"; $0.userID = .set("ann")
            })
        #expect(created.state.alias == "app" && created.userID == "ann" && created.createdBy == "default_user_id")
        let id = KeyTarget.keyID(created.state.keyID)
        let updated = try await test.done(
            .update(
                id,
                .with {
                    $0.terms.teamID = "blue"; $0.setContent("metadata", json: #"{"a":1}"#)
                }))
        #expect(updated.state.terms.teamID == "blue" && updated.state.content["metadata"] == #"{"a":1}"# && updated.state.revision == 2)
        _ = try await test.done(.regenerate(id, "sk-second-secret-00", grace: "1h"))
        test.clock.advance(seconds: 1_800)
        let rotated = try await test.done(.regenerate(id, "sk-third-secret-000", grace: "1h"))
        #expect(rotated.state.credentialCount == 3 && rotated.current.token == Token(secret: "sk-third-secret-000"))
        #expect(try code("sk-first-secret-000") == .deprecated)
        #expect(try code("sk-second-secret-00") == .deprecated)
        #expect(try code("sk-third-secret-000") == .valid)
        test.clock.advance(seconds: 1_800)
        #expect(try code("sk-first-secret-000") == .graceEnded)
        #expect(try code("sk-second-secret-00") == .deprecated)
        _ = try await test.done(.block(id, scope: .key))
        #expect(try code("sk-second-secret-00") == .blocked)
        #expect(try code("sk-third-secret-000") == .blocked)
        _ = try await test.done(.unblock(id))
        #expect(try code("sk-third-secret-000") == .valid)
        _ = try await test.done(.delete(id, scope: .key))
        #expect(try code("sk-third-secret-000") == .deleted)
        let view = try #require(try ledger.key(id))
        #expect(view.state.alias == "app" && view.keyStatus == .deleted && view.deletedBy == "default_user_id")
        let types = try ledger.history(created.state.keyID).map(\.event.event.type)
        #expect(types == [.keyCreated, .keyUpdated, .keyRegenerated, .keyRegenerated, .keyBlocked, .keyUnblocked, .keyDeleted])
    }

    @Test func `an old secret in grace that is revoked ends alone`() async throws {
        let key = try await test.create("sk-first-secret-000")
        _ = try await test.done(.regenerate(.keyID(key.state.keyID), "sk-second-secret-00", grace: "1h"))
        let revoked = try await test.execute(.revoke(Token(secret: "sk-first-secret-000"), at: nil))
        #expect(try revoked.view().credential.token == Token(secret: "sk-first-secret-000"))
        #expect(try code("sk-first-secret-000") == .revoked)
        #expect(try code("sk-second-secret-00") == .valid)
        #expect(try code("sk-nobody-has-this-1") == .notFound)
    }

    @Test func `everything is there after closing and opening, and the check is clean (invariants 1, 3)`() async throws {
        let receipt = try await test.execute(
            .create("sk-first-secret-000", ledger.makeKeyID(), .alias("one")),
            .create("sk-second-secret-00", ledger.makeKeyID(), .alias("two")),
            .create("sk-third-secret-000", ledger.makeKeyID(), .alias("one")))
        #expect(receipt.refusal(2) == .aliasTaken)
        let first = try receipt.view(0)
        let head = ledger.head
        #expect(receipt.position == head.position && head.position == 3)
        ledger.close()
        let again = try TestLedger(reopening: test)
        #expect(again.ledger.head == head)
        #expect(try again.ledger.key(.alias("one"))?.state == first.state)
        #expect(try again.ledger.events(from: .first, limit: 10).map(\.event.type) == [.ledgerOpened, .keyCreated, .keyCreated])
        again.ledger.close()
        let report = try Ledger.check(test.path)
        #expect(report.failure == nil)
        #expect(report.log.events == 3 && report.keys?.digest == report.keys?.freshDigest)
    }

    @Test func `a second opening is refused in this process and in another`() async throws {
        #expect(throws: LedgerError.self) { try Ledger.open(test.path) }
        #expect(throws: LedgerError.self) { try Ledger.open(test.path, .init(access: .readOnly)) }
        await #expect(processExitsWith: .success) { [path = test.path as String] in
            #expect { try Ledger.open(path) } throws: { ($0 as? LedgerError)?.code == .locked }
        }
    }

    @Test func `another process reads beside the writer and is refused a command`() async throws {
        try await test.create("sk-first-secret-000", .alias("app"))
        await #expect(processExitsWith: .success) { [path = test.path as String] in
            let reader = try Ledger.open(path, .init(access: .readOnly))
            defer { reader.close() }
            let view = try #require(try reader.key(.alias("app")))
            #expect(view.position == 2)
            #expect(try reader.verdict(Token(secret: "sk-first-secret-000")).code == .valid)
            await #expect(throws: LedgerError.self) {
                try await reader.execute(CommandRequest(items: [.unblock(.alias("app"))], caller: .operator))
            }
        }
    }

    /// An alias spelled with other scalars once changed nothing: Swift takes both spellings for the same text, the index does not.
    @Test func `another spelling of the same letters is a change, and another alias`() async throws {
        let test = try TestLedger()
        let key = try await test.create("sk-secret-of-the-first", .alias("caf\u{e9}"))
        let renamed = try await test.execute(.update(.keyID(key.state.keyID), .alias("cafe\u{301}")))
        #expect(try renamed.events() == [.keyUpdated])
        #expect(try test.ledger.key(.alias("caf\u{e9}")) == nil)
        #expect(try test.ledger.key(.alias("cafe\u{301}"))?.state.keyID == key.state.keyID)
        let other = try await test.create("sk-secret-of-the-other", .alias("caf\u{e9}"))
        let taken = try await test.execute(.update(.keyID(other.state.keyID), .alias("cafe\u{301}")))
        #expect(taken.refusal() == .aliasTaken)
        let team = try await test.execute(
            .update(.keyID(key.state.keyID), .with { $0.terms.teamID = "\u{c5}" }),
            .update(.keyID(key.state.keyID), .with { $0.terms.teamID = "\u{212b}" }))
        #expect(try team.events(0) == [.keyUpdated] && team.events(1) == [.keyUpdated])
    }
}
