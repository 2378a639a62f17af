import LedgerDomain
package import LedgerSchema

/// What has been spent with one key: its total, and the sums of its limits' windows as far as they were asked for.
///
/// A value: the fold writes it back, queries apply what is not folded yet and throw it away.
package struct KeySpend: Sendable {
    /// A window of a limit, whatever the period that it belongs to is called.
    package struct WindowKey: Hashable, Sendable, Comparable {
        package var limit: LimitID
        package var start: Instant
        package var end: Instant

        package init(limit: LimitID, start: Instant, end: Instant) {
            self.limit = limit
            self.start = start
            self.end = end
        }

        /// The window that holds a moment.
        init(_ limit: SpendLimit, at moment: Instant) {
            let (start, end) = limit.window(at: moment)
            self.init(limit: limit.id, start: start, end: end)
        }

        func holds(_ moment: Instant) -> Bool { start <= moment && (moment < end || end == .distantFuture) }

        package static func < (left: WindowKey, right: WindowKey) -> Bool {
            (left.limit, left.start, left.end) < (right.limit, right.start, right.end)
        }
    }

    /// A window's sum as it is stored: good as long as no reset came after `resetPosition`.
    package struct WindowSum: Hashable, Sendable {
        /// The last reset that the sum has seen.
        package var resetPosition: Position
        package var picodollars: Int128

        package init(resetPosition: Position, picodollars: Int128) {
            self.resetPosition = resetPosition
            self.picodollars = picodollars
        }
    }

    /// What the key's row holds beside its windows.
    package struct Row: Hashable, Sendable {
        /// Position of the event that made the key.
        package var created: Position
        /// Since ever; no reset changes it.
        package var total: Int128 = 0
        /// Charges without corrections.
        package var count: UInt64 = 0
        /// The latest occurred_at of those.
        package var lastOccurredAt: Instant?
        /// The last reset that hits the key, its own or one of all keys.
        package var reset: SpendResetState?
        /// In force; the main one first.
        package var limits: [SpendLimit]
        /// Windows that a change of terms left before their end, the last one last: they go on counting.
        package var left: [WindowKey] = []

        package init(created: Position, limits: [SpendLimit]) {
            self.created = created
            self.limits = limits
        }
    }

    /// A limit, and the window that its charges fall into now: most follow one another in time.
    private struct Counter {
        let limit: LimitID
        var isOpen = false
        var isChanged = false
        var start = Instant.epoch
        var end = Instant.epoch
        var picodollars: Int128 = 0

        init(_ limit: LimitID) { self.limit = limit }

        @inline(__always)
        mutating func add(_ amount: Int64, _ position: UInt64) throws(FoldError) {
            picodollars = try KeySpend.sum(picodollars, amount, at: position)
            isChanged = true
        }

        @inline(__always)
        func holds(_ moment: Instant) -> Bool { isOpen && start <= moment && (moment < end || end == .distantFuture) }
    }

    /// `nil` before the key is made.
    package private(set) var row: Row?
    private var windows: [WindowKey: WindowSum] = [:]
    private var changed: Set<WindowKey> = []
    /// By the place of the limit in the row; empty until something is charged.
    private var counters: [Counter] = []

    package init(_ row: Row?) { self.row = row }

    /// Windows that are held in memory.
    var windowCount: Int { windows.count }

    /// Does what an event does; changes come in the order of their positions, each reset of all keys among them.
    ///
    /// - Parameter stored: reads the stored sum of a window; `nil` if there is none.
    /// - Throws: ``FoldError`` on overflow and if the key was never made; what `stored` and `names` throw.
    package mutating func apply(_ change: SpendChange, names: ModelNames, stored: (WindowKey) throws -> WindowSum?) throws {
        switch change {
        case .charge(let charge): try add(charge, names, stored)
        case .limits(let set): try take(set, stored)
        case .reset(let reset): take(reset)
        }
    }

    /// The sum of a limit's window that holds a moment.
    package mutating func spent(_ limit: SpendLimit, at moment: Instant, stored: (WindowKey) throws -> WindowSum?) throws -> Int128 {
        close()
        return try sum(WindowKey(limit, at: moment), stored)
    }

    /// The windows whose sums were changed, in order.
    package mutating func changedWindows() -> [(key: WindowKey, sum: WindowSum)] {
        close()
        return changed.sorted().compactMap { key in windows[key].map { (key, $0) } }
    }
}

extension KeySpend {
    /// Takes a charge or a correction if nothing that is stored has to be read for it.
    ///
    /// - Returns: `false` if something has; nothing is done then.
    @inline(__always)
    mutating func addToOpenWindows(_ charge: KeySpendChanges.Charge) throws -> Bool {
        guard !counters.isEmpty, row?.left.isEmpty ?? false else { return false }
        let occurredAt = Instant(nanoseconds: charge.occurredAt)
        for index in counters.indices where counters[index].limit.kind == .model || !counters[index].holds(occurredAt) { return false }
        guard try row?.add(charge.amount, at: occurredAt, isAdjustment: charge.isAdjustment, charge.position) != nil else { return false }
        for index in counters.indices { try counters[index].add(charge.amount, charge.position) }
        return true
    }

    /// Takes a charge or a correction, as ``apply(_:names:stored:)`` does.
    mutating func add(_ charge: ChargedAmount, _ names: ModelNames, _ stored: (WindowKey) throws -> WindowSum?) throws {
        let (occurredAt, position) = (charge.occurredAt, charge.position.value)
        guard try row?.add(charge.amount, at: occurredAt, isAdjustment: charge.isAdjustment, position) != nil else {
            throw FoldError(position: charge.position, message: "a key is charged that was never made")
        }
        if counters.isEmpty { counters = row?.limits.map { Counter($0.id) } ?? [] }
        for index in counters.indices {
            guard try counters[index].limit.counts(charge, names) else { continue }
            if !counters[index].holds(occurredAt) { try open(index, at: occurredAt, stored) }
            try counters[index].add(charge.amount, position)
        }
        for key in row?.left ?? [] where try key.holds(occurredAt) && key.limit.counts(charge, names) {
            set(key, try Self.sum(sum(key, stored), charge.amount, at: position))
        }
    }

