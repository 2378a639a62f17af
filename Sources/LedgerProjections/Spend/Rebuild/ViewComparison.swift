import LMDB
import LedgerDomain
import LedgerSchema

/// A row in which views differ that should be equal.
public struct ViewDifference: Hashable, Sendable, CustomStringConvertible {
    /// The table, by its name in `Schemas/storage.md`.
    public var table: String
    /// The key in words.
    public var row: String
    /// The value in words; `nil` if there is no such row.
    public var found: String?
    public var expected: String?

    public var description: String { "\(table): \(row): found \(found ?? "no row"), expected \(expected ?? "none")" }
}

/// How a table of one generation differs from that of another.
public struct ViewTableChange: Hashable, Sendable {
    public var table: String
    public var added: UInt64 = 0
    public var removed: UInt64 = 0
    public var changed: UInt64 = 0

    public var isEmpty: Bool { added == 0 && removed == 0 && changed == 0 }
}

/// Walks the rows of two generations side by side, page by page.
struct ViewComparison {
    /// So many rows are named; the others are counted.
    static let mostNamed = 100
    private static let pageRows = 4_096

    private(set) var named: [ViewDifference] = []
    private(set) var changes: [ViewTableChange] = []

    /// - Parameters:
    ///   - old: what is compared.
    ///   - new: what it should be.
    init(_ old: ViewGeneration, _ new: ViewGeneration) throws {
        for kind in ViewTables.Kind.allCases {
            var change = ViewTableChange(table: "\(kind)")
            var (olds, news) = (Pages(old, kind), Pages(new, kind))
            while let next = try Self.next(&olds, &news) { note(kind, next, &change) }
            changes.append(change)
        }
    }

    private static func next(_ olds: inout Pages, _ news: inout Pages) throws -> (key: [UInt8], old: [UInt8]?, new: [UInt8]?)? {
        let (old, new) = (try olds.first(), try news.first())
        guard let old, let new else {
            if let old { return (olds.take().key, old.value, nil) }
            return new.map { (news.take().key, nil, $0.value) }
        }
        if old.key == new.key {
            news.drop()
            return (olds.take().key, old.value, new.value)
        }
        return old.key.lexicographicallyPrecedes(new.key) ? (olds.take().key, old.value, nil) : (news.take().key, nil, new.value)
    }

    private mutating func note(
        _ kind: ViewTables.Kind, _ row: (key: [UInt8], old: [UInt8]?, new: [UInt8]?), _ change: inout ViewTableChange
    ) {
        if row.old == row.new { return }
        if row.old == nil { change.added += 1 } else if row.new == nil { change.removed += 1 } else { change.changed += 1 }
        guard named.count < Self.mostNamed else { return }
        named.append(ViewDifference(kind, row.key, found: row.old, expected: row.new))
    }

    /// A table's rows in order, read in short transactions.
    private struct Pages {
        private let generation: ViewGeneration
        private let kind: ViewTables.Kind
        private var rows: ArraySlice<(key: [UInt8], value: [UInt8])> = []
        private var next: [UInt8]? = []

        init(_ generation: ViewGeneration, _ kind: ViewTables.Kind) {
            self.generation = generation
            self.kind = kind
        }

        mutating func first() throws -> (key: [UInt8], value: [UInt8])? {
            if rows.isEmpty, let from = next {
                var page: [(key: [UInt8], value: [UInt8])] = []
                try generation.environment.read { (transaction: inout ReadTransaction) throws(LMDBError) in
                    try transaction.scan(generation.tables[kind], from: from, limit: ViewComparison.pageRows) { key, value in
                        page.append(([UInt8](copying: key), [UInt8](copying: value)))
                        return .continue
                    }
                }
                next = page.count < ViewComparison.pageRows ? nil : page.last.map { $0.key + [0] }
                rows = page[...]
            }
            return rows.first
        }

        mutating func take() -> (key: [UInt8], value: [UInt8]) { rows.removeFirst() }

        mutating func drop() { rows.removeFirst() }
    }
}
