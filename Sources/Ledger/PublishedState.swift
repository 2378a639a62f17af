import LedgerLog
import LedgerProjections
import LedgerSchema
import Synchronization

/// The published state behind its lock, and beside it, for those who ask most, what they need of a settled one: looked at without a
/// lock, so that no question makes another thread wait for its memory.
final class PublishedState: Sendable {
    /// What of the state tells whether anything has changed since another.
    struct Settled: Sendable {
        /// The head.
        let position: Position
        /// Where keys changed last.
        let keys: Position
        let swaps: Int
        let latest: Instant
        let live: KeyTables.SetName
        /// Nothing at all is under way, not only nothing that changes keys.
        let isWhole: Bool

        var stamp: KeyFacts.Stamp { KeyFacts.Stamp(keys: keys, swaps: swaps) }
    }

    struct Seen: Sendable {
        /// The head.
        let position: Position
        let swaps: Int
        let latest: Instant
        /// The set of key tables that answers.
        let live: KeyTables.SetName
    }

    private let state = Mutex(Writer.Published(head: .empty))
    /// Odd while the figures below are being changed.
    private let version = Atomic<UInt64>(0)
    private let isSettled = Atomic<Bool>(false)
    private let areKeysSettled = Atomic<Bool>(false)
    private let position = Atomic<UInt64>(0)
    private let keys = Atomic<UInt64>(0)
    private let swaps = Atomic<Int>(0)
    private let latest = Atomic<Int64>(0)
    private let isLiveB = Atomic<Bool>(false)

    var value: Writer.Published { state.withLock { $0 } }

    /// `nil` unless the state of all keys is settled, and while it is being changed.
    var settled: Settled? {
        let before = version.load(ordering: .acquiring)
        guard before % 2 == 0, areKeysSettled.load(ordering: .relaxed) else { return nil }
        let settled = Settled(
            position: Position(position.load(ordering: .relaxed)), keys: Position(keys.load(ordering: .relaxed)),
            swaps: swaps.load(ordering: .relaxed), latest: Instant(nanoseconds: latest.load(ordering: .relaxed)),
            live: isLiveB.load(ordering: .relaxed) ? .b : .a, isWhole: isSettled.load(ordering: .relaxed))
        atomicMemoryFence(ordering: .acquiring)
        return version.load(ordering: .relaxed) == before ? settled : nil
    }

    /// What an answer needs of the state; without a lock while that of all keys is settled.
    var seen: Seen {
        if let settled { return Seen(settled) }
        let value = value
        return Seen(position: value.head.position, swaps: value.swaps, latest: value.latest, live: value.live)
    }

    func change(_ body: (inout Writer.Published) -> Void) {
        state.withLock { state in
            body(&state)
            version.wrappingAdd(1, ordering: .relaxed)
            atomicMemoryFence(ordering: .releasing)
            isSettled.store(state.isSettled, ordering: .relaxed)
            areKeysSettled.store(state.areKeysSettled, ordering: .relaxed)
            position.store(state.head.position.value, ordering: .relaxed)
            keys.store(state.keys.value, ordering: .relaxed)
            swaps.store(state.swaps, ordering: .relaxed)
            latest.store(state.latest.nanoseconds, ordering: .relaxed)
            isLiveB.store(state.live == .b, ordering: .relaxed)
            version.wrappingAdd(1, ordering: .releasing)
        }
    }
}

extension PublishedState.Seen {
    init(_ state: PublishedState.Settled) {
        self.init(position: state.position, swaps: state.swaps, latest: state.latest, live: state.live)
    }
}
