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

    /// The window that a limit's charges fall into now; most follow one another in time.
    private struct OpenWindow {
        var start: Instant
        var end: Instant
        var picodollars: Int128
        var isChanged = false
    }

    /// `nil` before the key is made.
    package private(set) var row: Row?
    private var windows: [WindowKey: WindowSum] = [:]
    private var changed: Set<WindowKey> = []
    /// By the place of the limit in the row.
    private var open: [OpenWindow?] = []

    package init(_ row: Row?) {
        self.row = row
        open = Array(repeating: nil, count: row?.limits.count ?? 0)
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
    private mutating func add(_ charge: ChargedAmount, _ names: ModelNames, _ stored: (WindowKey) throws -> WindowSum?) throws {
        guard var row else { throw FoldError(position: charge.position, message: "a key is charged that was never made") }
        row.total = try Self.sum(row.total, charge.amount, at: charge.position)
        if !charge.isAdjustment {
            row.count += 1
            row.lastOccurredAt = max(row.lastOccurredAt ?? .distantPast, charge.occurredAt)
        }
        self.row = row
        for index in row.limits.indices {
            let limit = row.limits[index]
            if limit.id.kind == .model, try !limit.counts(charge, names) { continue }
            try openWindow(index, of: limit, at: charge.occurredAt, stored)
            guard var window = open[index] else { continue }
            window.picodollars = try Self.sum(window.picodollars, charge.amount, at: charge.position)
            window.isChanged = true
            open[index] = window
        }
    }

    private static func sum(_ sum: Int128, _ amount: Int64, at position: Position) throws(FoldError) -> Int128 {
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
        open = Array(repeating: nil, count: row?.limits.count ?? 0)
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
        open = Array(repeating: nil, count: new.count)
    }

    private mutating func openWindow(
        _ index: Int, of limit: SpendLimit, at moment: Instant, _ stored: (WindowKey) throws -> WindowSum?
    ) throws {
        if let window = open[index], window.start <= moment, moment < window.end || window.end == .distantFuture { return }
        close(index)
        let (start, end) = limit.window(at: moment)
        open[index] = OpenWindow(start: start, end: end, picodollars: try sum(limit, start: start, stored))
    }

    private mutating func close() {
        for index in open.indices { close(index) }
    }

    private mutating func close(_ index: Int) {
        guard let window = open[index], let limit = row?.limits[index] else { return }
        if window.isChanged { set(WindowKey(limit: limit.id, start: window.start), window.picodollars) }
        open[index] = nil
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

extension SpendLimit {
    /// A model budget counts what names its model as model or as model group.
    fileprivate func counts(_ charge: ChargedAmount, _ names: ModelNames) throws -> Bool {
        if try names.hash(of: charge.model, .model) == id.hash { return true }
        return try names.hash(of: charge.modelGroup, .modelGroup) == id.hash
    }
}
