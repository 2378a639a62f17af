public import Ledger
public import LedgerDomain
public import LedgerProjections
public import LedgerSchema

/// A ledger in a folder of its own, with clocks that the test turns.
public final class TestLedger: Sendable {
    public let folder: TemporaryFolder
    public let clock: TestClock
    public let ledger: Ledger

    public var path: String { folder.path }

    /// All tests run in one process, and many of their ledgers are open at a time: with maps of the usual size they would not fit its
    /// address space.
    public static let options = Ledger.Options(mapSizeBytes: 4 << 30)

    public init(seed: UInt64 = 1, _ options: Ledger.Options = options) throws {
        folder = try TemporaryFolder()
        clock = TestClock(seed: seed)
        try Ledger.create(folder.path, options: options, environment: clock.environment)
        ledger = try Ledger.open(folder.path, options, environment: clock.environment)
    }

    /// A ledger that was closed, opened again.
    public init(reopening other: TestLedger, _ options: Ledger.Options = options) throws {
        folder = other.folder
        clock = other.clock
        ledger = try Ledger.open(folder.path, options, environment: clock.environment)
    }

    deinit { ledger.close() }

    public func execute(_ items: KeyCommand..., caller: Caller = .master, idempotency: Idempotency? = nil) async throws -> Receipt {
        try await ledger.execute(CommandRequest(items: items, caller: caller, idempotency: idempotency))
    }

    /// Does one item that must succeed.
    @discardableResult
    public func done(_ item: KeyCommand, caller: Caller = .master) async throws -> KeyView {
        try await execute(item, caller: caller).view()
    }

    /// Makes a key with this secret.
    @discardableResult
    public func create(_ secret: String, _ fields: KeyChanges = KeyChanges()) async throws -> KeyView {
        try await done(.create(secret, ledger.makeKeyID(), fields))
    }
}

/// An item that was refused where it had to succeed, or the other way round.
public struct UnexpectedItem: Error, CustomStringConvertible {
    public var description: String
}

extension Receipt {
    /// The key after an item that was done.
    public func view(_ index: Int = 0) throws -> KeyView {
        switch items[index] {
        case .done(let view, _): return view
        case .refused(let rejection): throw UnexpectedItem(description: "refused: \(rejection)")
        }
    }

    public func events(_ index: Int = 0) throws -> [EventType] {
        switch items[index] {
        case .done(_, let events): return events
        case .refused(let rejection): throw UnexpectedItem(description: "refused: \(rejection)")
        }
    }

    /// The code of a refusal; `nil` if the item was done.
    public func refusal(_ index: Int = 0) -> Rejection.Code? {
        guard case .refused(let rejection) = items[index] else { return nil }
        return rejection.code
    }
}

extension KeyCommand {
    public static func create(_ secret: String, _ keyID: KeyID, _ fields: KeyChanges = KeyChanges()) -> KeyCommand {
        .create(CreateKey(keyID: keyID, token: Token(secret: secret), keyName: Secret.displayForm(secret), fields: fields))
    }

    public static func update(_ target: KeyTarget, _ changes: KeyChanges) -> KeyCommand {
        .update(UpdateKey(target: target, changes: changes))
    }

    public static func regenerate(
        _ target: KeyTarget, _ secret: String, grace: String? = nil, _ changes: KeyChanges = KeyChanges()
    ) throws -> KeyCommand {
        .regenerate(
            RegenerateKey(
                target: target, newToken: Token(secret: secret), newKeyName: Secret.displayForm(secret),
                grace: try grace.map { try KeyDuration($0) }, changes: changes))
    }
}

extension KeyTarget {
    public static func secret(_ secret: String) -> KeyTarget { .token(Token(secret: secret)) }
}

extension KeyChanges {
    public static func with(_ body: (inout KeyChanges) throws -> Void) rethrows -> KeyChanges {
        var changes = KeyChanges()
        try body(&changes)
        return changes
    }

    public static func alias(_ alias: String) -> KeyChanges { with { $0.alias = .set(alias) } }
}
