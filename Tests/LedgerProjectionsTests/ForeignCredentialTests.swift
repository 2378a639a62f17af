import LMDB
import Ledger
import LedgerDomain
import LedgerLog
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// An event ends credentials of its own key alone. One that names another key's would take a good secret from a key whose history does
/// not say so.
struct ForeignCredentialTests {
    private func foldRefusal(_ forge: (RecordedEvent, _ other: Token) -> RecordedEvent) async throws -> FoldError? {
        let test = try TestLedger()
        try await test.create("sk-the-first-key-000", .alias("first"))
        let other = try await test.create("sk-the-other-key-000", .alias("other"))
        let revoked = Token(secret: "sk-the-first-key-000")
        let receipt = try await test.execute(.revoke(revoked, at: nil))
        let events = try test.ledger.events(from: .first, limit: 10)
        let last = try #require(events.last)
        #expect(last.position == receipt.position)
        return try foldRefusal(of: events.dropLast() + [forge(last, other.credential.token)])
    }

    private func foldRefusal(of events: [RecordedEvent]) throws -> FoldError? {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(folder.path, tables: LogTables.names + KeyTables.names)
        defer { environment.close() }
        do {
            try environment.write { (transaction: inout WriteTransaction) throws in
                var fold = try KeyFold(KeyTables(environment, set: .a), in: &transaction)
                for event in events { try fold.apply(event, in: &transaction) }
            }
            return nil
        } catch let error as FoldError { return error }
    }

    @Test func `a revocation of another key's secret stops the fold at its position`() async throws {
        let error = try await foldRefusal { event, other in
            var forged = event
            forged.event = .credentialRevoked(CredentialRevoked(token: other, revokeAt: event.recordedAt))
            return forged
        }
        #expect(error?.position == Position(4))
        #expect(error?.message.contains("another key") == true)
    }

    @Test func `a revocation of the key's own secret is folded`() async throws {
        #expect(try await foldRefusal { event, _ in event } == nil)
    }
}
