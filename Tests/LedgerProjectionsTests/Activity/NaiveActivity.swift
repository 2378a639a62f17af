import LedgerDomain
import LedgerSchema

@testable import LedgerProjections

/// A report reckoned charge by charge, with the local date of each moment.
struct NaiveActivity: Equatable {
    typealias Sums = [Int128]
    /// Texts that look alike are different names.
    typealias Name = [UInt8]

    struct Entry: Equatable {
        var sums: Sums = []
        var keys: [Name: Sums] = [:]
    }

    struct Day: Equatable {
        var own = Entry()
        var breakdowns: [ActivityQuery.Dimension: [Name: Entry]] = [:]
    }

    struct Label: Equatable {
        var alias: String?
        var teamID: String?
        var userID: String?
        var exists: Bool
        var sums: Sums
    }

    var days: [CivilDate: Day] = [:]
    var labels: [Name: Label] = [:]
    var totals: Sums = [Int128](repeating: 0, count: 9)
    var entities: [Name: Sums] = [:]
    private var lastRevisions: [Name: UInt64] = [:]

    init() {}

    init(_ charges: some Sequence<RandomCharges.Recorded>, _ query: ActivityQuery, _ directory: FakeDirectory) throws {
        for charge in charges { try add(charge, query, directory) }
        days = days.compactMapValues { $0.withoutZeros }
        entities = entities.filter { !$0.value.isZero }
        labels = labels.filter { !$0.value.sums.isZero }
        lastRevisions = [:]
    }

    private mutating func add(_ item: RandomCharges.Recorded, _ query: ActivityQuery, _ directory: FakeDirectory) throws {
        let charge = item.charge
        let second = charge.occurredAt.nanoseconds.flooredQuotient(by: 1_000_000_000)
        let local = second + Int64(query.zone.rules.offset(at: second))
        let date = CivilDate(daysSince1970: Int(local.flooredQuotient(by: 86_400)))
        guard query.from.map({ date >= $0 }) ?? true, query.to.map({ date <= $0 }) ?? true else { return }
        let holder = try holder(charge, directory)
        guard query.keyIDs.map({ holder.keyID.map($0.contains) ?? false }) ?? true else { return }
        if let token = query.token {
            let wanted = query.joinsRotations ? try directory.credential(of: token)?.keyID : nil
            guard holder.token == token || (wanted != nil && wanted == holder.keyID) else { return }
        }
        let names = try names(charge, item.isAdjustment, directory)
        if let model = query.model, model != names[.models], model != names[.modelGroups] { return }
        let label = try holder.keyID.map { try directory.life(of: $0).label(holder.revision, of: $0) } ?? KeyLabel()
        for entity in try entities(charge, label, query, directory) {
            if let wanted = query.entities, !wanted.contains(entity) { continue }
            if query.excluded.contains(entity) { continue }
            try count(item, date, names, entity, holder, label, query, directory)
        }
    }

    private func holder(_ charge: Charge, _ directory: FakeDirectory) throws -> (keyID: KeyID?, token: Token, revision: UInt64) {
        switch charge.credential {
        case .known(let reference):
            let credential = try directory.credential(reference)
            return (credential.keyID, credential.token, charge.revision)
        case .unknown(let token):
            let keyID = try directory.credential(of: token)?.keyID
            return (keyID, token, keyID == nil ? 0 : 1)
        }
    }

    private func entities(
        _ charge: Charge, _ label: KeyLabel, _ query: ActivityQuery, _ directory: FakeDirectory
    ) throws -> [String] {
        let none = query.includesUnassigned ? ["Unassigned"] : []
        return switch query.entity {
        case .user: try (charge.user ?? label.user).map { [try directory.subjectName($0)] } ?? none
        case .team: (charge.teamID ?? label.teamID).map { [$0] } ?? none
        case .organization: label.organizationID.map { [$0] } ?? none
        case .agent: label.agentID.map { [$0] } ?? none
        case .tag: try Set(charge.tags).map { try text($0, .tag, directory) ?? "" }
        case .customer: charge.endUser == 0 ? [] : [try directory.subjectName(charge.endUser)]
        }
    }

    private func names(
        _ charge: Charge, _ isAdjustment: Bool, _ directory: FakeDirectory
    ) throws -> [ActivityQuery.Dimension: String] {
        var names: [ActivityQuery.Dimension: String] = [:]
        names[.models] = try text(charge.model, .model, directory) ?? (isAdjustment ? "adjustment" : "unknown-model")
        names[.modelGroups] = try text(charge.modelGroup, .modelGroup, directory) ?? "unknown-model-group"
        names[.providers] = try text(charge.provider, .provider, directory) ?? "unknown"
        names[.endpoints] = try text(charge.endpoint, .endpoint, directory)
        names[.mcpServers] = try text(charge.mcpTool, .mcpTool, directory)
        return names
    }

    private func text(_ name: ChargeName?, _ kind: NameKind, _ directory: FakeDirectory) throws -> String? {
        switch name {
        case nil: nil
        case .number(let number): try directory.name(kind, number)
        case .text(let text): text
        }
    }

