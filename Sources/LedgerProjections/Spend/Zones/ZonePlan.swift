import LMDB
import LedgerDomain
import LedgerSchema

/// What becomes of the zones of a folder when its writer opens it.
struct ZonePlan {
    /// Those that are kept up from now on.
    private(set) var zones: [ReportZone] = []
    /// Rows of `meta` that go.
    private(set) var gone: [String] = []

    /// - Throws: errors of the store; ``FoldError`` if there is no number for a zone.
    init(_ wanted: ReportZones, _ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws {
        guard let days = tables.zones else { return }
        let position = try ViewState.position(tables, in: &transaction)
        let stored = try ZoneRow.all(tables, in: &transaction)
        for (name, row) in stored {
            if wanted.keeps(name), let rules = wanted.rules(of: name), let row, row.isGood(rules.digest, at: position) {
                zones.append(ReportZone(rules, number: row.number, filling: row.filling))
            } else if wanted.wanted != nil {
                gone.append(name)
            }
        }
        for rules in wanted.wanted ?? [] where !zones.contains(where: { $0.name == rules.name }) {
            var number: UInt8 = 1
            while try zones.contains(where: { $0.number == number }) || days.hasRows(of: number, in: &transaction) {
                guard number < .max else { throw FoldError(position: .none, message: "there are too many report zones") }
                number += 1
            }
            zones.append(ReportZone(rules, number: number))
        }
    }

    /// Whether `meta` says so already.
    func isWritten(_ tables: ViewTables, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Bool {
        try gone.isEmpty && zones.allSatisfy { try ZoneRow.read($0.name, tables, in: &transaction)?.number == $0.number }
    }
}
