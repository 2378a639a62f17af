import LedgerDomain
package import LedgerSchema
import Synchronization

/// What was recorded and is not in the views yet: sealed segments and one that grows. Any thread may use it.
package final class SpendTail: Sendable {
    /// What the tail knows of one key.
    package struct Entries: Sendable {
        /// The key's changes and the resets of all keys, in order.
        package var changes: [SpendChange] = []
        /// What was spent with tokens while nobody knew them: segment by segment, with the last event of each.
        package var unknown: [(last: Position, spend: [Token: TokenSpend])] = []
        /// The last event that the tail had seen.
        package var last = Position.none

        package init() {}

        mutating func add(_ later: Entries) {
            if !later.changes.isEmpty { changes += later.changes }
            if !later.unknown.isEmpty { unknown += later.unknown }
            last = later.last
        }
    }

    private struct State: Sendable {
        var sealed: [SpendSegment] = []
        var open: SpendSegmentBuilder
        var sealedCharges = 0
        let zones: Int

        mutating func seal() {
            guard !open.isEmpty else { return }
            let segment = open.sealed()
            sealed.append(segment)
            sealedCharges += segment.chargeCount
            open = SpendSegmentBuilder(after: segment.last, zones: zones)
        }
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - position: where the views stand.
    ///   - zones: report zones that they have.
    package init(after position: Position, zones: Int = 0) {
        state = Mutex(State(open: SpendSegmentBuilder(after: position, zones: zones), zones: zones))
    }

    /// Charges that the views lack.
    package var chargeCount: Int { state.withLock { $0.sealedCharges + $0.open.chargeCount } }

    /// The last event that it has seen.
    package var last: Position { state.withLock { $0.open.last } }

    /// Adds events behind the last one, once they are flushed.
    ///
    /// - Throws: what `body` throws; what it added before stays.
    package func append(_ body: (inout SpendSegmentBuilder) throws -> Void) rethrows {
        try state.withLock { state in
            try body(&state.open)
            if state.open.isFull { state.seal() }
        }
    }

    /// Adds a segment that continues ``last``.
    func append(_ segment: SpendSegment) {
        state.withLock { state in
            state.seal()
            state.sealed.append(segment)
            state.sealedCharges += segment.chargeCount
            state.open = SpendSegmentBuilder(after: segment.last, zones: state.zones)
        }
    }

    /// Every segment, oldest first; what was open is sealed.
    package func snapshot() -> [SpendSegment] {
        state.withLock { state in
            state.seal()
            return state.sealed
        }
    }

    /// What is known of a key, without sealing.
    ///
    /// - Parameter tokens: those of its credentials that may have been charged before it had them.
    package func entries(of keyID: KeyID, tokens: [Token] = []) -> Entries {
        // The growing one is read under the lock; held outside, its next event would copy it.
        let (sealed, last) = state.withLock { state in (state.sealed, state.open.entries(of: keyID, tokens)) }
        var entries = Entries()
        for segment in sealed { entries.add(segment.entries(of: keyID, tokens)) }
        entries.add(last)
        return entries
    }

    /// Whether nothing has happened to a key, by itself or with all keys, since an event.
    ///
    /// - Returns: the last event that the tail has seen; `nil` if something has, and where the tail does not know.
    package func isUntouched(_ keyID: KeyID, since position: Position) -> Position? {
        state.withLock { state in
            let first = state.sealed.first?.first ?? state.open.first
            guard first <= position.next, !state.open.touches(keyID, after: position) else { return nil }
            let isTouched = state.sealed.contains { $0.last > position && $0.touches(keyID, after: position) }
            return isTouched ? nil : state.open.last
        }
    }

    /// Where a charge of that identity was recorded.
    package func position(of identity: ChargeIdentity) -> Position? {
        state.withLock { state in
            for segment in state.sealed {
                if let position = segment.chargeIDs[identity] { return position }
            }
            return state.open.content.chargeIDs[identity]
        }
    }

    /// Forgets what the views hold by now.
    package func drop(through position: Position) {
        state.withLock { state in
            state.sealed.removeAll { $0.last <= position }
            state.sealedCharges = state.sealed.reduce(0) { $0 + $1.chargeCount }
        }
    }
}

extension SpendSegment {
    /// What happened to a key and to all keys, in order.
    func allChanges(of keyID: KeyID) -> [SpendChange] { content.allChanges(of: keyID) }

    fileprivate func entries(of keyID: KeyID, _ tokens: [Token]) -> SpendTail.Entries { content.entries(of: keyID, tokens) }

    fileprivate func touches(_ keyID: KeyID, after position: Position) -> Bool { content.touches(keyID, after: position) }
}

extension SpendSegmentBuilder {
    fileprivate func entries(of keyID: KeyID, _ tokens: [Token]) -> SpendTail.Entries { content.entries(of: keyID, tokens) }

    fileprivate func touches(_ keyID: KeyID, after position: Position) -> Bool { content.touches(keyID, after: position) }
}

extension SpendSegmentContent {
    fileprivate func entries(of keyID: KeyID, _ tokens: [Token]) -> SpendTail.Entries {
        var entries = SpendTail.Entries()
        entries.changes = allChanges(of: keyID)
        let spend = spend(of: tokens)
        if !spend.isEmpty { entries.unknown.append((last, spend)) }
        entries.last = last
        return entries
    }

    fileprivate func touches(_ keyID: KeyID, after position: Position) -> Bool {
        if let reset = resetsOfAllKeys.last, reset.position > position { return true }
        return changes.last(of: keyID).map { $0 > position } ?? false
    }

    fileprivate func allChanges(of keyID: KeyID) -> [SpendChange] {
        let own = changes(of: keyID)
        if resetsOfAllKeys.isEmpty { return own }
        return (own + resetsOfAllKeys.map { SpendChange.reset($0) }).sorted { $0.position < $1.position }
    }

    fileprivate func spend(of tokens: [Token]) -> [Token: TokenSpend] {
        var found: [Token: TokenSpend] = [:]
        for token in tokens {
            if let ordinal = names.ordinal(ofKnown: token) { found[token] = tokenSpend[Int(ordinal)] }
        }
        return found
    }
}
