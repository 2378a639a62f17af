import LMDB
import LedgerDomain
import LedgerSchema

/// Folds what happens to keys, segment by segment, in memory; and into the tables once there are too many keys or windows.
struct KeySpendSpool: Sendable {
    private let environment: Environment
    private let names: ModelNames
    private var index = FlatIndex<KeyID>()
    private var keys: [KeySpend] = []
    private var windows = 0
    private var lastReset: SpendResetState?
    private var hasStored = false
    /// Where in `keys` the keys of the segment that is being added are.
    private var numbers: [Int] = []
    private(set) var fold: ViewFold

    private let limits: ViewRebuildLimits

    init(_ environment: Environment, _ fold: ViewFold, names: ModelNames, _ limits: ViewRebuildLimits) {
        self.limits = limits
        self.environment = environment
        self.fold = fold
        self.names = names
    }

    mutating func add(_ content: SpendSegmentContent) throws {
        let stored = StoredWindows(environment: environment, reader: SpendReader(fold.tables), isEmpty: !hasStored)
        numbers.removeAll(keepingCapacity: true)
        for keyID in content.changes.keyIDs { numbers.append(try number(of: keyID, stored)) }
        let known = windowsOfNumbers
        let resets = ResetsOfAllKeys(before: lastReset, content.resetsOfAllKeys)
        var pending = resets.isEmpty ? [] : Array(repeating: resets, count: numbers.count)
        try content.changes.forEach { key, entry in
            if !pending.isEmpty { try apply(&pending[key], before: entry.position, to: numbers[key], stored) }
            try apply(entry, of: content, to: numbers[key], stored)
        }
        windows += windowsOfNumbers - known
        lastReset = content.resetsOfAllKeys.last ?? lastReset
        if keys.count >= limits.keys || windows >= limits.windows { try flush() }
    }

    private var windowsOfNumbers: Int { numbers.reduce(0) { $0 + keys[$1].windowCount } }

    private mutating func number(of keyID: KeyID, _ stored: StoredWindows) throws -> Int {
        let number = index.insert(keyID)
        if number == keys.count { keys.append(KeySpend(try stored.row(of: keyID))) }
        return number
    }

    private mutating func apply(
        _ resets: inout ResetsOfAllKeys, before position: Position, to number: Int, _ stored: StoredWindows
    ) throws {
        while let reset = resets.next(before: position) {
            let keyID = index.keys[number]
            try keys[number].apply(.reset(reset), names: names) { try stored.sum(of: keyID, $0) }
        }
    }

    @inline(__always)
    private mutating func apply(
        _ entry: KeySpendChanges.Entry, of content: SpendSegmentContent, to number: Int, _ stored: StoredWindows
    ) throws {
        switch entry {
        case .charge(let charge):
            if try keys[number].addToOpenWindows(charge) { return }
            let keyID = index.keys[number]
            try keys[number].add(content.amount(charge), names) { try stored.sum(of: keyID, $0) }
        case .other(let change):
            let keyID = index.keys[number]
            try keys[number].apply(change, names: names) { try stored.sum(of: keyID, $0) }
        }
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

/// What was written of keys and is not in memory any more.
private struct StoredWindows {
    let environment: Environment
    let reader: SpendReader
    let isEmpty: Bool

    func row(of keyID: KeyID) throws -> KeySpend.Row? {
        isEmpty ? nil : try environment.read { try reader.row(of: keyID, in: &$0) }
    }

    func sum(of keyID: KeyID, _ window: KeySpend.WindowKey) throws -> KeySpend.WindowSum? {
        isEmpty ? nil : try environment.read { try reader.sum(of: keyID, window, in: &$0) }
    }
}
