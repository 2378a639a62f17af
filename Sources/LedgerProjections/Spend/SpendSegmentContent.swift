import LedgerDomain
import LedgerSchema
import MerkleTree

/// What a segment holds, while it grows and afterwards.
struct SpendSegmentContent: Sendable {
    private(set) var first: Position
    /// Whether charge ids are hashed and kept.
    let keepsIDs: Bool
    private let zones: Int
    private(set) var last: Position
    private(set) var lastRecordedAt = Instant.distantPast
    private(set) var chargeCount = 0
    private(set) var rollups = RollupTable<RollupKey>()
    private(set) var tags = RollupTable<TagRollupKey>()
    private(set) var endUsers = RollupTable<EndUserRollupKey>()
    private(set) var overrides = RollupTable<OverrideRollupKey>()
    var names = SegmentNames()
    private(set) var tokenSpend: [TokenSpend] = []
    private(set) var changes = KeySpendChanges()
    private(set) var resetsOfAllKeys: [SpendResetState] = []
    private(set) var runs: [ChargeRun] = []
    var chargeIDs = ChargeIdentities()
    /// Of the charge that is being taken.
    private var tagCodes: [UInt32] = []
    private var quarters = StretchMemory()
    private var days = StretchMemory()

    /// - Parameter before: the position that the first event follows.
    init(after before: Position, keepsIDs: Bool, zones: Int) {
        first = before.next
        last = before
        self.keepsIDs = keepsIDs
        self.zones = zones
    }

    /// Forgets all but sums, keeps the memory and goes on behind another event.
    mutating func restart(after before: Position) {
        (first, last, lastRecordedAt, chargeCount) = (before.next, before, .distantPast, 0)
        changes.removeAll()
        resetsOfAllKeys.removeAll()
        runs.removeAll(keepingCapacity: true)
        chargeIDs = ChargeIdentities()
    }

    /// Forgets the sums of rollups, but not the names in them.
    mutating func removeRollups() {
        rollups.removeAll()
        tags.removeAll()
        endUsers.removeAll()
        overrides.removeAll()
    }

    /// Forgets what is summed alike in any order of events, and the names in it.
    mutating func removeSums() {
        removeRollups()
        tokenSpend.removeAll(keepingCapacity: true)
        names = SegmentNames()
    }

    /// Rows that folding it would touch, more or less; a row of a quarter touches one of its day in UTC and in each report zone too.
    var rowCount: Int { (2 + zones) * (rollups.count + tags.count + endUsers.count + overrides.count) + chargeIDs.count + changes.keyCount }

    mutating func advance(to position: Position, _ recordedAt: Instant) throws(FoldError) {
        guard position == last.next else {
            throw FoldError(position: position, message: "the fold of charges stands at \(last) and needs the event that follows")
        }
        last = position
        lastRecordedAt = recordedAt
    }

    mutating func setLimits(_ limits: LimitsSet.Limits, _ event: RecordedEvent) throws(FoldError) {
        guard let keyID = event.keyID else { throw FoldError(position: last, message: "\(event.event.type.name) names no key") }
        changes.append(.limits(LimitsSet(position: last, recordedAt: event.recordedAt, limits: limits)), of: keyID)
    }

    mutating func changeLimits(_ terms: KeyTerms, _ cleared: [KeyField], _ event: RecordedEvent) throws(FoldError) {
        if SpendLimit.mayChange(terms, clearing: cleared) { try setLimits(.changes(terms, cleared: cleared), event) }
    }

    /// Forgets all but the rows that a report needs.
    mutating func keepRollups() { (changes, chargeIDs, runs) = (KeySpendChanges(), ChargeIdentities(), []) }

    mutating func reset(_ keyID: KeyID?, _ reset: SpendResetState) {
        if let keyID { changes.append(.reset(reset), of: keyID) } else { resetsOfAllKeys.append(reset) }
    }

    @inline(__always)
    mutating func quarter(of moment: Instant) -> Int32 {
        quarters.number(of: moment, length: Quarter.nanoseconds) { Quarter.of($0) }
    }

    /// The day on which the last event was recorded.
    @inline(__always)
    mutating func recordedDay() -> Int32 {
        days.number(of: lastRecordedAt, length: Instant.nanosecondsPerDay) { Int32($0.daysSince1970) }
    }

