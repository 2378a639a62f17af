import CLMDB
import Glibc

/// One thread of the system that runs one closure: what a write transaction needs, which no pool of tasks gives.
public final class DedicatedThread: Sendable {
    /// Its name, as `top -H` shows the first 15 bytes of it.
    public let name: String
    private let progress = Monitor(Progress.starting)

    private enum Progress {
        case starting
        case running(pthread_t)
        case finished
    }

    /// Starts the thread at once, with a stack of 8 MiB unless told otherwise.
    ///
    /// - Throws: ``LMDBError/Code/system`` if the system gives no more threads.
    public init(
        name: String, stackSizeBytes: Int = 8 << 20, _ body: @escaping @Sendable () -> Void
    ) throws(LMDBError) {
        self.name = name
        try DedicatedThread.start(Start(name: name, progress: progress, body: body), stackSizeBytes)
    }

    /// Waits until the closure has returned. Any number of threads may wait; the thread itself traps.
    public func join() {
        let me = pthread_self()
        progress.withLock(when: { progress in
            // Only of a running thread is the system's id its own: it is given to another one afterwards.
            if case .running(let thread) = progress, pthread_equal(thread, me) != 0 {
                fatalError("thread \(name) waits for itself")
            }
            if case .finished = progress { return true }
            return false
        }) { _ in }
    }

    /// What a new thread is handed.
    private final class Start {
        let name: String
        let progress: Monitor<Progress>
        let body: @Sendable () -> Void

        init(name: String, progress: Monitor<Progress>, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.progress = progress
            self.body = body
        }

        func run() {
            unsafe clmdb_set_thread_name(pthread_self(), String(name.utf8.prefix(15)) ?? "")
            progress.withLock { $0 = .running(pthread_self()) }
            body()
            progress.withLock { $0 = .finished }
            progress.signalAll()
        }
    }

    private static func start(_ start: Start, _ stackSizeBytes: Int) throws(LMDBError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setstacksize(&attributes, stackSizeBytes)
        // Nobody asks the system for its end: `progress` tells it to any number of waiters.
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread: pthread_t = 0
        let handed = unsafe Unmanaged.passRetained(start)
        let result = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, handed.toOpaque())
        guard result == 0 else {
            unsafe handed.release()
            throw LMDBError(result: result, operation: "pthread_create \(start.name)")
        }
    }
}
