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
        /// Sums since the last reset.
        var sums: [Window: Int128] = [:]
        /// Windows that ever had a sum.
        var known: Set<Window> = []
        /// Windows of limits that were changed or taken away, until they end.
        var left: [Window] = []

        func sum(_ window: Window) -> Int128 {
            if let sum = sums[window] { return sum }
            guard let reset, !window.name.hasPrefix("model "), window.holds(reset.at) else { return 0 }
            return reset.amount
        }

        mutating func set(_ window: Window, to sum: Int128) {
            sums[window] = sum
            known.insert(window)
        }

        func windows(at moment: Instant) -> [Window] { NaiveSpend.limits(terms).map { Window($0.name, $0.window, at: moment) } }
    }

    struct Window: Hashable {
        var name: String
        var start: Instant
        var end: Instant

        init(_ name: String, _ window: BudgetWindow?, at moment: Instant) {
            (start, end) = window?.window(at: moment) ?? (.distantPast, .distantFuture)
            self.name = name
        }

        func holds(_ moment: Instant) -> Bool { start <= moment && moment < end }
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

    private mutating func change(_ event: RecordedEvent, _ changes: KeyTerms, _ cleared: [KeyField]) {
        guard let id = event.keyID, var key = keys[id] else { return }
        let before = key
        key.terms.apply(changes, clearing: cleared)
        let (old, new) = (before.windows(at: event.recordedAt), key.windows(at: event.recordedAt))
        for window in new where !before.left.contains(window) && !old.contains(window) && !before.known.contains(window) {
            key.set(window, to: old.first { $0.name == window.name }.map(before.sum) ?? 0)
        }
        key.left = (before.left + old).filter { $0.holds(event.recordedAt) && !new.contains($0) }.suffix(16)
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
        for window in key.windows(at: charge.occurredAt) + key.left where window.holds(charge.occurredAt) {
            if window.name.hasPrefix("model "), !names.contains(window.name) { continue }
            key.set(window, to: key.sum(window) + Int128(charge.amount))
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
