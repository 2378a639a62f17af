import LMDB
import LedgerDomain
import LedgerSchema

/// Folds what happens to keys, segment by segment, in memory; and into the tables once there are too many keys or windows.
struct KeySpendSpool {
    private let environment: Environment
    private let names: ModelNames
    private var index = FlatIndex<KeyID>()
    private var keys: [KeySpend] = []
    private var windows = 0
    private var lastReset: SpendResetState?
    private var hasStored = false
    private(set) var fold: ViewFold

    private let limits: ViewRebuildLimits

    init(_ environment: Environment, _ fold: ViewFold, names: ModelNames, _ limits: ViewRebuildLimits) {
        self.limits = limits
        self.environment = environment
        self.fold = fold
        self.names = names
    }

    mutating func add(_ content: SpendSegmentContent) throws {
        for keyID in content.changes.keyIDs { try add(content, of: keyID) }
        lastReset = content.resetsOfAllKeys.last ?? lastReset
        if keys.count >= limits.keys || windows >= limits.windows { try flush() }
    }

    private mutating func add(_ content: SpendSegmentContent, of keyID: KeyID) throws {
        let number = index.insert(keyID)
        let reader = SpendReader(fold.tables)
        if number == keys.count {
            let row = hasStored ? try environment.read { try reader.row(of: keyID, in: &$0) } : nil
            keys.append(KeySpend(row))
        }
        let (environment, hasStored, names) = (environment, hasStored, names)
        func stored(_ window: KeySpend.WindowKey) throws -> KeySpend.WindowSum? {
            hasStored ? try environment.read { try reader.sum(of: keyID, window, in: &$0) } : nil
        }
        var pending = ResetsOfAllKeys(before: lastReset, content.resetsOfAllKeys)
        let known = keys[number].windowCount
        try content.forEachChange(of: keyID) { change in
            while let reset = pending.next(before: change.position) {
                try keys[number].apply(.reset(reset), names: names, stored: stored)
            }
            try keys[number].apply(change, names: names, stored: stored)
        }
        windows += keys[number].windowCount - known
    }

    /// Writes what is in memory, in the order of the keys.
    mutating func flush() throws {
        let order = keys.indices.sorted { index.keys[$0] < index.keys[$1] }
        for start in stride(from: 0, to: order.count, by: 10_000) {
            fold = try environment.writeGrowing { transaction in
                var next = fold
                for number in order[start..<min(start + 10_000, order.count)] {
                    try next.save(&keys[number], of: index.keys[number], in: &transaction)
                }
                return next
            }
        }
        hasStored = hasStored || !order.isEmpty
        index.removeAll()
        keys.removeAll(keepingCapacity: true)
        windows = 0
    }
}
