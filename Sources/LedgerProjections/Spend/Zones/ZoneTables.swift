import LMDB

/// The tables of the days of report zones. They are outside the views' digest: zones are a matter of configuration, their rules of tzdata.
struct ZoneTables: Sendable {
    private let tables: [Table]

    /// `nil` if the folder lacks them.
    init?(_ environment: Environment) {
        tables = RollupKind.allCases.compactMap { environment.optionalTable($0.zoneDays) }
        guard tables.count == RollupKind.allCases.count else { return nil }
    }

    subscript(_ kind: RollupKind) -> Table { tables[Int(kind.rawValue) - 1] }

    /// The number of a zone that has rows, the first from `number` on.
    func number(
        from number: UInt8, _ kind: RollupKind, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> UInt8? {
        try transaction.first(self[kind], atOrAfter: [number])?.key.first
    }

    func hasRows(of number: UInt8, in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> Bool {
        for kind in RollupKind.allCases where try self.number(from: number, kind, in: &transaction) == number { return true }
        return false
    }
}
