package import LMDB
import LedgerDomain
package import LedgerLog
package import LedgerSchema

/// What was spent with a key up to an earlier event, made anew from the log: the views hold only what it comes to now.
package struct PastSpend {
    private let keyID: KeyID
    private let last: Position
    private let names: ModelNames
    private var segments: LogSegments
    private var spend = KeySpend(nil)

    /// - Parameters:
    ///   - created: where the key was made.
    ///   - last: the last event that counts.
    package init(
        of keyID: KeyID, createdAt created: Position, upTo last: Position, _ log: LogTables, _ environment: Environment, names: ModelNames
    ) {
        self.keyID = keyID
        self.last = last
        self.names = names
        segments = LogSegments(log, environment, after: Position(created.value - 1))
    }

    /// Takes the next stretch of the log.
    ///
    /// - Returns: whether there is more to take.
    package mutating func advance() throws -> Bool {
        guard let segment = try segments.next() else { return false }
        for change in segment.allChanges(of: keyID) where change.position <= last {
            try spend.apply(change, names: names) { _ in nil }
        }
        return segment.last < last
    }

    /// - Parameters:
    ///   - terms: the key's, after the last event.
    ///   - unknown: what its credentials of then were charged before it had them.
    package mutating func answer(_ terms: KeyTerms, at moment: Instant, unknown: TokenSpend) throws -> KeySpendAnswer {
        var answer = try SpendReader.answer(&spend, KeyBudget(terms), at: moment) { _ in nil }
        try answer.add(unknown)
        return answer
    }
}