    /// Adds a charge whose tags were added before.
    @inline(__always)
    mutating func add(_ charge: SegmentCharge, _ keyID: KeyID?) throws(FoldError) {
        var key = charge.key
        if key.model == 0, charge.isAdjustment { key.model = names.code(of: RollupKey.adjustment) }
        do throws(AmountError) {
            try rollups.add(key, charge.metrics)
            for tag in tagCodes { try tags.add(TagRollupKey(tag: tag, rollup: key), charge.metrics) }
            if charge.endUser != 0 { try endUsers.add(EndUserRollupKey(subject: charge.endUser, rollup: key), charge.metrics) }
            if charge.team != 0 || charge.user != nil {
                try overrides.add(OverrideRollupKey(team: charge.team, user: charge.user, rollup: key), charge.metrics)
            }
        } catch {
            throw FoldError(position: last, message: "the sums of a day's charges do not fit their rows")
        }
        if let keyID {
            let change = KeySpendChanges.Charge(
                position: last.value, occurredAt: charge.occurredAt.nanoseconds, amount: charge.amount, model: key.model,
                modelGroup: key.modelGroup, isAdjustment: charge.isAdjustment)
            changes.append(change, of: keyID)
        } else {
            try addTokenSpend(charge)
        }
        extendRun(key.quarter)
        chargeCount += 1
    }

    mutating func beginTags() {
        if !tagCodes.isEmpty { tagCodes.removeAll(keepingCapacity: true) }
    }

    /// Adds a tag of the charge that comes next; each counts once.
    mutating func addTag(_ code: UInt32) {
        if !tagCodes.contains(code) { tagCodes.append(code) }
    }

    /// Adds the id of the charge at the last position.
    mutating func addID(_ id: Span<UInt8>, _ occurredAt: Instant) {
        chargeIDs.insert(ChargeIdentity(hour: ChargeIdentity.hour(of: occurredAt), hash: Hash32.sha256(id)), last)
    }

    private mutating func addTokenSpend(_ charge: SegmentCharge) throws(FoldError) {
        let ordinal = Int(charge.key.credentialOrdinal)
        if ordinal == tokenSpend.count { tokenSpend.append(TokenSpend()) }
        var spend = TokenSpend()
        spend.total = Int128(charge.amount)
        if !charge.isAdjustment { (spend.count, spend.lastOccurredAt) = (1, charge.occurredAt) }
        do throws(AmountError) {
            try tokenSpend[ordinal].add(spend)
        } catch {
            throw FoldError(position: last, message: "the sum of a token's charges does not fit 128 bits")
        }
    }

    private mutating func extendRun(_ quarter: Int32) {
        let index = runs.count - 1
        guard index >= 0, runs[index].quarter == quarter else {
            return runs.append(ChargeRun(quarter: quarter, first: last, last: last, count: 1))
        }
        runs[index].last = last
        runs[index].count += 1
    }
}

extension SpendSegmentContent {
    func changes(of keyID: KeyID) -> [SpendChange] {
        var list: [SpendChange] = []
        forEachChange(of: keyID) { list.append($0) }
        return list
    }

    func forEachChange(of keyID: KeyID, _ body: (SpendChange) throws -> Void) rethrows {
        try changes.forEach(of: keyID) { entry in
            switch entry {
            case .charge(let charge): try body(.charge(amount(charge)))
            case .other(let change): try body(change)
            }
        }
    }

    @inline(__always)
    func amount(_ charge: KeySpendChanges.Charge) -> ChargedAmount {
        ChargedAmount(
            position: Position(charge.position), occurredAt: Instant(nanoseconds: charge.occurredAt), amount: charge.amount,
            model: names.charged(charge.model), modelGroup: names.charged(charge.modelGroup), isAdjustment: charge.isAdjustment)
    }
}

extension KeySpend {
    /// Does what happened to a key in a segment, each reset of all keys in its place.
    mutating func apply(
        _ content: SpendSegmentContent, of keyID: KeyID, _ resets: inout ResetsOfAllKeys, names: ModelNames,
        stored: (WindowKey) throws -> WindowSum?
    ) throws {
        try content.changes.forEach(of: keyID) { entry in
            // A row sees a reset of all keys when something of its own follows: whatever the batches, it is the same row.
            while let reset = resets.next(before: entry.position) { try apply(.reset(reset), names: names, stored: stored) }
            switch entry {
            case .charge(let charge): try add(content.amount(charge), names, stored)
            case .other(let change): try apply(change, names: names, stored: stored)
            }
        }
    }
}