    private mutating func count(
        _ item: RandomCharges.Recorded, _ date: CivilDate, _ names: [ActivityQuery.Dimension: String], _ entity: String,
        _ holder: (keyID: KeyID?, token: Token, revision: UInt64), _ label: KeyLabel, _ query: ActivityQuery, _ directory: FakeDirectory
    ) throws {
        let sums = Self.sums(item)
        var name = query.joinsRotations ? holder.keyID?.description ?? holder.token.hex : holder.token.hex
        let user = try label.user.map(directory.subjectName)
        if query.attribution == .asOf { name += " \(label.alias ?? "")" }
        let key = Array(name.utf8)
        let place = query.byDay ? date : CivilDate(daysSince1970: 0)
        var day = days[place] ?? Day()
        day.own.add(sums, key)
        for (dimension, text) in names where query.dimensions.contains(dimension) {
            day.breakdowns[dimension, default: [:]][Array(text.utf8), default: Entry()].add(sums, key)
        }
        if query.dimensions.contains(.entities) {
            day.breakdowns[.entities, default: [:]][Array(entity.utf8), default: Entry()].add(sums, key)
        }
        if query.dimensions.contains(.entityModels) {
            let pair = Array("\(entity)|\(names[.models] ?? "")".utf8)
            day.breakdowns[.entityModels, default: [:]][pair, default: Entry()].add(sums, key)
        }
        days[place] = day
        totals.add(sums)
        entities[Array(entity.utf8), default: [Int128](repeating: 0, count: 9)].add(sums)
        let exists = try holder.keyID.map { try directory.life(of: $0).deletedAt == nil } ?? false
        var known = labels[key] ?? Label(exists: exists, sums: [Int128](repeating: 0, count: 9))
        known.sums.add(sums)
        if lastRevisions[key].map({ $0 < holder.revision }) ?? true {
            (known.alias, known.teamID, known.userID) = (label.alias, label.teamID, user)
            lastRevisions[key] = holder.revision
        }
        labels[key] = known
    }

    private static func sums(_ item: RandomCharges.Recorded) -> Sums {
        let charge = item.charge
        let counts = !item.isAdjustment
        let isTimed = counts && !charge.failed && charge.durationMilliseconds != nil
        return [
            Int128(charge.amount), Int128(charge.tokens.prompt), Int128(charge.tokens.completion), Int128(charge.tokens.cacheRead),
            Int128(charge.tokens.cacheWrite), counts && !charge.failed ? 1 : 0, counts && charge.failed ? 1 : 0,
            isTimed ? Int128(charge.durationMilliseconds ?? 0) : 0, isTimed ? 1 : 0,
        ]
    }
}

extension NaiveActivity.Sums {
    init(_ metrics: ActivityMetrics) {
        self = [
            metrics.spend.picodollars, Int128(metrics.promptTokens), Int128(metrics.completionTokens), Int128(metrics.cacheReadTokens),
            Int128(metrics.cacheWriteTokens), Int128(metrics.succeeded), Int128(metrics.failed), Int128(metrics.durationMilliseconds),
            Int128(metrics.timed),
        ]
    }

    fileprivate var isZero: Bool { allSatisfy { $0 == 0 } }

    fileprivate mutating func add(_ other: NaiveActivity.Sums) {
        if isEmpty { self = other } else { for index in indices { self[index] += other[index] } }
    }
}

extension NaiveActivity.Entry {
    fileprivate mutating func add(_ more: NaiveActivity.Sums, _ key: NaiveActivity.Name) {
        sums.add(more)
        keys[key, default: []].add(more)
    }

    fileprivate var withoutZeros: NaiveActivity.Entry? {
        sums.isZero ? nil : NaiveActivity.Entry(sums: sums, keys: keys.filter { !$0.value.isZero })
    }
}

extension NaiveActivity.Day {
    fileprivate var withoutZeros: NaiveActivity.Day? {
        guard let own = own.withoutZeros else { return nil }
        let left = breakdowns.mapValues { $0.compactMapValues(\.withoutZeros) }.filter { !$0.value.isEmpty }
        return NaiveActivity.Day(own: own, breakdowns: left)
    }
}

extension NaiveActivity {
    /// The same form of a report.
    init(_ report: ActivityReport, _ query: ActivityQuery) {
        self.init()
        let names = report.keys.map { Array(($0.name + (query.attribution == .asOf ? " \($0.alias ?? "")" : "")).utf8) }
        for (key, name) in zip(report.keys, names) {
            labels[name] = Label(
                alias: key.alias, teamID: key.teamID, userID: key.userID, exists: key.exists, sums: Sums(key.metrics))
        }
        func keys(_ shares: [ActivityReport.Share]) -> [Name: Sums] {
            Dictionary(uniqueKeysWithValues: shares.map { (names[$0.key], Sums($0.metrics)) })
        }
        for day in report.days {
            var found = Day(own: Entry(sums: Sums(day.metrics), keys: keys(day.keys)))
            for (dimension, entries) in day.breakdowns {
                for entry in entries {
                    let name = entry.entity.map { "\($0)|\(entry.name)" } ?? entry.name
                    found.breakdowns[dimension, default: [:]][Array(name.utf8)] = Entry(sums: Sums(entry.metrics), keys: keys(entry.keys))
                }
            }
            days[query.byDay ? day.date : CivilDate(daysSince1970: 0)] = found
        }
        totals = Sums(report.totals)
        for entity in report.entities { entities[Array((entity.id ?? "Unassigned").utf8)] = Sums(entity.metrics) }
    }
}
