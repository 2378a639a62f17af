import LedgerProjections
import LedgerSchema
import Synchronization

/// Names of the users whose keys were asked about last: keys have them by number, and a user has many keys.
///
/// What a number stands for is a fold of the log as keys are, and is kept as ``KeyFactsCache`` keeps those.
final class RecentNames: Sendable {
    fileprivate struct Row {
        var number: UInt64
        var stamp: KeyFacts.Stamp
        var name: String
    }

    fileprivate final class Part: Sendable {
        /// Empty until something is kept.
        let rows = Mutex<[Row?]>([])
    }

    private static let partCount = 64
    fileprivate static let rowCount = 128
    /// A longer name is read each time, so that all together take 2 MiB at the most.
    private static let longestNameBytes = 256

    private let parts = (0..<partCount).map { _ in Part() }

    /// A subject's name.
    ///
    /// - Parameters:
    ///   - stamp: the state of all keys before the transaction began that `read` reads in; `nil` if nothing may be kept.
    ///   - read: reads the name; `nil` if its text has gone.
    func name(of number: UInt64, at stamp: KeyFacts.Stamp?, _ read: () throws -> String?) rethrows -> String? {
        guard let stamp else { return try read() }
        let part = parts[Int(number % UInt64(Self.partCount))]
        let index = Int(number / UInt64(Self.partCount) % UInt64(Self.rowCount))
        if let name = part.name(of: number, at: stamp, index) { return name }
        guard let name = try read() else { return nil }
        if name.utf8.count <= Self.longestNameBytes { part.keep(Row(number: number, stamp: stamp, name: name), index) }
        return name
    }
}

extension RecentNames.Part {
    fileprivate func name(of number: UInt64, at stamp: KeyFacts.Stamp, _ index: Int) -> String? {
        rows.withLock { rows in
            guard !rows.isEmpty, let row = rows[index], row.number == number, row.stamp == stamp else { return nil }
            return row.name
        }
    }

    fileprivate func keep(_ row: RecentNames.Row, _ index: Int) {
        rows.withLock { rows in
            if rows.isEmpty { rows = [RecentNames.Row?](repeating: nil, count: RecentNames.rowCount) }
            rows[index] = row
        }
    }
}
