import Glibc

/// A state behind a lock that threads can wait on until it changes.
///
/// `Mutex` of the standard library has no condition to wait for; the gate before map growth needs one.
@safe package final class Monitor<State>: @unchecked Sendable {
    // Sound: `state` is touched only between lock and unlock of `mutex`, and all three cells live as long as this object.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let state: UnsafeMutablePointer<State>

    package init(_ initial: State) {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: initial)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // A wait that ends by itself must not follow a wall clock that somebody sets.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        let made = unsafe (pthread_mutex_init(mutex, nil), pthread_cond_init(condition, &attributes))
        unsafe pthread_condattr_destroy(&attributes)
        guard made == (0, 0) else { fatalError("no lock can be made: \(systemMessage(max(made.0, made.1)))") }
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs `body` alone with the state.
    package func withLock<R, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try unsafe body(&state.pointee)
    }

    /// Waits until `isReady` holds, then runs `body` under the same lock. `isReady` may note that somebody waits.
    package func withLock<R, E: Error>(
        when isReady: (inout State) -> Bool, _ body: (inout State) throws(E) -> R
    ) throws(E) -> R {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while unsafe !isReady(&state.pointee) { unsafe pthread_cond_wait(condition, mutex) }
        return try unsafe body(&state.pointee)
    }

    /// Waits until `isReady` holds, but no longer than `nanoseconds`, then runs `body` under the same lock.
    package func withLock<R, E: Error>(
        when isReady: (inout State) -> Bool, orAfter nanoseconds: Int64, _ body: (inout State) throws(E) -> R
    ) throws(E) -> R {
        var end = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &end)
        let (seconds, rest) = (Int64(end.tv_nsec) + nanoseconds).quotientAndRemainder(dividingBy: 1_000_000_000)
        (end.tv_sec, end.tv_nsec) = (end.tv_sec + Int(seconds), Int(rest))
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while unsafe !isReady(&state.pointee) {
            if unsafe pthread_cond_timedwait(condition, mutex, &end) != 0 { break }
        }
        return try unsafe body(&state.pointee)
    }

    /// Wakes every thread that waits.
    package func signalAll() { unsafe pthread_cond_broadcast(condition) }
}
