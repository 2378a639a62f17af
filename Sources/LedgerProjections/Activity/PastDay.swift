package import LMDB
package import LedgerLog
package import LedgerSchema

/// What a report as of a position sums of the day on which that position was recorded: rollup rows tell only whole days of recording.
package struct PastDay {
    private let log: LogTables
    private let environment: Environment

    package init(_ log: LogTables, _ environment: Environment) {
        self.log = log
        self.environment = environment
    }

    /// - Throws: errors of the store; ``FoldError``; `noSuchPosition`.
    @available(*, noasync)
    package func past(at position: Position) throws -> ActivityReporter.Past {
        let reader = LogReader(log)
        let (day, before) = try environment.read { (transaction: inout ReadTransaction) throws in
            let day = try reader.recordedAt(of: position, in: &transaction).daysSince1970
            let end = Instant(daysSince1970: day)?.adding(nanoseconds: -1)
            return (day, try end.map { try reader.position(recordedAtOrBefore: $0, in: &transaction) } ?? .none)
        }
        var log = LogSegments(log, environment, after: before, through: position)
        var segments: [SpendSegment] = []
        while let segment = try log.next() { segments.append(segment.withoutCharges) }
        return ActivityReporter.Past(day: Int32(day), segments: segments)
    }
}

extension SpendSegment {
    /// The segment's rows alone.
    fileprivate var withoutCharges: SpendSegment {
        var content = content
        content.keepRollups()
        return SpendSegment(content)
    }
}
