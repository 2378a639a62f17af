package import LMDB
import LedgerDomain
package import LedgerLog
import LedgerSchema
import Synchronization

/// Reads beside a writer in another process: the views first, then from the log what they lack, which is folded in memory.
package final class SpendFollower: Sendable {
    private static let tries = 3

    private struct Ahead {
        var base: Position
        var tail: SpendTail
        var segments: LogSegments
    }

    private let store: ViewStore
    private let log: LogTables
    private let environment: Environment
    private let ahead: Mutex<Ahead>

    /// - Parameter store: opened for reading only.
    package init(_ store: ViewStore, _ log: LogTables, _ environment: Environment) {
        (self.store, self.log, self.environment) = (store, log, environment)
        ahead = Mutex(Self.ahead(of: store.position, log, environment))
    }

    private static func ahead(of base: Position, _ log: LogTables, _ environment: Environment) -> Ahead {
        Ahead(
            base: base, tail: SpendTail(after: base),
            segments: LogSegments(log, environment, after: base, isBounded: false))
    }

    /// Runs `body` with a snapshot of the views and with everything that the log held behind it when the call began.
    @available(*, noasync)
    package func read<R>(_ body: (SpendReader, inout ReadTransaction, SpendTail) throws -> R) throws -> R {
        for _ in 0..<Self.tries {
            let tail = try tail(after: store.read { reader, transaction in try reader.position(in: &transaction) })
            let answer = try store.read { reader, transaction -> R? in
                // The writer has folded meanwhile: what is known of the log begins too early.
                guard try reader.position(in: &transaction) == tail.base else { return nil }
                return try body(reader, &transaction, tail.tail)
            }
            if let answer { return answer }
        }
        return try store.read { reader, transaction in
            try body(reader, &transaction, tail(after: reader.position(in: &transaction)).tail)
        }
    }

    private func tail(after base: Position) throws -> (base: Position, tail: SpendTail) {
        try ahead.withLock { ahead in
            if ahead.base != base { ahead = Self.ahead(of: base, log, environment) }
            while let segment = try ahead.segments.next() { ahead.tail.append(segment) }
            return (base, ahead.tail)
        }
    }
}
