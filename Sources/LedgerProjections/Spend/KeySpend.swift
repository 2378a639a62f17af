import LedgerDomain
package import LedgerSchema

/// What has been spent with one key: its total, and the sums of its limits' windows as far as they were asked for.
///
/// A value: the fold writes it back, queries apply what is not folded yet and throw it away.
package struct KeySpend: Sendable {
    /// A window of a limit by its start.
    package struct WindowKey: Hashable, Sendable, Comparable {
        package var limit: LimitID
        package var start: Instant

        package init(limit: LimitID, start: Instant) {
            self.limit = limit
            self.start = start
        }

        package static func < (left: WindowKey, right: WindowKey) -> Bool { (left.limit, left.start) < (right.limit, right.start) }
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
        mutating func add(_ charge: ChargedAmount) throws(FoldError) {
            picodollars = try KeySpend.sum(picodollars, charge.amount, at: charge.position)
            isChanged = true
        }

        @inline(__always)
        func holds(_ moment: Instant) -> Bool { isOpen && start <= moment && (moment < end || end == .distantFuture) }
    }

    /// `nil` before the key is made.
    package private(set) var row: Row?
    private var windows: [WindowKey: WindowSum] = [:]
    private var changed: Set<WindowKey> = []
    /// By the place of the limit in the row.
    private var counters: [Counter] = []

    package init(_ row: Row?) {
        self.row = row
        counters = row?.limits.map { Counter($0.id) } ?? []
    }

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
        return try sum(limit, start: limit.window(at: moment).start, stored)
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
    mutating func addToOpenWindows(_ charge: ChargedAmount) throws -> Bool {
        for index in counters.indices where counters[index].limit.kind == .model || !counters[index].holds(charge.occurredAt) {
            return false
        }
        guard try row?.add(charge) != nil else { return false }
        for index in counters.indices { try counters[index].add(charge) }
        return true
    }

    /// Takes a charge or a correction, as ``apply(_:names:stored:)`` does.
    mutating func add(_ charge: ChargedAmount, _ names: ModelNames, _ stored: (WindowKey) throws -> WindowSum?) throws {
        guard try row?.add(charge) != nil else {
            throw FoldError(position: charge.position, message: "a key is charged that was never made")
        }
        for index in counters.indices {
            if counters[index].limit.kind == .model, try !counters[index].limit.counts(charge, names) { continue }
            if !counters[index].holds(charge.occurredAt) { try open(index, at: charge.occurredAt, stored) }
            try counters[index].add(charge)
        }
    }

    @inline(__always)
    fileprivate static func sum(_ sum: Int128, _ amount: Int64, at position: Position) throws(FoldError) -> Int128 {
        let (total, overflow) = sum.addingReportingOverflow(Int128(amount))
        if overflow { throw FoldError(position: position, message: "the sum of a key's charges does not fit 128 bits") }
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
            row = Row(created: set.position, limits: SpendLimit.limits(of: terms))
        case .changes(let terms, let cleared):
            guard let old = row?.limits else { throw FoldError(position: set.position, message: "a key is changed that was never made") }
            try replace(old, by: SpendLimit.limits(old, changedBy: terms, clearing: cleared), at: set.recordedAt, stored)
        }
        counters = row?.limits.map { Counter($0.id) } ?? []
    }

    /// Lets the windows of now go on under the new limits.
    package mutating func replace(
        _ old: [SpendLimit], by new: [SpendLimit], at moment: Instant, _ stored: (WindowKey) throws -> WindowSum?
    ) throws {
        close()
        for limit in new {
            let before = old.first { $0.id == limit.id }
            if let before, before.hasWindows(of: limit) { continue }
            let key = WindowKey(limit: limit.id, start: limit.window(at: moment).start)
            guard try windows[key] == nil && stored(key) == nil else { continue }
            // What a limit counts that was not there before begins with nothing, whatever a reset set.
            let carried = try before.map { try sum($0, start: $0.window(at: moment).start, stored) } ?? 0
            set(key, carried)
        }
        row?.limits = new
        counters = new.map { Counter($0.id) }
    }

    private mutating func open(_ index: Int, at moment: Instant, _ stored: (WindowKey) throws -> WindowSum?) throws {
        close(index)
        guard let limit = row?.limits[index] else { return }
        let (start, end) = limit.window(at: moment)
        let sum = try sum(limit, start: start, stored)
        (counters[index].start, counters[index].end, counters[index].picodollars) = (start, end, sum)
        counters[index].isOpen = true
    }

    private mutating func close() {
        for index in counters.indices { close(index) }
    }

    private mutating func close(_ index: Int) {
        let counter = counters[index]
        if counter.isOpen, counter.isChanged { set(WindowKey(limit: counter.limit, start: counter.start), counter.picodollars) }
        counters[index] = Counter(counter.limit)
    }

    private mutating func set(_ key: WindowKey, _ picodollars: Int128) {
        windows[key] = WindowSum(resetPosition: row?.reset?.position ?? .none, picodollars: picodollars)
        changed.insert(key)
    }

    /// A sum that has not seen the last reset is what that reset left.
    private mutating func sum(_ limit: SpendLimit, start: Instant, _ stored: (WindowKey) throws -> WindowSum?) throws -> Int128 {
        let key = WindowKey(limit: limit.id, start: start)
        if windows[key] == nil { windows[key] = try stored(key) }
        let last = row?.reset?.position ?? .none
        if let sum = windows[key], sum.resetPosition == last { return sum.picodollars }
        guard let reset = row?.reset, limit.id.kind != .model, limit.window(at: reset.at).start == start else { return 0 }
        return reset.resetTo.picodollars
    }
}

extension KeySpend.Row {
    fileprivate mutating func add(_ charge: ChargedAmount) throws(FoldError) {
        total = try KeySpend.sum(total, charge.amount, at: charge.position)
        if charge.isAdjustment { return }
        count += 1
        lastOccurredAt = max(lastOccurredAt ?? .distantPast, charge.occurredAt)
    }
}

extension LimitID {
    /// A model budget counts what names its model as model or as model group.
    fileprivate func counts(_ charge: ChargedAmount, _ names: ModelNames) throws -> Bool {
        if try names.hash(of: charge.model, .model) == hash { return true }
        return try names.hash(of: charge.modelGroup, .modelGroup) == hash
    }
}
