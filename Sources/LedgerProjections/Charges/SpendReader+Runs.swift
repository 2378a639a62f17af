package import LMDB
import LedgerLog
import LedgerSchema

extension SpendReader {
    /// Where the charges stand that a list may hold, in the order of their quarters.
    ///
    /// - Parameter segments: what the views lack.
    package func runs(
        of query: ChargeQuery, _ segments: [SpendSegment], in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [ChargeRun] {
        let first = query.from.map(Quarter.of) ?? .min
        let last = max(first, query.to.map(Quarter.of) ?? .max)
        if let id = query.requestID, let found = try runs(ofChargeID: id, first...last, segments, in: &transaction) { return found }
        let lacking = segments.flatMap(\.runs).filter { (first...last).contains($0.quarter) }
        return try (runs(first...last, in: &transaction) + lacking).sorted { ($0.quarter, $0.first) < ($1.quarter, $1.first) }
    }

    private func runs(
        _ quarters: ClosedRange<Int32>, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [ChargeRun] {
        var runs: [ChargeRun] = []
        try transaction.scan(tables[.runs], from: ViewKey.time(quarters.lowerBound)) { key, value in
            guard key.count == 12, value.count == 16 else { throw StoredRollup.damaged }
            let quarter = try StoredRollup.time(key, at: 0)
            guard quarter <= quarters.upperBound else { return .stop }
            runs.append(
                ChargeRun(
                    quarter: quarter, first: Position(key.bigEndian(at: 4)), last: Position(value.bigEndian(at: 0)),
                    count: value.bigEndian(at: 8)))
            return .continue
        }
        return runs
    }

    /// Where charges with an id stand: the index has it under each hour. `nil` if there are none.
    private func runs(
        ofChargeID id: String, _ quarters: ClosedRange<Int32>, _ segments: [SpendSegment],
        in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> [ChargeRun]? {
        var found: [ChargeRun] = []
        func add(_ hour: Int32, _ position: Position) {
            found.append(ChargeRun(quarter: hour * 4, first: position, last: position, count: 1))
        }
        if let first = try transaction.first(tables[.chargeIDs]), let last = try transaction.last(tables[.chargeIDs]) {
            let earliest = max(try StoredRollup.time(first.key.span, at: 0), quarters.lowerBound.flooredQuotient(by: 4))
            let latest = min(try StoredRollup.time(last.key.span, at: 0), quarters.upperBound.flooredQuotient(by: 4))
            for hour in stride(from: earliest, through: latest, by: 1) {
                if let position = try position(of: ChargeIdentity(id: id, hour: hour), in: &transaction) { add(hour, position) }
            }
        }
        let hash = ChargeIdentity(id: id, hour: 0)
        for segment in segments {
            segment.chargeIDs.forEach { identity, position in
                if identity.high == hash.high, identity.low == hash.low { add(identity.hour, position) }
            }
        }
        return found.isEmpty ? nil : found.sorted { ($0.quarter, $0.first) < ($1.quarter, $1.first) }
    }

    /// The text whose SHA-256 begins with 16 bytes.
    package func text(_ hash: [UInt8], in transaction: inout some Transaction & ~Copyable & ~Escapable) throws -> String? {
        guard let row = try transaction.get(tables[.texts], hash) else { return nil }
        return row.text(0..<row.count)
    }
}
