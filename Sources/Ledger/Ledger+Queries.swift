import LMDB
public import LedgerDomain
import LedgerLog
public import LedgerProjections
public import LedgerSchema

extension Ledger {
    /// May this token be used now? Without its fields: the quickest answer.
    public func verdict(_ token: Token) throws -> KeyCheck {
        try judge(settled) { queries, position, transaction in
            try queries.verdict(token, position: position, in: &transaction) { keyID, budget in
                try views.spend(of: keyID, budget, tokens: [], at: queries.moment)
            }
        }
    }

    /// Who presents this token, and is it good? `nil` if no key ever had it.
    public func standing(_ token: Token) throws -> KeyStanding? {
        let settled = settled
        if let known = remembered(token, settled) { return known.facts.standing(at: known.moment) }
        return try judge(settled) { queries, _, transaction in
            try facts(token, settled, queries, &transaction)?.standing(at: queries.moment)
        }
    }

    /// May this token be used now, for this model? With the key's fields.
    public func check(_ token: Token, model: String? = nil) throws -> KeyCheck {
        let settled = settled
        if let known = remembered(token, settled) {
            return try known.facts.check(model: model, at: known.moment, position: known.position, spend: spend(of: known, for: model))
        }
        return try judge(settled) { queries, position, transaction in
            guard let facts = try facts(token, settled, queries, &transaction) else { return KeyCheck(code: .notFound, position: position) }
            let spend = try facts.budget.map { try views.known(of: facts.keyID, $0, at: queries.moment) }
            return facts.check(model: model, at: queries.moment, position: position, spend: spend)
        }
    }

    private var settled: PublishedState.Settled? { isWriter ? published.settled : nil }

    /// What is in memory of a token that was asked about before, and the state in which it is judged.
    private struct Remembered {
        var facts: KeyFacts
        var position: Position
        var moment: Instant
        /// Nothing is under way: what is known up to the position is all there is.
        var isWhole: Bool
    }

    /// Who asks again while no event has changed a key is answered without a transaction on the log: see ``KeyFactsCache``.
    private func remembered(_ token: Token, _ settled: PublishedState.Settled?) -> Remembered? {
        guard let settled, let facts = recentFacts.facts(of: token, at: settled.stamp) else { return nil }
        return Remembered(
            facts: facts, position: settled.position, moment: max(environment.now(), settled.latest), isWhole: settled.isWhole)
    }

    /// What was spent of a key's budgets up to the head, as far as a check for a model needs it; `nil` if it has none.
    private func spend(of known: Remembered, for model: String?) throws -> KnownSpend? {
        guard known.facts.hasBudget else { return nil }
        if let spend = known.facts.knownSpend(for: model, at: known.moment) {
            if known.isWhole, spend.position >= known.position { return spend }
            if let last = views.isUntouched(known.facts.keyID, since: spend.position) {
                known.facts.spendStands(from: spend.position, until: last)
                return spend
            }
        }
        guard let budget = known.facts.budget else { return nil }
        do {
            let spend = try views.known(of: known.facts.keyID, budget, at: known.moment)
            known.facts.keep(spend)
            return spend
        } catch { throw LedgerError(error, log: store.environment.folder) }
    }

    /// Reads what the log says of a token, and remembers it.
    ///
    /// - Parameter settled: the state before the transaction began.
    private func facts(
        _ token: Token, _ settled: PublishedState.Settled?, _ queries: KeyQueries, _ transaction: inout ReadTransaction
    ) throws -> KeyFacts? {
        let stamp = settled?.stamp
        let facts = try queries.facts(token, stamp, in: &transaction) { number, transaction in
            try recentNames.name(of: number, at: stamp) { try queries.name(ofSubject: number, in: &transaction) }
        }
        if let facts { recentFacts.keep(facts) }
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
    private func ask<R>(_ body: (KeyQueries, Position, inout ReadTransaction) throws -> R) throws -> R {
        let spend = SpendSource { [views] keyID, budget, tokens, moment in try views.spend(of: keyID, budget, tokens: tokens, at: moment) }
        return try ask(settled, spend, body)
    }

    /// The same for a check, which asks for the spend itself.
    private func judge<R>(
        _ settled: PublishedState.Settled?, _ body: (KeyQueries, Position, inout ReadTransaction) throws -> R
    ) throws -> R {
        try ask(settled, .none, body)
    }

    /// The position is read before the snapshot is taken, so that an answer never claims one that it does not reflect (invariant 5);
    /// the latest recorded time after it, so that no event of the snapshot lies behind the moment of asking (invariant 2).
    ///
    /// - Parameter settled: the state now, if that of all keys is settled.
    private func ask<R>(
        _ settled: PublishedState.Settled?, _ spend: SpendSource, _ body: (KeyQueries, Position, inout ReadTransaction) throws -> R
    ) throws -> R {
        let before = settled.map { PublishedState.Seen($0) } ?? published.seen
        do {
            return try store.environment.read { (transaction: inout ReadTransaction) throws in
                guard isWriter else { return try askBesideWriter(spend, &transaction, body) }
                let after = published.seen
                // If the writer named the same set before and after the snapshot was taken, no batch of the snapshot went to the other.
                let set = before.swaps == after.swaps ? after.live : try LiveSet.read(store.log, in: &transaction)
                let queries = KeyQueries(store.keys(set), store.log, moment: max(environment.now(), after.latest), spend: spend)
                return try body(queries, before.position, &transaction)
            }
        } catch { throw LedgerError(error, log: store.environment.folder) }
    }

    /// Beside a writer of another process the snapshot itself tells what that one has published.
    private func askBesideWriter<R>(
        _ spend: SpendSource, _ transaction: inout ReadTransaction, _ body: (KeyQueries, Position, inout ReadTransaction) throws -> R
    ) throws -> R {
        let head = try LogReader(store.log).head(in: &transaction)
        let set = try LiveSet.read(store.log, in: &transaction)
        let queries = KeyQueries(store.keys(set), store.log, moment: max(environment.now(), head.recordedAt), spend: spend)
        return try body(queries, head.position, &transaction)
    }
}
