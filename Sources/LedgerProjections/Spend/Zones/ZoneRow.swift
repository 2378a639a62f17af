import LMDB
import LedgerDomain
import LedgerLog
import LedgerSchema
import MerkleTree

/// What the row of a zone in `meta` says: whose days stand under its number, by which rules, and how far they go.
struct ZoneRow: Hashable, Sendable {
    /// How far the tables of quarters are in the zone's days.
    struct Filling: Hashable, Sendable {
        /// The table that is being read; those before it are in.
        var kind: RollupKind
        /// The last row of it that is in; empty for none.
        var key: [UInt8]

        static let begin = Filling(kind: .keys, key: [])

        func holds(_ key: Span<UInt8>, _ kind: RollupKind) -> Bool {
            if kind != self.kind { return kind.rawValue < self.kind.rawValue }
            return unsafe key.withUnsafeBufferPointer { bytes in
                unsafe !self.key.lexicographicallyPrecedes(bytes)
            }
        }
    }

    private static let prefix = Array("zone ".utf8)
    private static let headSize = 42

    var name: String
    /// Stands at the beginning of the keys of its rows.
    var number: UInt8
    /// Of the rules by which the rows were made.
    var rules: Hash32
    /// The last event that is in them; no more than what the views hold if it is the views' position.
    var position: Position
    /// `nil` once everything is in.
    var filling: Filling?

    /// number (1) ‖ digest of the rules (32) ‖ position (8) ‖ table that is being read (1), 0 for none ‖ its last row that is in.
    private var value: [UInt8] {
        var bytes = [number]
        rules.append(to: &bytes)
        bytes.append(bigEndian: position.value)
        bytes.append(filling?.kind.rawValue ?? 0)
        return bytes + (filling?.key ?? [])
    }

    private static func key(_ name: String) -> [UInt8] { prefix + Array(name.utf8) }

    func write(_ tables: ViewTables, in transaction: inout WriteTransaction) throws {
        try transaction.put(tables.meta, Self.key(name), value)
    }

    static func remove(_ name: String, _ tables: ViewTables, in transaction: inout WriteTransaction) throws {
        try transaction.delete(tables.meta, key(name))
    }

    /// The row of a zone; `nil` if there is none, or it is not of this form.
    static func read(
        _ name: String, _ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> ZoneRow? {
        guard let value = try transaction.get(tables.meta, key(name)) else { return nil }
        return ZoneRow(name, value)
    }

    /// The rows of all zones; one that is not of this form has a name alone.
    static func all(
        _ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [(name: String, row: ZoneRow?)] {
        var rows: [(name: String, row: ZoneRow?)] = []
        try transaction.scan(tables.meta, from: prefix, until: prefix.successorOfPrefix) { key, value in
            let name = key.text(prefix.count..<key.count)
            rows.append((name, ZoneRow(name, value)))
            return .continue
        }
        return rows
    }

    /// The numbers whose rows belong to a zone.
    static func numbers(_ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Set<UInt8> {
        Set(try all(tables, in: &transaction).compactMap(\.row?.number))
    }

    init(name: String, number: UInt8, rules: Hash32, position: Position, filling: Filling?) {
        (self.name, self.number, self.rules, self.position, self.filling) = (name, number, rules, position, filling)
    }

    private init?(_ name: String, _ value: Span<UInt8>) {
        guard value.count >= Self.headSize, value[0] > 0, let rules = Hash32(value.extracting(1..<33)) else { return nil }
        self.init(name: name, number: value[0], rules: rules, position: Position(value.bigEndian(at: 33)), filling: nil)
        guard value[41] != 0 else { return }
        guard let kind = RollupKind(rawValue: value[41]) else { return nil }
        filling = Filling(kind: kind, key: [UInt8](copying: value.extracting(Self.headSize..<value.count)))
    }

    /// Whether the zone's rows are those that these rules make of everything that the views hold.
    func isGood(_ rules: Hash32, at position: Position) -> Bool { self.rules == rules && self.position == position }
}

extension ViewTables {
    /// Where the days of a zone stand; `nil` if they have to be summed from quarters: it is no report zone, other rules made them, they are
    /// not complete, or a writer that did not know them has folded since.
    func days(
        of rules: TimeZoneRules, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> ZoneDays? {
        guard let zones, let row = try ZoneRow.read(rules.name, self, in: &transaction), row.filling == nil,
            row.isGood(rules.digest, at: try ViewState.position(self, in: &transaction))
        else { return nil }
        return ZoneDays(tables: zones, number: row.number)
    }
}

/// The rows of one zone.
struct ZoneDays: Sendable {
    let tables: ZoneTables
    /// Stands at the beginning of their keys.
    let number: UInt8
}
