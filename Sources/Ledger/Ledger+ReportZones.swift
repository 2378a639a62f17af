import LMDB
public import LedgerDomain
import LedgerProjections

/// A zone whose days have tables of their own.
public struct ReportZoneState: Hashable, Sendable {
    public var name: String
    /// Whether reports use them; until then, and without the rules by which they were made, its days are summed from quarters of an hour.
    public var isComplete: Bool

    public init(name: String, isComplete: Bool) {
        self.name = name
        self.isComplete = isComplete
    }
}

extension Ledger {
    /// More report zones than this are refused: each takes its time of every fold.
    public static let mostReportZones = 16

    /// The zones whose days have tables of their own.
    ///
    /// - Throws: ``LedgerError``.
    public func reportZones() throws -> [ReportZoneState] {
        do {
            return try views.views.reportZones().map { ReportZoneState(name: $0.name, isComplete: $0.isComplete) }
        } catch { throw LedgerError(error) }
    }

    /// Why the tables of report zones could not be filled, until the next start; `nil` if nothing failed. Reports are right all the same.
    public var reportZoneFailure: String? { views.zoneFailure }

    /// The rules of report zones, each once.
    ///
    /// - Throws: ``LedgerError``, `invalidCommand`, that says what to do: for a name that is none, without tzdata, and for too many.
    public static func reportZoneRules(_ names: [String], _ database: TimeZoneDatabase = .system) throws(LedgerError) -> [TimeZoneRules] {
        var rules: [TimeZoneRules] = []
        for name in names where !rules.contains(where: { $0.name == name }) {
            do throws(TimeZoneError) {
                rules.append(name == "UTC" ? TimeZoneRules(name: name, offset: 0) : try database.rules(named: name))
            } catch {
                let isMissing = error.code == .noDatabase
                let advice =
                    isMissing ? "this system has no time zone rules (\(database.folder)): install the package tzdata" : error.message
                throw LedgerError(.invalidCommand, "Report zones: \(advice).")
            }
        }
        guard rules.count <= mostReportZones else {
            throw LedgerError(.invalidCommand, "Report zones: \(rules.count) are too many; name at most \(mostReportZones).")
        }
        return rules
    }
}

extension Ledger.Options {
    func zones() throws(LedgerError) -> ReportZones {
        let wanted: [TimeZoneRules]?
        if let reportZones { wanted = try Ledger.reportZoneRules(reportZones, timeZones) } else { wanted = nil }
        let timeZones = timeZones
        // A zone whose rules are gone cannot be kept up; a report that names it says why.
        return ReportZones(wanted: wanted) { try? timeZones.rules(named: $0) }
    }
}
