import LMDB
import LedgerDomain
import LedgerSchema

extension ViewFold {
    /// Applies what happened to each key, in the order of the keys.
    mutating func addKeySpend(_ contents: [SpendSegmentContent], _ names: ModelNames, in transaction: inout WriteTransaction) throws {
        var keyIDs = Set<KeyID>()
        for content in contents { keyIDs.formUnion(content.changes.keyIDs) }
        let resets = contents.flatMap(\.resetsOfAllKeys)
        let before = try SpendReader(tables).lastResetOfAllKeys(in: &transaction)
        let reader = SpendReader(tables)
        for keyID in keyIDs.sorted() {
            var spend = KeySpend(try reader.row(of: keyID, in: &transaction))
            var pending = ResetsOfAllKeys(before: before, resets)
            for content in contents {
                try spend.apply(content, of: keyID, &pending, names: names) { try reader.sum(of: keyID, $0, in: &transaction) }
            }
            try save(&spend, of: keyID, in: &transaction)
        }
    }

    /// Writes a key's row and the windows that were changed.
    mutating func save(_ spend: inout KeySpend, of keyID: KeyID, in transaction: inout WriteTransaction) throws {
        for (window, sum) in spend.changedWindows() {
            try put(.windows, [UInt8](copying: ViewKey.window(keyID, window).span), sum.row, in: &transaction)
        }
        guard let row = spend.row else { return }
        try put(.keySpend, keyID.bytes, KeySpendRowCodec.encode(row), in: &transaction)
    }
}

extension KeySpend.WindowSum {
    /// last reset's position (8) ‖ sum (16).
    var row: [UInt8] { resetPosition.value.bigEndianBytes + picodollars.bigEndianBytes }
}

/// The resets of all keys that one key has yet to see, in order.
struct ResetsOfAllKeys {
    private var waiting: ArraySlice<SpendResetState>

    /// - Parameters:
    ///   - before: the last one folded; those before it no longer matter to anyone who sees it.
    ///   - resets: what came after it.
    init(before: SpendResetState?, _ resets: [SpendResetState]) {
        waiting = ([before].compactMap { $0 } + resets)[...]
    }

    var isEmpty: Bool { waiting.isEmpty }

    @inline(__always)
    mutating func next(before position: Position) -> SpendResetState? {
        guard let reset = waiting.first, reset.position < position else { return nil }
        return waiting.popFirst()
    }
}
