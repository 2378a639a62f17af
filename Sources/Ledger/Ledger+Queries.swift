import LMDB
public import LedgerDomain
import LedgerLog
public import LedgerProjections
public import LedgerSchema

extension Ledger {
    /// May this token be used now? Without its fields: the quickest answer.
    public func verdict(_ token: Token) throws -> KeyCheck {
        try ask { queries, position, transaction in try queries.verdict(token, position: position, in: &transaction) }
    }

    /// Who presents this token, and is it good? `nil` if no key ever had it.
    public func standing(_ token: Token) throws -> KeyStanding? {
        let settled = settled
        if let known = remembered(token, settled) { return known.facts.standing(at: known.moment) }
        return try ask { queries, _, transaction in try facts(token, settled, queries, &transaction)?.standing(at: queries.moment) }
    }

    /// May this token be used now, for this model? With the key's fields.
    public func check(_ token: Token, model: String? = nil) throws -> KeyCheck {
        let settled = settled
        if let known = remembered(token, settled) {
            let spend = try spend(of: known)
            return known.facts.check(model: model, at: known.moment, position: known.position, spend: spend?.answer)
        }
        return try ask { queries, position, transaction in
            guard let facts = try facts(token, settled, queries, &transaction) else { return KeyCheck(code: .notFound, position: position) }
            let spend = try facts.budget.map { try queries.spend(of: facts.keyID, $0) }
            return facts.check(model: model, at: queries.moment, position: position, spend: spend)
        }
    }

    private var settled: PublishedState.Settled? { isWriter ? published.settled : nil }

    /// What is in memory of a token that was asked about before, and the state in which it is judged.
    private struct Remembered {
        var place: KeyFactsCache.Place
        var position: Position
        var moment: Instant
        /// Nothing is under way: what is known up to the position is all there is.
        var isWhole: Bool

        var facts: KeyFacts { place.facts }
    }

    /// Who asks again while no event has changed a key is answered without a transaction on the log: see ``KeyFactsCache``.
    private func remembered(_ token: Token, _ settled: PublishedState.Settled?) -> Remembered? {
        guard let settled, let place = recentFacts.place(of: token, at: KeyFactsCache.Stamp(settled)) else { return nil }
        return Remembered(
            place: place, position: settled.position, moment: max(environment.now(), settled.latest), isWhole: settled.isWhole)
    }

    /// What was spent of a key's budgets up to the head; `nil` if it has none.
    private func spend(of known: Remembered) throws -> KnownSpend? {
        guard let budget = known.facts.budget else { return nil }
        if let spend = known.place.spend, spend.answer.hasWindows(of: known.moment) {
            if known.isWhole, spend.position >= known.position { return spend }
            if views.stands(spend, of: known.facts.keyID) { return spend }
        }
        do {
            let spend = try views.known(of: known.facts.keyID, budget, at: known.moment)
            recentFacts.keep(spend, of: known.facts)
            return spend
        } catch { throw LedgerError(error, log: store.environment.folder) }
    }

    /// Reads what the log says of a token, and remembers it.
    ///
    /// - Parameter settled: the state before the transaction began.
    private func facts(
        _ token: Token, _ settled: PublishedState.Settled?, _ queries: KeyQueries, _ transaction: inout ReadTransaction
    ) throws -> KeyFacts? {
        let facts = try queries.facts(token, in: &transaction)
        if let settled, let facts { recentFacts.keep(facts, at: KeyFactsCache.Stamp(settled)) }
        return facts
    }

    /// A key, deleted ones too; by alias a living one. `nil` if there is none.
    public func key(_ target: KeyTarget) throws -> KeyView? {
        try ask { queries, position, transaction in try queries.view(of: target, position: position, in: &transaction) }
    }

    public func keys(_ query: KeyQuery) throws -> KeyPage {
        try ask { queries, position, transaction in try queries.list(query, position: position, in: &transaction) }
    }

