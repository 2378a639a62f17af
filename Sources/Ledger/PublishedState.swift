import LedgerLog
import Synchronization

/// The published state behind its lock.
final class PublishedState: Sendable {
    private let state = Mutex(Writer.Published(head: .empty))

    var value: Writer.Published { state.withLock { $0 } }

    func change(_ body: (inout Writer.Published) -> Void) { state.withLock { body(&$0) } }
}
