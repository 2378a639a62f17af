import LMDB
import LedgerSchema
import MerkleTree

/// What a rebuild gathers of segments before the tables are loaded.
struct ViewGathering {
    private(set) var keySpend: KeySpendSpool
    private var rollups: RollupSpool
    private var tokenSpend: RowSpool
    private var chargeIDs: RowSpool
    private var chargeRuns: RowSpool
    private var resets: RowSpool
    private var texts: RowSpool
    private var openRun: ChargeRun?

    /// - Parameter folder: where the sorted runs go.
    init(_ folder: String, _ keySpend: KeySpendSpool, _ limits: ViewRebuildLimits) {
        self.keySpend = keySpend
        rollups = RollupSpool(folder, limits)
        tokenSpend = RowSpool(folder, .tokenSpend, limits)
        chargeIDs = RowSpool(folder, .chargeIDs, limits)
        chargeRuns = RowSpool(folder, .runs, limits)
        resets = RowSpool(folder, .resets, limits)
        texts = RowSpool(folder, .texts, limits)
    }

    /// The last run of charges, which the next charge may continue.
    var lastRun: ChargeRun? { openRun }

    /// The sorted runs of each table, in the order of the tables.
    var runs: [(kind: ViewTables.Kind, paths: [String])] {
        rollups.runs + [tokenSpend, chargeIDs, chargeRuns, resets, texts].map { ($0.kind, $0.runs) }
    }

    mutating func add(_ content: SpendSegmentContent) throws {
        try rollups.add(content)
        try keySpend.add(content)
        for (token, spend) in zip(content.names.tokens, content.tokenSpend) {
            try tokenSpend.append(key: { token.hash.append(to: &$0) }, value: { TokenSpendCodec.append(spend, to: &$0) })
        }
        try content.rawIDs?.forEach { identity, position in
            try chargeIDs.append(key: { ViewKey.append(identity, to: &$0) }, value: { $0.append(bigEndian: position.value) })
        }
        for run in content.runs { try add(run) }
        for reset in content.resetsOfAllKeys { try resets.append(reset.position.value.bigEndianBytes, reset.row) }
        for (text, hash) in zip(content.names.texts, content.names.hashes) {
            try texts.append(ViewKey.text(hash), Array(text.utf8))
        }
    }

    private mutating func add(_ run: ChargeRun) throws {
        guard let open = openRun, open.quarter == run.quarter else {
            if let openRun { try append(openRun) }
            openRun = run
            return
        }
        openRun = ChargeRun(quarter: run.quarter, first: open.first, last: run.last, count: open.count + run.count)
    }

    private mutating func append(_ run: ChargeRun) throws {
        try chargeRuns.append(ViewKey.run(run.quarter, run.first), run.row)
    }

    /// Writes what is in memory.
    mutating func flush() throws {
        if let openRun { try append(openRun) }
        try rollups.flush()
        try keySpend.flush()
        try tokenSpend.flush()
        try chargeIDs.flush()
        try chargeRuns.flush()
        try resets.flush()
        try texts.flush()
    }
}
