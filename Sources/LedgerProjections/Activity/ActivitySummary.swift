import LedgerSchema

/// Turns sums into a report: names in place of numbers, everything in order.
struct ActivitySummary {
    private let query: ActivityQuery
    private let firstDay: Int
    private let dayCount: Int
    private var rows: ActivityRows
    /// The report's keys by name, each with its number in the rows.
    private var keys: [(number: Int, key: ActivityReport.Key)] = []
    /// By number in the rows, the place in the report; negative: it comes to nothing.
    private var places: [Int]
    private var entities: [ActivityReport.Entity] = []
    /// Days that come to something, the last one first.
    private var days: [Int] = []
    private var pages: [ArraySlice<Int>] = []
    private var breakdown: [Int: ActivityReport.Day] = [:]

    init(_ rows: ActivityRows, _ query: ActivityQuery, firstDay: Int) throws {
        self.query = query
        self.rows = rows
        self.firstDay = firstDay
        dayCount = rows.survey.days.count
        places = [Int](repeating: -1, count: rows.slots.keys.count)
        try sumPairs()
        days = (0..<dayCount).reversed().filter { !rows.survey.days[$0].isZero }
        cutPages()
    }

    var needsBreakdown: Bool { !query.dimensions.isEmpty || query.byDay && query.keys != .none }

    /// From the first to the last day that the page shows; `nil` if it shows none.
    var shownDays: ClosedRange<Int>? {
        guard let last = page.first, let first = page.last else { return nil }
        return first...last
    }

    private var page: ArraySlice<Int> {
        guard let wanted = query.page else { return days[...] }
        return pages.indices.contains(wanted.number - 1) ? pages[wanted.number - 1] : []
    }

    // MARK: The whole range

    private mutating func sumPairs() throws {
        var keySums = [ActivityMetrics](repeating: ActivityMetrics(), count: rows.slots.keys.count)
        var lastSlots = [Int?](repeating: nil, count: keySums.count)
        var entitySums: [Int: (metrics: ActivityMetrics, keys: Set<Int32>)] = [:]
        var overflow = false
        rows.survey.forEachPair { entity, slot, metrics in
            let facts = rows.slots.slots[slot]
            overflow = keySums[Int(facts.key)].add(metrics) || overflow
            if let last = lastSlots[Int(facts.key)], rows.slots.slots[last].revision >= facts.revision {
            } else {
                lastSlots[Int(facts.key)] = slot
            }
            overflow = entitySums[entity, default: (ActivityMetrics(), [])].metrics.add(metrics) || overflow
            entitySums[entity]?.keys.insert(facts.key)
        }
        if overflow { throw AmountError(.overflow) }
        for (number, sum) in keySums.enumerated() where !sum.isZero {
            guard let slot = lastSlots[number] else { continue }
            keys.append((number, try key(number, slot, sum)))
        }
        keys.sort { $0.key.precedes($1.key) }
        for (place, key) in keys.enumerated() { places[key.number] = place }
        for (entity, sum) in entitySums where !sum.metrics.isZero {
            let name = Int32(entity) == rows.slots.entities.unassigned ? nil : rows.slots.entities.texts[entity]
            entities.append(ActivityReport.Entity(id: name, metrics: sum.metrics, keyCount: sum.keys.count))
        }
        entities.sort { inOrder([$0.id], [$1.id]) }
    }

    private func key(_ number: Int, _ slot: Int, _ sum: ActivityMetrics) throws -> ActivityReport.Key {
        let (key, label) = (rows.slots.keys[number], rows.slots.labels[slot])
        let exists = try key.keyID.map { try rows.directory.life(of: $0).deletedAt == nil } ?? false
        return ActivityReport.Key(
            name: key.name, keyID: key.keyID, alias: label.alias, teamID: label.teamID,
            userID: try label.user.map { try rows.directory.subjectName($0) }, organizationID: label.organizationID,
            revision: rows.slots.slots[slot].revision, exists: exists, metrics: sum)
    }

