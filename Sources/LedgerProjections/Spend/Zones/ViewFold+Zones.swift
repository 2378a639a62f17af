import LMDB
import LedgerDomain
import LedgerSchema

extension ViewFold {
    /// Adds what was added to quarters to the days of each zone, where that quarter is in them already.
    ///
    /// A zone whose day does not fit its row is given up: its days are summed from quarters, which fit.
    mutating func addToZones(_ quarters: inout RollupRows, _ kind: RollupKind, in transaction: inout WriteTransaction) throws {
        guard let days = tables.zones else { return }
        for zone in zones {
            var rows = ZoneRows(zone, kind)
            try quarters.forEachSorted { key, metrics in
                if zone.holds(key, kind) { try rows.append(key, metrics) }
            }
            if try !rows.add(to: days, in: &transaction) { try giveUp(zone.name, in: &transaction) }
        }
    }

    /// Reads on in the quarters for the zones that are furthest behind.
    ///
    /// - Parameter limit: rows of zones that are changed at most.
    /// - Returns: how many rows were read; `nil` if no zone lacks any.
    mutating func fillZones(limit: Int, in transaction: inout WriteTransaction) throws -> Int? {
        guard let days = tables.zones, let filling = zones.compactMap(\.filling).min(by: { $0.precedes($1) }) else { return nil }
        let filled = zones.filter { $0.filling == filling }
        var rows = filled.map { ZoneRows($0, filling.kind) }
        let limit = max(1, limit / filled.count)
        var last = filling.key
        let count = try transaction.scan(tables[filling.kind.quarters], from: filling.key + [0], limit: limit) { key, value in
            let metrics = try MetricsCodec.decode(value)
            for index in rows.indices { try rows[index].append(key, metrics) }
            last = [UInt8](copying: key)
            return .continue
        }
        let next = count < limit ? filling.kind.next.map { ZoneRow.Filling(kind: $0, key: []) } : .init(kind: filling.kind, key: last)
        for (zone, index) in zip(filled, rows.indices) {
            if try rows[index].add(to: days, in: &transaction) {
                setFilling(next, of: zone.name)
            } else {
                try giveUp(zone.name, in: &transaction)
            }
        }
        return count
    }

    /// Deletes rows of zones that have gone: of numbers that no row of `meta` has, known here or not.
    ///
    /// - Returns: how many.
    mutating func removeRemnants(limit: Int, in transaction: inout WriteTransaction) throws -> Int {
        guard let days = tables.zones else { return 0 }
        let numbers = try ZoneRow.numbers(tables, in: &transaction)
        for kind in RollupKind.allCases {
            guard let gone = try days.firstNumber(notIn: numbers, kind, in: &transaction) else { continue }
            var keys: [[UInt8]] = []
            try transaction.scan(days[kind], from: [gone], until: [gone].successorOfPrefix, limit: limit) { key, _ in
                keys.append([UInt8](copying: key))
                return .continue
            }
            for key in keys { try transaction.delete(days[kind], key) }
            return keys.count
        }
        return 0
    }

    private mutating func giveUp(_ name: String, in transaction: inout WriteTransaction) throws {
        zones.removeAll { $0.name == name }
        try ZoneRow.remove(name, tables, in: &transaction)
    }

    private mutating func setFilling(_ filling: ZoneRow.Filling?, of name: String) {
        for index in zones.indices where zones[index].name == name { zones[index].filling = filling }
    }
}

extension ZoneTables {
    /// The lowest number that has rows and is not among those that may have.
    func firstNumber(
        notIn numbers: Set<UInt8>, _ kind: RollupKind, in transaction: inout some Transaction & ~Copyable & ~Escapable
    ) throws -> UInt8? {
        var from: UInt8 = 0
        while let number = try number(from: from, kind, in: &transaction) {
            if !numbers.contains(number) { return number }
            if number == .max { return nil }
            from = number + 1
        }
        return nil
    }
}

extension ZoneRow.Filling {
    func precedes(_ other: ZoneRow.Filling) -> Bool {
        kind == other.kind ? key.lexicographicallyPrecedes(other.key) : kind.rawValue < other.kind.rawValue
    }
}

/// Rows of quarters on their way to the days of a zone.
struct ZoneRows {
    private let number: UInt8
    private let kind: RollupKind
    private var calendar: ZoneCalendar
    private var rows = RollupRows()

    init(_ zone: ReportZone, _ kind: RollupKind) {
        (number, self.kind) = (zone.number, kind)
        calendar = ZoneCalendar(zone.rules)
    }

    /// - Parameter key: of the row of the quarter.
    mutating func append(_ key: Span<UInt8>, _ metrics: Metrics) throws {
        let offset = try kind.timeOffset(key)
        let day = calendar.day(of: try StoredRollup.time(key, at: offset))
        rows.append(metrics) { bytes in
            bytes.append(number)
            bytes.append(copying: key.extracting(0..<offset))
            bytes.append(bigEndian: ViewKey.sortable(day))
            bytes.append(copying: key.extracting(offset + 4..<key.count))
        }
    }

    /// The sums by key, in order.
    mutating func forEachSorted(_ body: (Span<UInt8>, Metrics) throws -> Void) throws { try rows.forEachSorted(body) }

    /// - Returns: whether the sums fit; if not, some of them may have been added.
    mutating func add(to tables: ZoneTables, in transaction: inout WriteTransaction) throws -> Bool {
        var value: [UInt8] = []
        do {
            try rows.forEachSorted { key, metrics in
                var sum = metrics
                if let old = try transaction.get(tables[kind], key) { try sum.add(MetricsCodec.decode(old)) }
                value.removeAll(keepingCapacity: true)
                MetricsCodec.append(sum, to: &value)
                try transaction.put(tables[kind], key, value.span)
            }
            return true
        } catch is AmountError {
            return false
        }
    }
}
