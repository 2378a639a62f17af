import LMDB
import LedgerDomain
import LedgerSchema
import MerkleTree

/// Folds segments into the tables of one generation. A value: a copy is taken before a transaction and kept only if it was committed.
struct ViewFold: Sendable {
    let tables: ViewTables
    /// The last event folded.
    private(set) var position: Position
    private(set) var digest: ViewDigest
    /// The run of charges that the next charge may continue.
    private(set) var lastRun: ChargeRun?
    /// The zones whose days it keeps up beside those of UTC.
    var zones: [ReportZone] = []

    /// The fold where the state row says that it stands.
    init(_ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        self.tables = tables
        let state = try ViewState.read(tables, in: &transaction)
        (position, digest, lastRun) = (state.position, state.digest, state.lastRun)
    }

    /// Writes the state row; once a transaction, behind its rows.
    func saveState(in transaction: inout WriteTransaction) throws {
        try ViewState(position: position, digest: digest, lastRun: lastRun).write(tables, in: &transaction)
        for zone in zones { try zone.row(at: position).write(tables, in: &transaction) }
    }

    /// Takes over rows that a rebuild has put.
    mutating func take(_ rows: ViewDigest, lastRun: ChargeRun?) {
        self.lastRun = lastRun
        digest.add(rows)
    }

    /// Takes over the last rows that a rebuild has put: all of the events up to `position` are there.
    mutating func finish(at position: Position, adding rows: ViewDigest) {
        self.position = position
        digest.add(rows)
    }

    /// Folds segments that follow one another and ``position``.
    ///
    /// - Throws: ``FoldError`` if they do not, or if a sum overflows; errors of the store.
    mutating func apply(_ segments: [SpendSegment], names: ModelNames, in transaction: inout WriteTransaction) throws {
        for segment in segments where segment.last >= segment.first {
            guard segment.first == position.next else {
                throw FoldError(position: segment.first, message: "the views stand at \(position) and need the event that follows")
            }
            position = segment.last
        }
        let contents = segments.map(\.content)
        do {
            try addRollups(contents, in: &transaction)
        } catch is AmountError {
            throw FoldError(position: position, message: "the sums of a day's charges do not fit their rows")
        }
        try addKeySpend(contents, names, in: &transaction)
        for content in contents { try addTokenSpend(content, in: &transaction) }
        try addChargeIDs(contents, in: &transaction)
        for content in contents {
            for run in content.runs { try add(run, in: &transaction) }
            for reset in content.resetsOfAllKeys { try put(.resets, reset.position.value.bigEndianBytes, reset.row, in: &transaction) }
            for (text, hash) in zip(content.names.texts, content.names.hashes) {
                try putNew(.texts, ViewKey.text(hash), Array(text.utf8), in: &transaction)
            }
        }
    }
}

extension ViewFold {
    private mutating func addRollups(_ contents: [SpendSegmentContent], in transaction: inout WriteTransaction) throws {
        try add(contents, \.rollups, .keys, ViewKey.append, in: &transaction)
        try add(contents, \.tags, .tags, ViewKey.append, in: &transaction)
        try add(contents, \.endUsers, .endUsers, ViewKey.append, in: &transaction)
        try add(contents, \.overrides, .overrides, ViewKey.append, in: &transaction)
    }

    private mutating func add<Key>(
        _ contents: [SpendSegmentContent], _ rollups: KeyPath<SpendSegmentContent, RollupTable<Key>>, _ kind: RollupKind,
        _ append: (Key, SegmentNames, inout [UInt8]) -> Void, in transaction: inout WriteTransaction
    ) throws {
        var (dayRows, quarterRows) = (RollupRows(), RollupRows())
        for content in contents {
            let table = content[keyPath: rollups]
            quarterRows.append(table) { append($0, content.names, &$1) }
            dayRows.append(try table.ofDays()) { append($0, content.names, &$1) }
        }
        try add(&dayRows, to: kind.days, in: &transaction)
        try add(&quarterRows, to: kind.quarters, in: &transaction)
        try addToZones(&quarterRows, kind, in: &transaction)
    }

    private mutating func add(_ rows: inout RollupRows, to kind: ViewTables.Kind, in transaction: inout WriteTransaction) throws {
        var value: [UInt8] = []
        try rows.forEachSorted { key, metrics in
            var sum = metrics
            if let old = try transaction.get(tables[kind], key) {
                try sum.add(MetricsCodec.decode(old))
                digest.subtract(kind.rawValue, key: key, value: old)
            }
            value.removeAll(keepingCapacity: true)
            MetricsCodec.append(sum, to: &value)
            digest.add(kind.rawValue, key: key, value: value.span)
            try transaction.put(tables[kind], key, value.span)
        }
    }

    private mutating func addTokenSpend(_ content: SpendSegmentContent, in transaction: inout WriteTransaction) throws {
        for (token, added) in zip(content.names.tokens, content.tokenSpend).sorted(by: { $0.0 < $1.0 }) {
            var spend = added
            if let old = try transaction.get(tables[.tokenSpend], token.hash.bytes) {
                let folded = try TokenSpendCodec.decode(old)
                do throws(AmountError) {
                    try spend.add(folded)
                } catch { throw FoldError(position: position, message: "the sum of a token's charges does not fit 128 bits") }
            }
            var row: [UInt8] = []
            TokenSpendCodec.append(spend, to: &row)
            try put(.tokenSpend, token.hash.bytes, row, in: &transaction)
        }
    }

    private mutating func addChargeIDs(_ contents: [SpendSegmentContent], in transaction: inout WriteTransaction) throws {
        var identities: [(ChargeIdentity, Position)] = []
        for content in contents { content.chargeIDs.forEach { identities.append(($0, $1)) } }
        // Of two charges with one identity the first stands.
        for (identity, position) in identities.sorted(by: { $0 < $1 }) {
            try putNew(.chargeIDs, [UInt8](copying: ViewKey.charge(identity).span), position.value.bigEndianBytes, in: &transaction)
        }
    }

    private mutating func add(_ run: ChargeRun, in transaction: inout WriteTransaction) throws {
        var run = run
        if let last = lastRun, last.quarter == run.quarter {
            run.first = last.first
            run.count += last.count
        }
        lastRun = run
        try put(.runs, ViewKey.run(run.quarter, run.first), run.row, in: &transaction)
    }
}

extension ViewFold {
    /// Puts a row and keeps the digest up.
    mutating func put(_ kind: ViewTables.Kind, _ key: [UInt8], _ value: [UInt8], in transaction: inout WriteTransaction) throws {
        if let old = try transaction.get(tables[kind], key.span) {
            digest.subtract(kind.rawValue, key: key.span, value: old)
        }
        digest.add(kind.rawValue, key: key.span, value: value.span)
        try transaction.put(tables[kind], key.span, value.span)
    }

    /// Puts a row unless there is one.
    private mutating func putNew(_ kind: ViewTables.Kind, _ key: [UInt8], _ value: [UInt8], in transaction: inout WriteTransaction) throws {
        do throws(LMDBError) {
            try transaction.put(tables[kind], key.span, value.span, .noOverwrite)
        } catch {
            if error.code == .keyExists { return }
            throw error
        }
        digest.add(kind.rawValue, key: key.span, value: value.span)
    }
}

extension ChargeRun {
    /// last position (8) ‖ count (8).
    var row: [UInt8] { last.value.bigEndianBytes + count.bigEndianBytes }
}

extension SpendResetState {
    /// recorded_at (8) ‖ amount (16).
    var row: [UInt8] { at.bits.bigEndianBytes + resetTo.bigEndianBytes }
}
