import Glibc

/// Who uses an environment now: its reader slots, its writer, and the gate that holds newcomers back while the map moves.
struct Sessions {
    /// A reader slot of liblmdb, kept between reads. Reset, it pins nothing.
    struct Reader {
        let transaction: RawTransaction
        /// Coarse monotonic nanoseconds; 0 while idle.
        var startedAt: UInt64
        var thread: pthread_t
        var purpose: StaticString
    }

    enum Phase { case open, growing, closing, closed, mapLost }

    var phase = Phase.open
    var readers: [Reader] = []
    var idle: [Int] = []
    /// The thread inside ``Environment/write(_:)``.
    var writer: pthread_t?
    /// Calls that need the map or the descriptors without a slot of `readers`: copies and flushes.
    var others = 0
    var poisonReason: String?

    var liveReads: Int { readers.count - idle.count }
    var isQuiet: Bool { liveReads == 0 && writer == nil && others == 0 }

    /// Whether `thread` may start now. While the map waits to grow, only a thread that is inside already may: it would wait for itself.
    func admits(_ thread: pthread_t) -> Bool {
        switch phase {
        case .open, .closed, .mapLost: true
        case .growing, .closing: holds(thread)
        }
    }

    /// Whether `thread` is inside a transaction.
    func holds(_ thread: pthread_t) -> Bool {
        writer == thread || readers.contains { $0.startedAt != 0 && $0.thread == thread }
    }

    var oldestReader: Reader? {
        readers.filter { $0.startedAt != 0 }.min { $0.startedAt < $1.startedAt }
    }

    /// Throws if the environment can no longer be used at all.
    func requireUsable(_ operation: String, path: String) throws(LMDBError) {
        switch phase {
        case .closed:
            throw LMDBError(.closed, "the environment has been closed; open it again", operation: operation, path: path)
        case .mapLost:
            throw LMDBError(
                .mapLost, "remapping the data file failed; restart this process", operation: operation, path: path)
        default: return
        }
    }
}

/// A transaction of liblmdb. Used by the thread that holds it alone.
@safe @usableFromInline struct RawTransaction: @unchecked Sendable {
    // Sound: handed from thread to thread only through `Sessions`, under its lock, while reset.
    let pointer: OpaquePointer
}

/// An environment of liblmdb. Its own locks make it good for any thread while it is open.
@safe struct RawEnvironment: @unchecked Sendable {
    // Sound: `Sessions` keeps every use between open and close, and remapping apart from use.
    let pointer: OpaquePointer
}

/// The same clock as the system last looked at it, some milliseconds ago at the most: for what is measured in more.
func coarseMonotonicNanoseconds() -> UInt64 { nanoseconds(of: CLOCK_MONOTONIC_COARSE) }

/// Nanoseconds of a clock that never goes back.
package func monotonicNanoseconds() -> UInt64 { nanoseconds(of: CLOCK_MONOTONIC) }

private func nanoseconds(of clock: clockid_t) -> UInt64 {
    var now = timespec()
    unsafe clock_gettime(clock, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}
