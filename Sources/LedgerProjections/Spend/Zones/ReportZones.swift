package import LedgerDomain
import LedgerSchema
import MerkleTree

/// The zones whose days have tables of their own.
package struct ReportZones: Sendable {
    /// `nil`: those that the views have, for who folds in the place of a server that knows better.
    package var wanted: [TimeZoneRules]?
    /// The rules of a zone that the views have; `nil` if they cannot be told, and then its table is left behind.
    package var rules: @Sendable (String) -> TimeZoneRules?

    /// - Parameter wanted: those that always have the days of UTC need no table, and get none.
    package init(wanted: [TimeZoneRules]? = nil, rules: @escaping @Sendable (String) -> TimeZoneRules? = { _ in nil }) {
        self.wanted = wanted?.filter { !$0.isUTC }
        self.rules = rules
    }

    /// Whether a zone that the views have stays one.
    func keeps(_ name: String) -> Bool { wanted?.contains { $0.name == name } ?? true }

    /// The rules by which the days of a zone are made here.
    func rules(of name: String) -> TimeZoneRules? { wanted?.first { $0.name == name } ?? rules(name) }
}

/// A zone as the fold keeps it up.
struct ReportZone: Sendable {
    let rules: TimeZoneRules
    let digest: Hash32
    let number: UInt8
    /// `nil` once the tables of quarters are in its days.
    var filling: ZoneRow.Filling?

    init(_ rules: TimeZoneRules, number: UInt8, filling: ZoneRow.Filling? = .begin) {
        (self.rules, self.number, self.filling) = (rules, number, filling)
        digest = rules.digest
    }

    var name: String { rules.name }

    func row(at position: Position) -> ZoneRow {
        ZoneRow(name: name, number: number, rules: digest, position: position, filling: filling)
    }

    /// Whether the row of a quarter is in the zone's days already.
    func holds(_ key: Span<UInt8>, _ kind: RollupKind) -> Bool { filling?.holds(key, kind) ?? true }
}