    private mutating func cutPages() {
        guard let wanted = query.page, query.byDay else { return }
        var start = days.startIndex
        var rowCount = 0
        for index in days.indices {
            rowCount += rows.survey.rowCount(ofDay: days[index])
            if rowCount >= wanted.rows || index == days.endIndex - 1 {
                pages.append(days[start...index])
                (start, rowCount) = (index + 1, 0)
            }
        }
    }

    /// By number in the rows, whether entries are divided by the key.
    var showsKey: [Bool] {
        switch query.keys {
        case .none: return []
        case .all: return [Bool](repeating: true, count: places.count)
        case .top(let count):
            let best = keys.sorted { $0.key.metrics.ranks(before: $1.key.metrics, $0.key.name, $1.key.name) }
            var shown = [Bool](repeating: false, count: places.count)
            for key in best.prefix(count) { shown[key.number] = true }
            return shown
        }
    }

    // MARK: Days

    /// - Parameter firstShown: the day that the rows' day 0 is.
    mutating func take(_ rows: ActivityRows, firstShown: Int) {
        self.rows = rows
        guard let sums = rows.breakdown else { return }
        let shares = sums.sharesByEntry()
        sums.forEachEntry { index, day, dimension, name, metrics in
            let day = query.byDay ? day + firstShown : 0
            var found = breakdown[day] ?? empty(day)
            let keys = self.shares(shares[index])
            if dimension == ActivityBreakdown.ownDimension {
                (found.metrics, found.keys) = (metrics, keys)
            } else {
                let dimension = ActivityQuery.Dimension.allCases[dimension]
                let (name, entity) = names(name, dimension)
                let entry = ActivityReport.Entry(name: name, entity: entity, metrics: metrics, keys: keys)
                found.breakdowns[dimension, default: []].append(entry)
            }
            breakdown[day] = found
        }
    }

    private func empty(_ day: Int) -> ActivityReport.Day {
        ActivityReport.Day(
            date: CivilDate(daysSince1970: firstDay + day), metrics: rows.survey.days[day], breakdowns: [:], keys: [])
    }

    private func shares(_ shares: [(key: Int, metrics: ActivityMetrics)]) -> [ActivityReport.Share] {
        shares.compactMap { share in
            places[share.key] < 0 ? nil : ActivityReport.Share(key: places[share.key], metrics: share.metrics)
        }.sorted { $0.key < $1.key }
    }

    private func names(_ number: Int, _ dimension: ActivityQuery.Dimension) -> (name: String, entity: String?) {
        switch dimension {
        case .entities: return (rows.slots.entities.texts[number], nil)
        case .entityModels:
            let pair = rows.entityModels.keys[number]
            let model = rows.names[ActivityQuery.Dimension.models.index].texts[Int(pair & 0xffff_ffff)]
            return (model, rows.slots.entities.texts[Int(pair >> 32)])
        default: return (rows.names[dimension.index].texts[number], nil)
        }
    }

    func report(_ position: Position) -> ActivityReport {
        var totals = ActivityMetrics()
        for day in rows.survey.days { _ = totals.add(day) }
        let shown = page.map { day in
            var found = breakdown[day] ?? empty(day)
            for dimension in found.breakdowns.keys {
                found.breakdowns[dimension]?.sort { inOrder([$0.entity, $0.name], [$1.entity, $1.name]) }
            }
            return found
        }
        return ActivityReport(
            days: shown, keys: keys.map(\.key), entities: entities, totals: totals,
            pageCount: query.page == nil ? 1 : pages.count, position: position)
    }
}

extension ActivityReport.Key {
    fileprivate func precedes(_ other: ActivityReport.Key) -> Bool {
        if !name.hasSameBytes(as: other.name) { return name.precedes(other.name) }
        if revision != other.revision { return revision < other.revision }
        return inOrder([alias, teamID, userID, organizationID], [other.alias, other.teamID, other.userID, other.organizationID])
    }
}

/// Whether the bytes of the first texts that differ are in order.
private func inOrder(_ left: [String?], _ right: [String?]) -> Bool {
    for (left, right) in zip(left, right) {
        let (left, right) = (left ?? "", right ?? "")
        if !left.hasSameBytes(as: right) { return left.precedes(right) }
    }
    return false
}
