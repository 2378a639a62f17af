package import LMDB
import LedgerDomain
import LedgerLog
package import LedgerSchema
import MerkleTree

/// Reads the views within a transaction.
package struct SpendReader: Sendable {
    package let tables: ViewTables
    private let memory: SnapshotMemory?

    package init(_ tables: ViewTables) { self.init(tables, nil) }

    init(_ tables: ViewTables, _ memory: SnapshotMemory?) { (self.tables, self.memory) = (tables, memory) }

    /// The last event that the views hold.
    package func position(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Position {
        try ViewState.position(tables, in: &transaction)
    }

    /// What was spent with a key up to the head that `tail` knows, against its limits.
    ///
    /// - Parameters:
    ///   - budget: of the key at that head.
    ///   - tokens: credentials of the key that may have been charged before it had them.
    ///   - tail: taken before the transaction began.
    package func spend(
        of keyID: KeyID, _ budget: KeyBudget, tokens: [Token] = [], at moment: Instant, tail: SpendTail.Entries, names: ModelNames,
        in transaction: inout ReadTransaction
    ) throws -> KeySpendAnswer {
        try figures(of: keyID, budget, tokens: tokens, at: moment, tail: tail, names: names, in: &transaction).answer
    }

    /// What was spent of a key's budgets up to the head that `tail` knows, with the last event that counts.
    package func known(
        of keyID: KeyID, _ budget: KeyBudget, at moment: Instant, tail: SpendTail.Entries, names: ModelNames,
        in transaction: inout ReadTransaction
    ) throws -> KnownSpend {
        let (answer, position) = try figures(of: keyID, budget, at: moment, tail: tail, names: names, in: &transaction)
        return KnownSpend(answer, upTo: max(tail.last, position))
    }

    /// - Returns: the answer, and the last event that the views hold.
    private func figures(
        of keyID: KeyID, _ budget: KeyBudget, tokens: [Token] = [], at moment: Instant, tail: SpendTail.Entries, names: ModelNames,
        in transaction: inout ReadTransaction
    ) throws -> (answer: KeySpendAnswer, position: Position) {
        let common = try common(in: &transaction)
        let position = common.position
        var spend = KeySpend(try row(of: keyID, in: &transaction))
        func stored(_ window: KeySpend.WindowKey) throws -> KeySpend.WindowSum? { try sum(of: keyID, window, in: &transaction) }
        if let reset = common.lastReset { try spend.apply(.reset(reset), names: names, stored: stored) }
        for change in tail.changes where change.position > position { try spend.apply(change, names: names, stored: stored) }
        var answer = try Self.answer(&spend, budget, at: moment, stored)
        for token in tokens {
            var used = try self.spend(of: token, in: &transaction)
            for entry in tail.unknown where entry.last > position { try entry.spend[token].map { try used.add($0) } }
            try answer.add(used)
        }
        return (answer, position)
    }

    private func common(in transaction: inout ReadTransaction) throws -> SnapshotMemory.Common {
        let number = transaction.commitNumber
        if let known = memory?.common(ofCommit: number) { return known }
        let common = try SnapshotMemory.Common(position: position(in: &transaction), lastReset: lastResetOfAllKeys(in: &transaction))
        memory?.keep(common, ofCommit: number)
        return common
    }

    static func answer(
        _ spend: inout KeySpend, _ budget: KeyBudget, at moment: Instant, _ stored: (KeySpend.WindowKey) throws -> KeySpend.WindowSum?
    ) throws -> KeySpendAnswer {
        var answer = KeySpendAnswer()
        if let row = spend.row {
            answer.totalSpend = Amount(picodollars: row.total)
            answer.count = row.count
            answer.lastChargeAt = row.lastOccurredAt
            // The budget may be a little older or newer than the sums; with the windows of either the sums go on.
            try spend.replace(row.limits, by: budget.limits, at: moment, stored)
        }
        answer.limits.reserveCapacity(budget.entries.count)
        for entry in budget.entries {
            let window = entry.limit.window.map { $0.window(at: moment) }
            let spent = try spend.spent(entry.limit, at: moment, stored: stored)
            answer.limits.append(
                KeySpendAnswer.Limit(
                    kind: entry.kind, windowStart: window?.start, windowEnd: window?.end, spent: Amount(picodollars: spent),
                    maxBudget: entry.maxBudget))
        }
        answer.spend = answer.limits.first?.spent ?? .zero
        answer.nextReset = answer.firstEnd
        return answer
    }

    /// Where a charge of that identity was recorded, as far as the views know.
    package func position(
        of identity: ChargeIdentity, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> Position? {
        let key = ViewKey.charge(identity)
        guard let value = try transaction.get(tables[.chargeIDs], key.span) else { return nil }
        return Position(value.bigEndian(at: 0))
    }
}

extension SpendReader {
    func row(of keyID: KeyID, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> KeySpend.Row? {
        let name = keyID.uuid.inlineBytes
        guard let value = try transaction.get(tables[.keySpend], name.span) else { return nil }
        return try KeySpendRowCodec.decode(value)
    }

    func sum(
        of keyID: KeyID, _ window: KeySpend.WindowKey, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> KeySpend.WindowSum? {
        let name = ViewKey.window(keyID, window)
        guard let value = try transaction.get(tables[.windows], name.span) else { return nil }
        var reader = RowReader(table: "windows")
        let position = Position(try reader.integer(value))
        return KeySpend.WindowSum(resetPosition: position, picodollars: try reader.integer(value))
    }

    /// The last reset of all keys that the views hold.
    func lastResetOfAllKeys(in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> SpendResetState? {
        guard try transaction.count(tables[.resets]) > 0, let (key, value) = try transaction.last(tables[.resets]) else { return nil }
        var reader = RowReader(table: "resets")
        let at = Instant(nanoseconds: try reader.integer(value.span))
        return SpendResetState(
            position: Position(key.span.bigEndian(at: 0)), at: at, resetTo: Amount(picodollars: try reader.integer(value.span)))
    }

    package func spend(of token: Token, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> TokenSpend {
        guard let value = try transaction.get(tables[.tokenSpend], token.hash.bytes) else { return TokenSpend() }
        return try TokenSpendCodec.decode(value)
    }
}

extension KeySpendAnswer {
    mutating func add(_ spend: TokenSpend) throws {
        totalSpend = try totalSpend.adding(Amount(picodollars: spend.total))
        count += spend.count
        lastChargeAt = [lastChargeAt, spend.lastOccurredAt].compactMap { $0 }.max()
    }
}
