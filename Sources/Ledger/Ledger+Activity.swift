import LMDB
import LedgerDomain
import LedgerLog
public import LedgerProjections
import LedgerSchema

extension Ledger {
    /// Sums charges by day, model, key and so on.
    ///
    /// The whole answer comes from one snapshot of the views and from what they lack of the log, so that its parts add up. The
    /// transaction lasts as long as the walk over the rows: some tenths of a second for a year of a thousand keys. That delays no
    /// writer, since the views are an environment of their own that only the fold writes to; pages that it frees meanwhile are used again
    /// later. Cut into short transactions, the walk would see some days before a fold and others after it, and would begin anew at
    /// each fold, which come four times a second. The log is read in transactions of a few milliseconds.
    ///
    /// - Throws: ``LedgerError``; `invalidCommand` for days that the zone cannot tell exactly, and for sums that do not fit.
    public func activity(_ query: ActivityQuery) throws -> ActivityReport {
        do {
            return try views.report { segments, reader, head, transaction in
                let position = min(query.asOf ?? head, head)
                let directory = directory(at: position)
                guard position < head else {
                    let reporter = ActivityReporter(query, reader.tables, segments: segments, directory: directory, position: position)
                    return try reporter.report(in: &transaction)
                }
                let past = try position == .none ? nil : PastDay(store.log, store.environment).past(at: position)
                let reporter = ActivityReporter(
                    query, reader.tables, segments: segments, directory: directory, position: position,
                    past: past ?? ActivityReporter.Past(day: .min, segments: []))
                return try reporter.report(in: &transaction)
            }
        } catch let error as TimeZoneError {
            throw LedgerError(.invalidCommand, error.message)
        } catch is AmountError {
            throw LedgerError(.invalidCommand, "a sum of this report does not fit; ask for fewer days at once")
        } catch { throw LedgerError(error) }
    }

    /// Lists charges by time.
    ///
    /// - Throws: ``LedgerError``.
    public func charges(_ query: ChargeQuery) throws -> ChargePage {
        do {
            let (runs, position) = try views.report { segments, reader, position, transaction in
                (try reader.runs(of: query, segments, in: &transaction), position)
            }
            let lister = ChargeLister(
                query, runs: runs, position: position, directory: directory(at: position), store.log, store.environment)
            return try lister.page()
        } catch { throw LedgerError(error) }
    }

    private func directory(at position: Position) -> LogDirectory {
        let (store, views) = (store, views)
        return LogDirectory(
            store.environment, store.log, lives, position: position,
            tables: { store.keys(try LiveSet.read(store.log, in: &$0)) }, text: { try views.text($0) })
    }
}
