package import LMDB
package import LedgerLog
import LedgerSchema

/// Which set of key tables answers: the meta row `keys.live`.
package enum LiveSet {
    private static let rowName = Array("keys.live".utf8)

    package static func read(_ log: LogTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> KeyTables.SetName
    {
        guard let row = try transaction.get(log.meta, rowName) else { return .a }
        // Every query reads this row: no copy, no text.
        if row.count == 1 {
            if row[0] == UInt8(ascii: "a") { return .a }
            if row[0] == UInt8(ascii: "b") { return .b }
        }
        throw LogError(.damaged, "the meta row keys.live is damaged; run `keyledger rebuild` with the server stopped")
    }

    package static func write(_ set: KeyTables.SetName, _ log: LogTables, in transaction: inout WriteTransaction) throws {
        try transaction.put(log.meta, rowName, Array(set.rawValue.utf8))
    }
}

/// Fills one set of key tables from the log, slice by slice, so that a writer can go on between the slices.
package struct KeyRebuild {
    package private(set) var fold: KeyFold
    private let log: LogReader
    private var events: VerifiedEvents

    /// Empties the set and stands before the first event.
    package init(_ tables: KeyTables, _ log: LogTables, in transaction: inout WriteTransaction) throws {
        for kind in KeyTables.Kind.allCases { try transaction.clear(tables[kind]) }
        try transaction.delete(log.meta, KeyFold.rowName(tables.set))
        fold = try KeyFold(tables, in: &transaction)
        self.log = LogReader(log)
        events = VerifiedEvents(self.log)
    }

    /// Folds further events until `isOver` says that the slice has lasted long enough.
    ///
    /// - Returns: whether the fold has reached the head.
    package mutating func slice(in transaction: inout WriteTransaction, isOver: () -> Bool) throws -> Bool {
        let head = try log.head(in: &transaction).position
        while fold.position < head {
            try fold.apply(events.event(at: fold.position.next, in: &transaction), in: &transaction)
            if isOver() { break }
        }
        try fold.saveState(in: &transaction)
        return fold.position == head
    }
}

/// What a comparison of the key tables with a fresh fold found.
public struct ViewReport: Hashable, Sendable {
    /// Digest that the live tables' rows have.
    public var digest = ""
    /// Digest that a fold of the log gives.
    public var freshDigest = ""
    /// Digest that the state row claims.
    public var claimedDigest = ""
    /// Digest of the live tables' rows with the text that ``digest`` leaves out.
    public var wholeDigest = ""
    /// The same of a fresh fold.
    public var freshWholeDigest = ""
    public var rows: UInt64 = 0
    public var foldedTo: UInt64 = 0
    public var head: UInt64 = 0
    /// What is wrong, if anything.
    public var failure: String?

    public init() {}
}

extension KeyTables {
    /// Sums the digest of every row anew, and that of the rows as they stand: the view's digest has commitments in the place of text, so
    /// that damage to a text shows in the second alone.
    package func recomputedDigest(
        in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> (digest: ViewDigest, whole: ViewDigest, rows: UInt64) {
        var digest = ViewDigest()
        var whole = ViewDigest()
        var rows: UInt64 = 0
        for kind in Kind.allCases {
            try transaction.scan(self[kind]) { key, value in
                let (key, value) = ([UInt8](copying: key), [UInt8](copying: value))
                try KeyFold.count(kind, key, value) { digest.add($0, $1, $2) }
                whole.add(kind.rawValue, key, value)
                rows += 1
                return .continue
            }
        }
        return (digest, whole, rows)
    }
}
