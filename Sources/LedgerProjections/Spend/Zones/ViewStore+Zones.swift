import LMDB
import LedgerDomain
import LedgerSchema
import Synchronization

extension ViewStore {
    /// Rows of zones that a slice changes: as much as a fold.
    package static let rowsOfZoneSlice = 20_000

    /// Takes over the zones that the folder has and that are wanted, and begins those that it lacks.
    static func openZones(_ fold: ViewFold, _ wanted: ReportZones, in environment: Environment) throws -> ViewFold {
        let tables = fold.tables
        var fold = fold
        let (plan, isWritten) = try environment.read { (transaction: inout ReadTransaction) throws in
            let plan = try ZonePlan(wanted, tables, in: &transaction)
            return (plan, try plan.isWritten(tables, in: &transaction))
        }
        fold.zones = plan.zones
        guard !isWritten else { return fold }
        let next = fold
        try environment.writeGrowing { transaction in
            for name in plan.gone { try ZoneRow.remove(name, tables, in: &transaction) }
            try next.saveState(in: &transaction)
        }
        return fold
    }

    /// Fills the tables of report zones that lack something, and deletes the rows of zones that have gone; slice by slice, between which
    /// folds go on. Cut short, it goes on where it was when it is called again.
    ///
    /// - Parameters:
    ///   - sliceRows: rows that a slice changes.
    ///   - pause: called between slices; `false` ends it.
    /// - Throws: errors of the store.
    @available(*, noasync)
    package func tendZones(sliceRows: Int = rowsOfZoneSlice, pause: () -> Bool) throws {
        while try folding.withLock({ try Self.tend(&$0, sliceRows, generation().environment) }), pause() {}
    }

    /// - Returns: whether anything was left to do.
    private static func tend(_ fold: inout ViewFold, _ limit: Int, _ environment: Environment) throws -> Bool {
        guard try needsTending(fold, environment) else { return false }
        let before = fold
        fold = try environment.writeGrowing { transaction in
            var next = before
            if try next.removeRemnants(limit: limit, in: &transaction) == 0 { _ = try next.fillZones(limit: limit, in: &transaction) }
            try next.saveState(in: &transaction)
            return next
        }
        return true
    }

    private static func needsTending(_ fold: ViewFold, _ environment: Environment) throws -> Bool {
        if fold.zones.contains(where: { $0.filling != nil }) { return true }
        return try environment.read { (transaction: inout ReadTransaction) throws in
            let numbers = try ZoneRow.numbers(fold.tables, in: &transaction)
            return try RollupKind.allCases.contains { try fold.tables.zones?.firstNumber(notIn: numbers, $0, in: &transaction) != nil }
        }
    }

    /// Fills a generation that nobody uses yet with the days of the zones that the running one has.
    ///
    /// - Parameter progress: called with the rows read so far.
    static func fillZones(
        _ zones: [ReportZone], _ fold: inout ViewFold, _ environment: Environment, progress: (UInt64) throws -> Void
    ) throws {
        fold.zones = zones.enumerated().map { ReportZone($1.rules, number: UInt8($0 + 1)) }
        var rows: UInt64 = 0
        while fold.zones.contains(where: { $0.filling != nil }) {
            let before = fold
            let (next, count) = try environment.writeGrowing { transaction in
                var next = before
                let count = try next.fillZones(limit: rowsOfZoneSlice, in: &transaction)
                try next.saveState(in: &transaction)
                return (next, count)
            }
            fold = next
            rows += UInt64(count ?? 0)
            try progress(rows)
        }
    }

    /// How many zones the fold keeps up.
    package var zoneCount: Int { folding.withLock { $0.zones.count } }

    /// The zones whose days have tables, with whether those are complete: as the writer keeps them, or as a reader may use them.
    package func reportZones() throws -> [(name: String, isComplete: Bool)] {
        try read { reader, transaction in
            let position = try reader.position(in: &transaction)
            return try ZoneRow.all(reader.tables, in: &transaction).map { name, row in
                (name, row.map { $0.filling == nil && $0.position == position } ?? false)
            }
        }
    }
}
