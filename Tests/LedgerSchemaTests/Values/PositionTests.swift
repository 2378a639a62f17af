import LedgerSchema
import Testing

@Suite struct PositionTests {
    @Test func `positions count from 1, leaves from 0`() {
        #expect(Position.none.next == .first)
        #expect(Position.none.leafIndex == nil)
        #expect(Position.first.leafIndex == 0)
        #expect(Position(5).next == 6)
        #expect(Position(5) < 6)
        #expect("\(Position(5))" == "5")
    }

    @Test func `revisions count from 1`() {
        #expect(Revision.none.next == .first)
        #expect(Revision.first.next == 2)
        #expect(Revision(1) < 2)
    }

    @Test func `credentials sort by position, then ordinal`() {
        let references = [
            CredentialReference(position: 1), CredentialReference(position: 1, ordinal: 2), CredentialReference(position: 2, ordinal: 1),
        ]
        #expect(references.shuffled().sorted() == references)
        #expect("\(references[1])" == "1.2")
    }
}
