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

        package init() {}
    }

    private struct State: Sendable {
        var sealed: [SpendSegment] = []
        var open: SpendSegmentBuilder
        var sealedCharges = 0

        mutating func seal() {
            guard !open.isEmpty else { return }
            let segment = open.sealed()
            sealed.append(segment)
            sealedCharges += segment.chargeCount
            open = SpendSegmentBuilder(after: segment.last)
        }
    }

    private let state: Mutex<State>

    /// - Parameter position: where the views stand.
    package init(after position: Position) { state = Mutex(State(open: SpendSegmentBuilder(after: position))) }

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
            state.open = SpendSegmentBuilder(after: segment.last)
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
        let (sealed, last) = state.withLock { state in
            (state.sealed, Self.entries(of: keyID, tokens, [state.open.gathered]))
        }
        var entries = Self.entries(of: keyID, tokens, sealed.map(\.content))
        entries.changes += last.changes
        entries.unknown += last.unknown
        return entries
    }

    private static func entries(of keyID: KeyID, _ tokens: [Token], _ contents: [SpendSegmentContent]) -> Entries {
        var entries = Entries()
        for content in contents {
            entries.changes += content.allChanges(of: keyID)
            let spend = content.spend(of: tokens)
            if !spend.isEmpty { entries.unknown.append((content.last, spend)) }
        }
        return entries
    }

    /// Where a charge of that identity was recorded.
    package func position(of identity: ChargeIdentity) -> Position? {
        state.withLock { state in
            for segment in state.sealed {
                if let position = segment.chargeIDs[identity] { return position }
            }
            return state.open.gathered.chargeIDs[identity]
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
}

extension SpendSegmentContent {
    fileprivate func allChanges(of keyID: KeyID) -> [SpendChange] {
        let resets = resetsOfAllKeys.map { SpendChange.reset($0) }
        let own = changes(of: keyID)
        return resets.isEmpty ? own : (own + resets).sorted { $0.position < $1.position }
    }

    fileprivate func spend(of tokens: [Token]) -> [Token: TokenSpend] {
        var found: [Token: TokenSpend] = [:]
        for token in tokens {
            if let ordinal = names.ordinal(ofKnown: token) { found[token] = tokenSpend[Int(ordinal)] }
        }
        return found
    }
}
