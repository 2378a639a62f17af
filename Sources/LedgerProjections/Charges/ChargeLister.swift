package import LMDB
package import LedgerLog
package import LedgerSchema

/// Lists charges by time: the runs say where in the log the charges of a quarter stand.
package struct ChargeLister {
    /// Where a charge stands, with what it is sorted by.
    private struct Entry {
        var number: Int128
        var text: String
        var position: Position
    }

    private let query: ChargeQuery
    private let directory: any ActivityDirectory
    private let log: LogReader
    private let environment: Environment
    /// In the order of their quarters.
    private let runs: [ChargeRun]
    private let position: Position

    /// - Parameters:
    ///   - runs: of views and tail.
    ///   - position: the last event of both.
    package init(
        _ query: ChargeQuery, runs: [ChargeRun], position: Position, directory: any ActivityDirectory, _ log: LogTables,
        _ environment: Environment
    ) {
        self.query = query
        self.directory = directory
        self.log = LogReader(log)
        self.environment = environment
        self.position = position
        self.runs = runs
    }

    /// - Throws: errors of the store; ``FoldError``.
    @available(*, noasync)
    package func page() throws -> ChargePage {
        let (entries, total) = query.isUnfiltered && query.sort == .time ? try entriesByTime() : try sortedEntries()
        var names = ChargeNames(directory)
        let charges = try entries.map { try names.listed(charge(at: $0)) }
        return ChargePage(charges: charges, total: total, position: position)
    }

    /// Without a filter whole quarters before the page are counted and not read.
    private func entriesByTime() throws -> (positions: [Position], total: Int) {
        var total = 0
        var found: [Position] = []
        let quarters = runs.chunkedByQuarter()
        for index in query.ascending ? Array(quarters.indices) : quarters.indices.reversed() {
            let quarter = quarters[index]
            let isWhole = index > 0 && index < quarters.count - 1
            let count = quarter.reduce(0) { $0 + Int(clamping: $1.count) }
            let isAside = total + count <= query.offset || total >= query.offset + query.limit
            guard !isWhole || !isAside else {
                total += count
                continue
            }
            let entries = try entries(of: Array(quarter))
            for entry in entries {
                if total >= query.offset, found.count < query.limit { found.append(entry.position) }
                total += 1
            }
        }
        return (found, total)
    }

    private func sortedEntries() throws -> (positions: [Position], total: Int) {
        let entries = try entries(of: runs)
        return (entries.dropFirst(query.offset).prefix(query.limit).map(\.position), entries.count)
    }

    /// The charges of some runs that match, sorted.
    private func entries(of runs: [ChargeRun]) throws -> [Entry] {
        var matcher = ChargeMatcher(query, directory)
        var names = ChargeNames(directory)
        var entries: [Entry] = []
        for run in runs.sorted(by: { $0.first < $1.first }) {
            try forEachCharge(of: run) { item in
                guard try matcher.matches(item) else { return }
                entries.append(try entry(item, &names))
            }
        }
        let sign = query.ascending ? 1 : -1
        entries.sort { left, right in
            if left.number != right.number { return (left.number < right.number) == (sign > 0) }
            if !left.text.hasSameBytes(as: right.text) { return left.text.precedes(right.text) == (sign > 0) }
            return (left.position < right.position) == (sign > 0)
        }
        return entries
    }

    private func entry(_ item: StoredCharge, _ names: inout ChargeNames) throws -> Entry {
        let charge = item.charge
        var entry = Entry(number: 0, text: "", position: item.position)
        switch query.sort {
        case .time: entry.number = Int128(charge.occurredAt.nanoseconds)
        case .endTime: entry.number = Int128(charge.occurredAt.nanoseconds) + Int128(charge.durationMilliseconds ?? 0) * 1_000_000
        case .spend: entry.number = Int128(charge.amount)
        case .totalTokens: entry.number = Int128(charge.tokens.prompt) + Int128(charge.tokens.completion)
        case .duration: entry.number = Int128(charge.durationMilliseconds ?? 0)
        case .model: entry.text = try names.text(charge.model, .model) ?? ""
        }
        return entry
    }

    private static let pageSize = 1_000

    /// The charges of a run, in transactions of so many events.
    private func forEachCharge(of run: ChargeRun, _ body: (StoredCharge) throws -> Void) throws {
        var next = run.first
        while next <= run.last {
            var page: [StoredCharge] = []
            let first = next
            try environment.read { (transaction: inout ReadTransaction) throws in
                try log.scan(from: first, limit: Self.pageSize, in: &transaction) { position, record in
                    guard position <= run.last else { return .stop }
                    if let charge = try Self.charge(position, record) { page.append(charge) }
                    next = position.next
                    return .continue
                }
            }
            for charge in page { try body(charge) }
            if next == first { return }
        }
    }

    private func charge(at position: Position) throws -> StoredCharge {
        var found: StoredCharge?
        try environment.read { (transaction: inout ReadTransaction) throws in
            try log.scan(from: position, limit: 1, in: &transaction) { position, record in
                found = try Self.charge(position, record)
                return .stop
            }
        }
        guard let found else { throw LogError(.noSuchPosition, "there is no charge at this position", position: position) }
        return found
    }

    private static func charge(_ position: Position, _ record: Span<UInt8>) throws -> StoredCharge? {
        let event = try LogReader.leafEvent(position, record)
        switch event.event {
        case .spendRecorded(let charge):
            return StoredCharge(position: position, recordedAt: event.recordedAt, charge: charge, isAdjustment: false)
        case .spendAdjusted(let charge):
            return StoredCharge(position: position, recordedAt: event.recordedAt, charge: charge, isAdjustment: true)
        default: return nil
        }
    }
}

extension [ChargeRun] {
    /// Runs of one quarter each.
    fileprivate func chunkedByQuarter() -> [ArraySlice<ChargeRun>] {
        var chunks: [ArraySlice<ChargeRun>] = []
        var start = startIndex
        for index in indices where index + 1 == endIndex || self[index + 1].quarter != self[index].quarter {
            chunks.append(self[start...index])
            start = index + 1
        }
        return chunks
    }
}
