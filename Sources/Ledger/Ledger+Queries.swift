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
        try judge(token) { facts, moment, _ in facts?.standing(at: moment) }
    }

    /// May this token be used now, for this model? With the key's fields.
    public func check(_ token: Token, model: String? = nil) throws -> KeyCheck {
        try judge(token) { facts, moment, position in
            facts?.check(model: model, at: moment, position: position) ?? KeyCheck(code: .notFound, position: position)
        }
    }

    /// Judges what the log says of a token at the moment of asking. Who asks again while the log stands still is answered without a
    /// transaction: see ``KeyFactsCache``.
    private func judge<R>(_ token: Token, _ body: (KeyFacts?, Instant, Position) -> R) throws -> R {
        let settled = isWriter ? published.settled : nil
        let stamp = settled.map { KeyFactsCache.Stamp($0) }
        if let settled, let stamp, let known = recentFacts.place(of: token, at: stamp) {
            let moment = max(environment.now(), settled.latest)
            if known.facts.holds(at: moment) { return body(known.facts, moment, settled.position) }
        }
        return try ask { queries, position, transaction in
            let facts = try queries.facts(token, in: &transaction)
            if let stamp, let facts { recentFacts.keep(facts, token, at: stamp) }
            return body(facts, queries.moment, position)
        }
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
        SpendSource { [views] keyID, terms, tokens, moment in try views.spend(of: keyID, terms, tokens: tokens, at: moment) }
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
