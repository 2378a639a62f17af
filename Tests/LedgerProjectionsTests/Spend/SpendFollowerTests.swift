import LMDB
import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import Testing

/// A reader that may not write folds in memory what the views lack.
struct SpendFollowerTests {
    private func expectSpend(_ log: SpendLog, _ follower: SpendFollower, _ comment: String) throws {
        let naive = NaiveSpend(log.events, keyIDs: SpendHistory.credentialKeys(log.events))
        let moment = try #require(log.events.last).recordedAt
        for (id, key) in naive.keys {
            let answer = try follower.read { reader, transaction, tail in
                #expect(tail.last == log.head)
                return try reader.spend(
                    of: id, KeyBudget(key.terms), at: moment, tail: tail.entries(of: id), names: SpendHistory.names, in: &transaction)
            }
            #expect(answer.totalSpend.picodollars == key.total && answer.count == key.count, "\(comment)")
            #expect(answer.spend.picodollars == key.sum(NaiveSpend.Window("main", key.terms.budgetWindow, at: moment)), "\(comment)")
        }
    }

    @Test func `answers are those of the log's head, however old the views are and however it grows`() throws {
        let log = try SpendLog()
        var history = SpendHistory(seed: 21)
        try log.append(history.play(400))
        let writer = try log.open()
        try writer.catchUp(log.tables, log.environment)
        try log.append(history.play(300))
        writer.close()
        let store = try log.open(.readOnly)
        let follower = SpendFollower(store, log.tables, log.environment)
        try expectSpend(log, follower, "old views")
        try log.append(history.play(12_500))
        try expectSpend(log, follower, "a longer log")
        #expect(throws: LMDBError.self) { try store.catchUp(log.tables, log.environment) }
        #expect(store.position < log.head)
    }

    @Test func `a ledger without views is told`() throws {
        let log = try SpendLog()
        #expect(throws: FoldError.self) { try log.open(.readOnly) }
    }
}