    public func aliases(_ query: AliasQuery) throws -> AliasPage {
        try ask { queries, position, transaction in try queries.aliases(query, position: position, in: &transaction) }
    }

    /// The life of a key, from its first event on; empty if there is no such key.
    public func history(_ keyID: KeyID) throws -> [HistoryEntry] {
        try ask { queries, _, transaction in try queries.history(of: keyID, in: &transaction) }
    }

    /// Every credential that a key ever had.
    public func credentials(_ keyID: KeyID) throws -> [CredentialState] {
        try ask { queries, _, transaction in try queries.credentials(of: keyID, in: &transaction) }
    }

    /// Every key that has or had an alias, living ones first.
    public func keyIDs(everNamed alias: String) throws -> [KeyID] {
        try ask { queries, _, transaction in try queries.keyIDs(everNamed: alias, in: &transaction) }
    }

    /// The name of a person or service that events name by number; `nil` if its text has gone or there is no such number.
    public func subjectName(_ number: UInt64) throws -> String? {
        try ask { queries, _, transaction in try queries.name(ofSubject: number, in: &transaction) }
    }

    /// The name that charges carry as a number; `nil` if there is no such number.
    public func name(_ kind: NameKind, _ number: UInt32) throws -> String? {
        try ask { queries, _, transaction in try queries.name(kind, number, in: &transaction) }
    }

    /// What was spent with a key, against its limits; `nil` if there is no such key.
    public func spend(of keyID: KeyID) throws -> KeySpendAnswer? {
        try ask { queries, _, transaction in
            try queries.state(of: keyID, in: &transaction).map { try queries.spend(of: $0, in: &transaction) }
        }
    }

    /// Events from a position on, at most `limit`.
    public func events(from first: Position, limit: Int) throws -> [RecordedEvent] {
        do {
            return try store.environment.read { (transaction: inout ReadTransaction) throws in
                try LogReader(store.log).events(from: first, limit: limit, in: &transaction)
            }
        } catch { throw LedgerError(error, log: store.environment.folder) }
    }

    /// The last position recorded at or before a moment.
    public func position(at moment: Instant) throws -> Position {
        do {
            return try store.environment.read { (transaction: inout ReadTransaction) throws in
                try LogReader(store.log).position(recordedAtOrBefore: moment, in: &transaction)
            }
        } catch { throw LedgerError(error, log: store.environment.folder) }
    }

    /// Runs a query in one transaction.
    ///
    /// The position is read before the snapshot is taken, so that an answer never claims one that it does not reflect (invariant 5);
    /// the latest recorded time after it, so that no event of the snapshot lies behind the moment of asking (invariant 2).
    private func ask<R>(_ body: (KeyQueries, Position, inout ReadTransaction) throws -> R) throws -> R {
        let before = published.value
        do {
            return try store.environment.read { (transaction: inout ReadTransaction) throws in
                let after = published.value
                let head = isWriter ? before.head : try LogReader(store.log).head(in: &transaction)
                let latest = isWriter ? after.latest : head.recordedAt
                let set = try liveSet(before, after, in: &transaction)
                let queries = KeyQueries(store.keys(set), store.log, moment: max(environment.now(), latest), spend: spendSource)
                return try body(queries, head.position, &transaction)
            }
        } catch { throw LedgerError(error, log: store.environment.folder) }
    }

    private var spendSource: SpendSource {
        SpendSource { [views] keyID, budget, tokens, moment in try views.spend(of: keyID, budget, tokens: tokens, at: moment) }
    }

    /// The set that answers in a snapshot. If the writer named the same before and after the snapshot was taken, no batch of the snapshot
    /// went to the other; otherwise, and beside a writer of another process, the snapshot's own row tells.
    private func liveSet(
        _ before: Writer.Published, _ after: Writer.Published, in transaction: inout ReadTransaction
    ) throws -> KeyTables.SetName {
        if isWriter, before.swaps == after.swaps { return after.live }
        return try LiveSet.read(store.log, in: &transaction)
    }
}
