package import LedgerDomain
package import LedgerSchema

/// Gathers what a stretch of the log adds to the views. Takes every event in the order of the log, none left out.
package struct SpendSegmentBuilder: Sendable {
    private(set) var content: SpendSegmentContent

    /// - Parameters:
    ///   - before: the position that the first event follows.
    ///   - zones: report zones of the views that it is folded into.
    package init(after before: Position, zones: Int = 0) { self.init(after: before, keepsIDs: true, zones: zones) }

    /// - Parameter keepsIDs: whether charge ids are hashed and kept.
    init(after before: Position, keepsIDs: Bool, zones: Int) {
        content = SpendSegmentContent(after: before, keepsIDs: keepsIDs, zones: zones)
    }

    /// The first event, taken or not.
    var first: Position { content.first }
    /// The last event taken.
    package var last: Position { content.last }
    /// Charges and corrections taken.
    package var chargeCount: Int { content.chargeCount }
    /// Whether nothing was taken.
    package var isEmpty: Bool { content.last < content.first }
    /// Rows that folding it would touch, more or less.
    package var rowCount: Int { content.rowCount }

    /// Takes a charge or, with `isAdjustment`, a correction.
    ///
    /// - Parameter keyID: the key of its credential; `nil` for an unknown one.
    /// - Throws: ``FoldError`` if it is not the next event, contradicts itself or makes a sum overflow. The builder is of no use then.
    package mutating func add(
        position: Position, recordedAt: Instant, charge: Charge, keyID: KeyID?, isAdjustment: Bool = false
    ) throws(FoldError) {
        try content.advance(to: position, recordedAt)
        try content.add(charge, keyID, isAdjustment: isAdjustment)
    }

    /// Takes a charge that is plain.
    ///
    /// - Throws: as for any charge.
    package mutating func add(_ charge: PlainCharge, recordedAt: Instant) throws(FoldError) {
        try content.advance(to: charge.position, recordedAt)
        try content.add(charge)
    }

    /// Takes a stored charge, read in place. Nothing of it is changed: `inout` spares a copy of it.
    mutating func add(position: Position, charge: inout ChargeView, in record: Span<UInt8>, keyID: KeyID?) throws(FoldError) {
        try content.advance(to: position, charge.recordedAt)
        try content.add(&charge, in: record, keyID)
    }

    /// Takes an event that is no charge.
    ///
    /// - Throws: as for a charge.
    package mutating func add(_ event: RecordedEvent) throws(FoldError) {
        try content.advance(to: event.position, event.recordedAt)
        switch event.event {
        case .keyCreated(let created): try content.setLimits(.all(created.terms), event)
        case .keyImported(let imported): try content.setLimits(.all(imported.terms), event)
        case .keyUpdated(let updated): try content.changeLimits(updated.changes, updated.cleared, event)
        case .keyRegenerated(let regenerated): try content.changeLimits(regenerated.changes, regenerated.cleared, event)
        case .spendReset(let reset):
            let state = SpendResetState(position: event.position, at: event.recordedAt, resetTo: reset.resetTo)
            content.reset(reset.keyID, state)
        default: break
        }
    }

    /// Takes an event of which it is known that it changes nothing here.
    package mutating func skip(_ position: Position, recordedAt: Instant) throws(FoldError) {
        try content.advance(to: position, recordedAt)
    }

    /// Forgets what was gathered, keeps the memory and goes on behind another event.
    ///
    /// - Parameter keepingSums: sums and the names in them stay.
    mutating func restart(after before: Position, keepingSums: Bool) {
        content.restart(after: before)
        if !keepingSums { content.removeSums() }
    }

    /// Forgets the sums of rollups, but not the names in them.
    mutating func removeRollups() { content.removeRollups() }

    /// What was gathered.
    package func sealed() -> SpendSegment { SpendSegment(content) }

    /// What happened to a key so far, in order.
    package func changes(of keyID: KeyID) -> [SpendChange] { content.changes(of: keyID) }
}
