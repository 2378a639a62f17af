import LMDB
import LedgerSchema

/// Takes rows one by one, from the views or from segments, and adds each where the query counts it.
struct ActivityRows {
    /// To whom a row is laid.
    enum Laid {
        /// To the key's own entity.
        case own
        /// To this one.
        case to(Int32)
        /// To this one, though the key's own rows have it too.
        case insteadTo(Int32)
    }

    /// A row's names by their numbers; negative: none.
    struct Names {
        var mcpTool: Int32 = -1
        var model: Int32 = -1
        var modelGroup: Int32 = -1
        var provider: Int32 = -1
        var endpoint: Int32 = -1
    }

    let query: ActivityQuery
    let directory: any ActivityDirectory
    /// Rows recorded on this UTC day and later are left out.
    var recordedBefore: Int32?
    var plan: DayPlan
    var slots: ActivitySlots
    var survey: ActivitySurvey
    var breakdown: ActivityBreakdown?
    private(set) var names: [ActivityNames]
    private(set) var entityModels = FlatIndex<UInt64>()
    private let divides: [Bool]
    private let wantedModel: Int32
    private let wantedModelGroup: Int32
    private let unknown: Names

    static let kinds: [NameKind] = [.mcpTool, .model, .modelGroup, .provider, .endpoint]

    init(
        _ query: ActivityQuery, _ directory: any ActivityDirectory, _ plan: DayPlan, _ survey: ActivitySurvey, recordedBefore: Int32?
    ) throws {
        self.query = query
        self.directory = directory
        self.plan = plan
        self.survey = survey
        self.recordedBefore = recordedBefore
        slots = try ActivitySlots(query, directory)
        var names = [ActivityNames](repeating: ActivityNames(), count: Self.kinds.count)
        divides = ActivityQuery.Dimension.allCases.map(query.dimensions.contains)
        unknown = Names(
            model: names[1].index(of: ActivityName.unknownModel), modelGroup: names[2].index(of: ActivityName.unknownModelGroup),
            provider: names[3].index(of: ActivityName.unknownProvider))
        wantedModel = query.model.map { names[1].index(of: $0) } ?? -1
        wantedModelGroup = query.model.map { names[2].index(of: $0) } ?? -1
        self.names = names
    }

    var hasOverflown: Bool { survey.hasOverflown || breakdown?.hasOverflown ?? false }

    mutating func flush() {
        survey.flush()
        breakdown?.flush()
    }

    // MARK: Stored rows

    /// Takes a row of a UTC day.
    ///
    /// - Parameter offset: where the day begins in the key.
    @inline(__always)
    mutating func take(day key: Span<UInt8>, _ value: Span<UInt8>, at offset: Int, _ laid: Laid) throws {
        let home = plan.home(ofUTCDay: try StoredRollup.time(key, at: offset))
        guard home >= 0 else { return }
        try take(key, value, at: offset, laid, day: home, home: -1)
    }

    /// Takes a row of a quarter that is an exception.
    mutating func take(quarter key: Span<UInt8>, _ value: Span<UInt8>, at offset: Int, _ laid: Laid, _ exception: DayPlan.Exception) throws
    {
        try take(key, value, at: offset, laid, day: exception.day, home: exception.home)
    }

    @inline(__always)
    private mutating func take(
        _ key: Span<UInt8>, _ value: Span<UInt8>, at offset: Int, _ laid: Laid, day: Int32, home: Int32
    ) throws {
        if let recordedBefore, try StoredRollup.recordedDay(key) >= recordedBefore { return }
        let row = try StoredRollup(key, at: offset)
        let slot =
            row.position == 0
            ? try slots.slot(of: row.token(key, at: offset))
            : try slots.slot(position: row.position, ordinal: row.ordinal, revision: row.revision)
        guard slots.slots[slot].key >= 0 else { return }
        var names = Names()
        if needsNames {
            names = try self.names(key, at: row.namesOffset)
            guard isWanted(names) else { return }
        }
        try add(MetricsCodec.decode(value), slot, names, laid, day: day, home: home)
    }

    private var needsNames: Bool { breakdown != nil || wantedModel >= 0 }

    @inline(__always)
    private func isWanted(_ names: Names) -> Bool {
        wantedModel < 0 || names.model == wantedModel || names.modelGroup == wantedModelGroup
    }

    private mutating func names(_ key: Span<UInt8>, at start: Int) throws -> Names {
        var offset = start
        let model = try StoredName(key, at: &offset)
        let modelGroup = try StoredName(key, at: &offset)
        let provider = try StoredName(key, at: &offset)
        let endpoint = try StoredName(key, at: &offset)
        let mcpTool = try StoredName(key, at: &offset)
        return Names(
            mcpTool: try index(0, mcpTool, -1), model: try index(1, model, unknown.model),
            modelGroup: try index(2, modelGroup, unknown.modelGroup), provider: try index(3, provider, unknown.provider),
            endpoint: try index(4, endpoint, -1))
    }

    @inline(__always)
    private mutating func index(_ kind: Int, _ name: StoredName, _ none: Int32) throws -> Int32 {
        switch name {
        case .none: none
        case .number(let number): try names[kind].index(ofNumber: number) { try directory.name(Self.kinds[kind], $0) }
        case .hash(let hash): try names[kind].index(ofHash: hash) { try directory.text($0.bytes) }
        }
    }

