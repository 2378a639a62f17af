import LedgerDomain
import LedgerProjections
import LedgerSchema
import LedgerTestSupport
import MerkleTree
import RandomTestSupport

/// Lives of keys and their charges without a plan, repeatable by their seed: few keys, names and moments, so that they meet.
struct SpendHistory {
    private struct Key {
        var id: KeyID
        var credentials: [CredentialReference]
    }

    private var generator: SplitMix64
    private var keys: [Key] = []
    private(set) var moment: Instant
    private var ids = 0
    /// The position that the next event gets.
    private var next: UInt64

    static let day: Int64 = 86_400 * 1_000_000_000
    static let periods = ["45s", "7m", "1h", "1d", "2d", "7d", "1mo"]

    static let names = ModelNames { kind, number in name(kind, number) }

    static func name(_ kind: NameKind, _ number: UInt32) -> String {
        // One name is a model and a model group under different numbers.
        kind == .modelGroup && number == 1 ? "model 2" : "\(kind == .modelGroup ? "group" : "\(kind)") \(number)"
    }

    static func credentialKeys(_ events: [RecordedEvent]) -> [Position: KeyID] {
        var keys: [Position: KeyID] = [:]
        for event in events {
            switch event.event {
            case .keyCreated, .keyImported, .keyRegenerated: keys[event.position] = event.keyID
            default: break
            }
        }
        return keys
    }

    init(seed: UInt64, after head: Position = .none, at moment: Instant = TestClock.start) {
        self.moment = moment
        generator = SplitMix64(seed: seed)
        next = head.value + 1
    }

    mutating func play(_ count: Int) throws -> [SpendLog.Draft] {
        try (0..<count).map { _ in
            defer { next += 1 }
            return try draft()
        }
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private mutating func pick<Item>(_ items: [Item]) -> Item { items[Int.random(in: 0..<items.count, using: &generator)] }

    private mutating func draft() throws -> SpendLog.Draft {
        if chance(50) { moment = moment.adding(nanoseconds: Int64.random(in: 0..<7_200_000_000_000, using: &generator)) ?? moment }
        if keys.isEmpty { return try create() }
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<3: return try create()
        case 3..<9: return try change()
        case 9..<12: return try regenerate()
        case 12..<15: return reset()
        case 15..<18: return SpendLog.Draft(.keyBlocked, at: moment, of: pick(keys).id)
        case 18..<20: return SpendLog.Draft(.clockAccepted(ClockAccepted(wallClock: moment, headRecordedAt: moment)), at: moment)
        case 20..<25: return SpendLog.Draft(.spendAdjusted(charge(isAdjustment: true)), at: moment)
        default: return SpendLog.Draft(.spendRecorded(charge(isAdjustment: false)), at: moment)
        }
    }

    private mutating func token() -> Token {
        ids += 1
        return Token(secret: "secret \(ids)")
    }

    private mutating func window() throws -> BudgetWindow { try BudgetPeriod(pick(Self.periods)).resolved(at: moment) }

