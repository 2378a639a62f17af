public import LedgerDomain
public import LedgerProjections
public import LedgerSchema

/// Makes a repeated request the same command (invariant 9).
public struct Idempotency: Hashable, Sendable {
    /// First 16 bytes of SHA-256(caller's key_id, 16 zero bytes for the master secret ‖ Idempotency-Key).
    public var key: [UInt8]
    /// Rule version (1 byte) ‖ SHA-256 of the normalised request.
    public var digest: [UInt8]

    public init(key: [UInt8], digest: [UInt8]) {
        self.key = key
        self.digest = digest
    }
}

/// One command with one or more items, done or refused each for itself, recorded together.
public struct CommandRequest: Sendable {
    /// What was refused of a command stands in the leaf of its first event, which is at most 16 KiB.
    public static let mostItems = 1_000

    public var items: [KeyCommand]
    public var caller: Caller
    public var origin: OriginSlot?
    public var note: NoteSlot?
    public var source: Source
    public var idempotency: Idempotency?

    public init(
        items: [KeyCommand], caller: Caller, origin: OriginSlot? = nil, note: NoteSlot? = nil, source: Source = Source(),
        idempotency: Idempotency? = nil
    ) {
        self.items = items
        self.caller = caller
        self.origin = origin
        self.note = note
        self.source = source
        self.idempotency = idempotency
    }
}

extension CommandRequest {
    /// - Throws: `invalidCommand`.
    func validate() throws(LedgerError) {
        guard items.count <= Self.mostItems else {
            throw LedgerError(
                .invalidCommand, "A command has at most \(Self.mostItems) items, this one \(items.count); nothing was done. Divide it.")
        }
        for case .set(let limits)? in items.map(\.changes?.budgetLimits) where limits.contains(where: { $0.period == nil }) {
            throw LedgerError(.invalidCommand, "Each budget of budget_limits needs its period; nothing was done.")
        }
        try idempotency?.validate()
    }
}

extension Idempotency {
    /// - Throws: `invalidCommand`.
    func validate() throws(LedgerError) {
        guard key.count == 16, digest.count == 33 else {
            throw LedgerError(.invalidCommand, "An idempotency key has 16 bytes and its digest 33; nothing was done.")
        }
    }
}

/// What became of a command. Its events are flushed when it is returned.
public struct Receipt: Sendable {
    public enum Item: Sendable {
        /// The key after the item; `events` is empty if nothing had to change.
        case done(KeyView, events: [EventType])
        case refused(Rejection)
    }

    /// The head that the answer reflects.
    public var position: Position
    /// The command was recorded by an earlier request.
    public var isReplay: Bool
    public var items: [Item]

    public init(position: Position, isReplay: Bool, items: [Item]) {
        self.position = position
        self.isReplay = isReplay
        self.items = items
    }
}