    // MARK: Rows of segments

    /// Takes a row of a segment, as the views would have it in their rows of days and of quarters.
    mutating func take(_ key: RollupKey, _ metrics: Metrics, _ segment: SpendSegment, _ laid: Laid) throws {
        if let recordedBefore, key.recordedDay >= recordedBefore { return }
        let home = plan.home(ofUTCDay: Quarter.day(of: key.quarter))
        let exception = plan.exception(at: key.quarter)
        guard home >= 0 || exception != nil else { return }
        let slot =
            key.credentialPosition == 0
            ? try slots.slot(of: segment.unknownTokens[Int(key.credentialOrdinal)])
            : try slots.slot(position: key.credentialPosition, ordinal: key.credentialOrdinal, revision: key.revision)
        guard slots.slots[slot].key >= 0 else { return }
        let names = Names(
            mcpTool: try index(0, key.mcpTool, segment, -1), model: try index(1, key.model, segment, unknown.model),
            modelGroup: try index(2, key.modelGroup, segment, unknown.modelGroup),
            provider: try index(3, key.provider, segment, unknown.provider), endpoint: try index(4, key.endpoint, segment, -1))
        guard isWanted(names) else { return }
        if home >= 0 { try add(metrics, slot, names, laid, day: home, home: -1) }
        if let exception { try add(metrics, slot, names, laid, day: exception.day, home: exception.home) }
    }

    private mutating func index(_ kind: Int, _ code: UInt32, _ segment: SpendSegment, _ none: Int32) throws -> Int32 {
        if code == 0 { return none }
        if code >= RollupKey.textCode { return names[kind].index(of: segment.texts[Int(code - RollupKey.textCode)]) }
        return try names[kind].index(ofNumber: code) { try directory.name(Self.kinds[kind], $0) }
    }

    // MARK: Adding

    /// Counts a row on `day`, and takes it away from `home`, where the whole of its UTC day was counted; negative: nowhere.
    @inline(__always)
    private mutating func add(_ metrics: Metrics, _ slot: Int, _ names: Names, _ laid: Laid, day: Int32, home: Int32) throws {
        let own = slots.slots[slot].entity
        switch laid {
        case .own: add(metrics, slot, names, own, day: day, home: home, isTaken: false)
        case .to(let entity): add(metrics, slot, names, entity, day: day, home: home, isTaken: false)
        case .insteadTo(let entity):
            add(metrics, slot, names, own, day: day, home: home, isTaken: true)
            add(metrics, slot, names, entity, day: day, home: home, isTaken: false)
        }
    }

    @inline(__always)
    private mutating func add(
        _ metrics: Metrics, _ slot: Int, _ names: Names, _ entity: Int32, day: Int32, home: Int32, isTaken: Bool
    ) {
        guard slots.entities.wants(entity) else { return }
        if day >= 0 { count(metrics, slot, names, entity, day, isTaken) }
        if home >= 0 { count(metrics, slot, names, entity, home, !isTaken) }
    }

    @inline(__always)
    private mutating func count(_ metrics: Metrics, _ slot: Int, _ names: Names, _ entity: Int32, _ day: Int32, _ isTaken: Bool) {
        let key = slots.slots[slot].key
        if breakdown == nil {
            survey.add(metrics, isTaken: isTaken, day: day, slot: slot, key: key, entity: entity)
        } else {
            divide(metrics, names, entity, key, day, isTaken)
        }
    }

    private mutating func divide(
        _ metrics: Metrics, _ names: Names, _ entity: Int32, _ key: Int32, _ day: Int32, _ isTaken: Bool
    ) {
        add(metrics, .mcpServers, names.mcpTool, key, day, isTaken)
        add(metrics, .models, names.model, key, day, isTaken)
        add(metrics, .modelGroups, names.modelGroup, key, day, isTaken)
        add(metrics, .providers, names.provider, key, day, isTaken)
        add(metrics, .endpoints, names.endpoint, key, day, isTaken)
        add(metrics, .entities, entity, key, day, isTaken)
        if divides[ActivityQuery.Dimension.entityModels.index] {
            let pair = entityModels.insert(UInt64(UInt32(bitPattern: entity)) << 32 | UInt64(UInt32(bitPattern: names.model)))
            add(metrics, .entityModels, Int32(pair), key, day, isTaken)
        }
        breakdown?.add(metrics, isTaken: isTaken, day: day, dimension: ActivityBreakdown.ownDimension, name: 0, key: key)
    }

    @inline(__always)
    private mutating func add(
        _ metrics: Metrics, _ dimension: ActivityQuery.Dimension, _ name: Int32, _ key: Int32, _ day: Int32, _ isTaken: Bool
    ) {
        guard name >= 0, divides[dimension.index] else { return }
        breakdown?.add(metrics, isTaken: isTaken, day: day, dimension: dimension.index, name: name, key: key)
    }
}

extension ActivityQuery.Dimension {
    /// Its place among all cases.
    var index: Int {
        switch self {
        case .mcpServers: 0
        case .models: 1
        case .modelGroups: 2
        case .providers: 3
        case .endpoints: 4
        case .entities: 5
        case .entityModels: 6
        }
    }
}