    private mutating func terms() throws -> KeyTerms {
        var terms = KeyTerms()
        if chance(50) { terms.budgetWindow = try window() }
        if chance(30) { terms.maxBudget = Amount(picodollars: 1_000) }
        if chance(40) {
            terms.budgetLimits = []
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                terms.budgetLimits?.append(BudgetLimit(window: try window(), maxBudget: Amount(picodollars: 500)))
            }
        }
        if chance(40) {
            let names = ["model 1", "model 2", "group 2", "a text"].filter { _ in chance(50) }
            terms.modelBudgets = try names.map { name in
                ModelBudget(model: name, maxBudget: Amount(picodollars: 300), window: chance(70) ? try window() : nil)
            }
        }
        if chance(20) { terms.teamID = "team" }
        return terms
    }

    private mutating func create() throws -> SpendLog.Draft {
        ids += 1
        let id = KeyID(UUIDv7(high: generator.next(), low: UInt64(ids)))
        var key = Key(id: id, credentials: [CredentialReference(position: Position(next))])
        defer { keys.append(key) }
        guard chance(30) else { return SpendLog.Draft(.keyCreated(KeyCreated(token: token(), terms: try terms())), at: moment, of: id) }
        key.credentials.append(CredentialReference(position: Position(next), ordinal: 1))
        let imported = KeyImported(
            token: token(), terms: try terms(), originSystem: "other", originID: "\(ids)", effectiveFrom: nil,
            credentials: [KeyImported.Credential(token: token(), revokeAt: nil, introducedAt: nil)])
        return SpendLog.Draft(.keyImported(imported), at: moment, of: id)
    }

    private mutating func changes() throws -> (KeyTerms, [KeyField]) {
        let terms = try terms()
        let fields: [KeyField] = [.budgetWindow, .budgetLimits, .modelBudgets, .teamID]
        return (terms, fields.filter { !terms.isSet($0) && chance(30) })
    }

    private mutating func change() throws -> SpendLog.Draft {
        let (terms, cleared) = try changes()
        return SpendLog.Draft(.keyUpdated(KeyUpdated(changes: terms, cleared: cleared)), at: moment, of: pick(keys).id)
    }

    private mutating func regenerate() throws -> SpendLog.Draft {
        let index = Int.random(in: 0..<keys.count, using: &generator)
        keys[index].credentials.append(CredentialReference(position: Position(next)))
        var regenerated = KeyRegenerated(oldToken: token(), newToken: token(), revokeAt: moment)
        if chance(30) { (regenerated.changes, regenerated.cleared) = try changes() }
        return SpendLog.Draft(.keyRegenerated(regenerated), at: moment, of: keys[index].id)
    }

    private mutating func reset() -> SpendLog.Draft {
        let amount = Amount(picodollars: Int128(chance(50) ? 0 : Int.random(in: 0..<400, using: &generator)))
        return SpendLog.Draft(.spendReset(SpendReset(keyID: chance(50) ? nil : pick(keys).id, resetTo: amount)), at: moment)
    }

    private mutating func name(_ highest: UInt32) -> ChargeName? {
        if chance(20) { return nil }
        return chance(15)
            ? .text(pick(["a text", "another", "caf\u{e9}", "cafe\u{301}"])) : .number(.random(in: 1...highest, using: &generator))
    }

    private mutating func charge(isAdjustment: Bool) -> Charge {
        let credential: ChargeCredential =
            chance(12)
            ? .unknown(Token(secret: "unknown \(Int.random(in: 0..<3, using: &generator))")) : .known(pick(pick(keys).credentials))
        var back = Int64.random(in: 0..<10_000_000_000, using: &generator)
        if chance(15) { back = Int64.random(in: 0..<4 * Self.day, using: &generator) }
        if chance(10) { back = -Int64.random(in: 0..<299_000_000_000, using: &generator) }
        let amount = Int64.random(in: isAdjustment ? -50..<50 : 0..<100, using: &generator)
        var charge = Charge(
            credential: credential, revision: .random(in: 0...3, using: &generator),
            occurredAt: moment.adding(nanoseconds: -back) ?? moment,
            amount: amount)
        setNames(&charge)
        charge.tokens.prompt = .random(in: 0..<1_000, using: &generator)
        charge.tokens.completion = .random(in: 0..<300, using: &generator)
        if chance(20) { charge.tokens.cacheRead = 5 }
        if chance(20) { charge.tokens.cacheWrite = 6 }
        charge.failed = chance(10)
        if chance(60) { charge.durationMilliseconds = .random(in: 0..<5_000, using: &generator) }
        if chance(20) { charge.endUser = .random(in: 1...3, using: &generator) }
        if chance(10) { charge.teamID = pick(["other", "third", ""]) }
        if chance(10) { charge.user = .random(in: 0...2, using: &generator) }
        ids += 1
        if chance(60) {
            charge.chargeID = "charge \(ids)"
        } else if chance(50) {
            charge.sequence = ProducerSequence(producer: "p", epoch: 0, number: UInt64(ids))
        }
        return charge
    }

    private mutating func setNames(_ charge: inout Charge) {
        charge.model = name(3)
        charge.modelGroup = name(2)
        charge.provider = name(2)
        charge.endpoint = name(2)
        charge.callType = name(2)
        charge.mcpTool = chance(20) ? name(2) : nil
        charge.tags = (0..<Int.random(in: 0...3, using: &generator)).compactMap { _ in name(3) }
    }
}
