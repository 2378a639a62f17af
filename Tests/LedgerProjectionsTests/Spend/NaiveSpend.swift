import LedgerDomain
import LedgerProjections
import LedgerSchema

/// Spend of keys, told again event by event: a reset forgets every sum, every charge looks at every limit.
struct NaiveSpend {
    struct Key {
        var terms: KeyTerms
        var total: Int128 = 0
        var count: UInt64 = 0
        var last: Instant?
        var reset: (at: Instant, amount: Int128)?
        /// Sums since the last reset, by limit and start.
        var sums: [String: [Instant: Int128]] = [:]
        /// Windows that ever had a sum.
        var known: [String: Set<Instant>] = [:]

        func sum(_ name: String, _ window: BudgetWindow?, at moment: Instant) -> Int128 {
            let start = NaiveSpend.start(window, moment)
            if let sum = sums[name]?[start] { return sum }
            guard let reset, !name.hasPrefix("model "), NaiveSpend.start(window, reset.at) == start else { return 0 }
            return reset.amount
        }

        mutating func set(_ name: String, _ window: BudgetWindow?, at moment: Instant, to sum: Int128) {
            sums[name, default: [:]][NaiveSpend.start(window, moment)] = sum
            known[name, default: []].insert(NaiveSpend.start(window, moment))
        }
    }

    private(set) var keys: [KeyID: Key] = [:]

    init(_ events: [RecordedEvent], keyIDs: [Position: KeyID]) {
        for event in events {
            switch event.event {
            case .keyCreated(let created): event.keyID.map { keys[$0] = Key(terms: created.terms) }
            case .keyImported(let imported): event.keyID.map { keys[$0] = Key(terms: imported.terms) }
            case .keyUpdated(let updated): change(event, updated.changes, updated.cleared)
            case .keyRegenerated(let regenerated): change(event, regenerated.changes, regenerated.cleared)
            case .spendReset(let reset):
                for id in reset.keyID.map({ [$0] }) ?? Array(keys.keys) { self.reset(id, event.recordedAt, reset.resetTo.picodollars) }
            case .spendRecorded(let charge): add(charge, keyIDs, isAdjustment: false)
            case .spendAdjusted(let charge): add(charge, keyIDs, isAdjustment: true)
            default: break
            }
        }
    }

    /// Name and windows of each limit that terms set.
    static func limits(_ terms: KeyTerms) -> [(name: String, window: BudgetWindow?)] {
        var limits: [(name: String, window: BudgetWindow?)] = [("main", terms.budgetWindow)]
        let periods = (terms.budgetLimits ?? []).map { ("period \($0.window.text)", $0.window as BudgetWindow?) }
        let models = (terms.modelBudgets ?? []).map { ("model \($0.model)", $0.window) }
        for limit in periods + models where !limits.contains(where: { $0.name == limit.0 }) { limits.append(limit) }
        return limits
    }

    static func start(_ window: BudgetWindow?, _ moment: Instant) -> Instant { window?.window(at: moment).start ?? .distantPast }

    private mutating func change(_ event: RecordedEvent, _ changes: KeyTerms, _ cleared: [KeyField]) {
        guard let id = event.keyID, var key = keys[id] else { return }
        let before = key
        key.terms.apply(changes, clearing: cleared)
        for (name, window) in Self.limits(key.terms) {
            let old = Self.limits(before.terms).first { $0.name == name }
            let isSame = old.map {
                $0.window?.anchor == window?.anchor && $0.window?.unit == window?.unit && $0.window?.count == window?.count
            }
            if isSame == true || before.known[name]?.contains(Self.start(window, event.recordedAt)) == true { continue }
            key.set(name, window, at: event.recordedAt, to: old.map { before.sum(name, $0.window, at: event.recordedAt) } ?? 0)
        }
        keys[id] = key
    }

    private mutating func reset(_ id: KeyID, _ moment: Instant, _ amount: Int128) {
        keys[id]?.reset = (moment, amount)
        keys[id]?.sums = [:]
    }

    private mutating func add(_ charge: Charge, _ keyIDs: [Position: KeyID], isAdjustment: Bool) {
        guard case .known(let reference) = charge.credential, let id = keyIDs[reference.position], var key = keys[id] else { return }
        key.total += Int128(charge.amount)
        if !isAdjustment {
            key.count += 1
            key.last = max(key.last ?? .distantPast, charge.occurredAt)
        }
        var names: Set<String> = []
        if let model = charge.model { names.insert("model " + Self.text(.model, model)) }
        if charge.model == nil, isAdjustment { names.insert("model adjustment") }
        if let group = charge.modelGroup { names.insert("model " + Self.text(.modelGroup, group)) }
        for (name, window) in Self.limits(key.terms) where !name.hasPrefix("model ") || names.contains(name) {
            key.set(
                name, window, at: charge.occurredAt, to: key.sum(name, window, at: charge.occurredAt) + Int128(charge.amount))
        }
        keys[id] = key
    }

    private static func text(_ kind: NameKind, _ name: ChargeName) -> String {
        switch name {
        case .number(let number): SpendHistory.name(kind, number)
        case .text(let text): text
        }
    }
}
