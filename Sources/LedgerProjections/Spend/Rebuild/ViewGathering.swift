import LMDB
import LedgerSchema
import MerkleTree

/// What one thread of a rebuild gathers of its blocks of the log: what is summed alike in any order.
struct BlockGathering: Sendable {
    private var rollups: RollupSpool
    private var tokenSpend: RowSpool
    private var texts: RowSpool

    /// - Parameters:
    ///   - folder: where the sorted runs go.
    ///   - share: the thread's number.
    init(_ folder: String, _ share: Int, _ limits: ViewRebuildLimits) {
        rollups = RollupSpool(folder, share, limits)
        tokenSpend = RowSpool(folder, .tokenSpend, share, limits)
        texts = RowSpool(folder, .texts, share, limits)
    }

    var runs: [SortedRuns] { rollups.runs + [tokenSpend, texts].map { SortedRuns($0) } }

    /// Whether so many rollups are in memory that they are to be written.
    var isFull: Bool { rollups.isFull }

    /// Takes the sums of rollups. The names in them are those of the next segment too.
    mutating func addRollups(_ content: SpendSegmentContent) throws { try rollups.add(content) }

    /// Takes all sums of a segment, and writes those of rollups.
    mutating func add(_ content: SpendSegmentContent) throws {
        try rollups.add(content)
        try rollups.flush(content.names)
        for (token, spend) in zip(content.names.tokens, content.tokenSpend) {
            try tokenSpend.append(key: { token.hash.append(to: &$0) }, value: { TokenSpendCodec.append(spend, to: &$0) })
        }
        for (text, hash) in zip(content.names.texts, content.names.hashes) {
            try texts.append(ViewKey.text(hash), Array(text.utf8))
        }
    }

    /// Writes what is in memory.
    mutating func flush() throws {
        try tokenSpend.flush()
        try texts.flush()
    }
}

/// What all threads gather together, in the order of the log.
struct OrderedGathering: Sendable {
    private(set) var keySpend: KeySpendSpool
    private var chargeRuns: RowSpool
    private var resets: RowSpool
    /// The last run of charges, which the next charge may continue.
    private(set) var lastRun: ChargeRun?

    init(_ folder: String, _ keySpend: KeySpendSpool, _ limits: ViewRebuildLimits) {
        self.keySpend = keySpend
        chargeRuns = RowSpool(folder, .runs, 0, limits)
        resets = RowSpool(folder, .resets, 0, limits)
    }

    var runs: [SortedRuns] { [chargeRuns, resets].map { SortedRuns($0) } }

    mutating func add(_ content: SpendSegmentContent) throws {
        try keySpend.add(content)
        for run in content.runs { try add(run) }
        for reset in content.resetsOfAllKeys { try resets.append(reset.position.value.bigEndianBytes, reset.row) }
    }

    private mutating func add(_ run: ChargeRun) throws {
        guard let open = lastRun, open.quarter == run.quarter else {
            if let lastRun { try append(lastRun) }
            lastRun = run
            return
        }
        lastRun = ChargeRun(quarter: run.quarter, first: open.first, last: run.last, count: open.count + run.count)
    }

    private mutating func append(_ run: ChargeRun) throws {
        try chargeRuns.append(ViewKey.run(run.quarter, run.first), run.row)
    }

    /// Writes what is in memory.
    mutating func flush() throws {
        if let lastRun { try append(lastRun) }
        try keySpend.flush()
        try chargeRuns.flush()
        try resets.flush()
    }
}