    @inline(__always)
    fileprivate static func sum(_ sum: Int128, _ amount: Int64, at position: UInt64) throws(FoldError) -> Int128 {
        let (total, overflow) = sum.addingReportingOverflow(Int128(amount))
        if overflow { throw FoldError(position: Position(position), message: "the sum of a key's charges does not fit 128 bits") }
        return total
    }

    private mutating func take(_ reset: SpendResetState) {
        guard let row, reset.position > row.created, reset.position > row.reset?.position ?? .none else { return }
        close()
        self.row?.reset = reset
    }

    private mutating func take(_ set: LimitsSet, _ stored: (WindowKey) throws -> WindowSum?) throws {
        close()
        switch set.limits {
        case .all(let terms):
            guard row == nil else { throw FoldError(position: set.position, message: "a key is made a second time") }
            row = Row(created: set.position, limits: KeyBudget(terms).limits)
        case .changes(let terms, let cleared):
            guard let old = row?.limits else { throw FoldError(position: set.position, message: "a key is changed that was never made") }
            try replace(old, by: SpendLimit.limits(old, changedBy: terms, clearing: cleared), at: set.recordedAt, stored)
        }
        counters = []
    }

    /// Puts limits into force.
    ///
    /// A window that is left before its end goes on counting, so that a limit that comes back within it finds there all that was spent,
    /// once. A window that was not left begins with the sum of the window that its limit had until now: what was spent is not forgotten
    /// because a period is called otherwise. The window of a limit that is new begins with nothing, whatever a reset set.
    package mutating func replace(
        _ old: [SpendLimit], by new: [SpendLimit], at moment: Instant, _ stored: (WindowKey) throws -> WindowSum?
    ) throws {
        close()
        for limit in new where !old.contains(where: { $0.hasWindows(of: limit) }) { try enter(limit, from: old, at: moment, stored) }
        leave(old, for: new, at: moment)
        row?.limits = new
        counters = []
    }

    private mutating func enter(
        _ limit: SpendLimit, from old: [SpendLimit], at moment: Instant, _ stored: (WindowKey) throws -> WindowSum?
    ) throws {
        let key = WindowKey(limit, at: moment)
        let before = old.first { $0.id == key.limit }.map { WindowKey($0, at: moment) }
        guard before != key, row?.left.contains(key) != true, try windows[key] == nil && stored(key) == nil else { return }
        set(key, try before.map { try sum($0, stored) } ?? 0)
    }

    private mutating func leave(_ old: [SpendLimit], for new: [SpendLimit], at moment: Instant) {
        var left = row?.left ?? []
        for limit in old where !new.contains(where: { $0.hasWindows(of: limit) }) { left.append(WindowKey(limit, at: moment)) }
        if left.isEmpty { return }
        left.removeAll { key in key.end <= moment || new.contains { WindowKey($0, at: moment) == key } }
        row?.left = left.suffix(Self.mostLeft)
    }

    /// Each charge is added to each of them.
    private static let mostLeft = 16

    private mutating func open(_ index: Int, at moment: Instant, _ stored: (WindowKey) throws -> WindowSum?) throws {
        close(index)
        guard let limit = row?.limits[index] else { return }
        let key = WindowKey(limit, at: moment)
        let sum = try sum(key, stored)
        (counters[index].start, counters[index].end, counters[index].picodollars) = (key.start, key.end, sum)
        counters[index].isOpen = true
    }

    private mutating func close() {
        for index in counters.indices { close(index) }
    }

    private mutating func close(_ index: Int) {
        let counter = counters[index]
        if counter.isOpen, counter.isChanged {
            set(WindowKey(limit: counter.limit, start: counter.start, end: counter.end), counter.picodollars)
        }
        counters[index] = Counter(counter.limit)
    }

    private mutating func set(_ key: WindowKey, _ picodollars: Int128) {
        windows[key] = WindowSum(resetPosition: row?.reset?.position ?? .none, picodollars: picodollars)
        changed.insert(key)
    }

    /// A sum that has not seen the last reset is what that reset left.
    private mutating func sum(_ key: WindowKey, _ stored: (WindowKey) throws -> WindowSum?) throws -> Int128 {
        let last = row?.reset?.position ?? .none
        if let sum = try windows[key] ?? stored(key), sum.resetPosition == last { return sum.picodollars }
        guard let reset = row?.reset, key.limit.kind != .model, key.holds(reset.at) else { return 0 }
        return reset.resetTo.picodollars
    }
}

extension KeySpend.Row {
    @inline(__always)
    fileprivate mutating func add(_ amount: Int64, at occurredAt: Instant, isAdjustment: Bool, _ position: UInt64) throws(FoldError) {
        total = try KeySpend.sum(total, amount, at: position)
        if isAdjustment { return }
        count += 1
        if let last = lastOccurredAt, last >= occurredAt { return }
        lastOccurredAt = occurredAt
    }
}

extension LimitID {
    /// A model's budget counts what names its model as model or as model group, the others count everything.
    fileprivate func counts(_ charge: ChargedAmount, _ names: ModelNames) throws -> Bool {
        if kind != .model { return true }
        if try names.hash(of: charge.model, .model) == hash { return true }
        return try names.hash(of: charge.modelGroup, .modelGroup) == hash
    }
}
